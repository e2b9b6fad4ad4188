import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

export const MqttOptionsSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^(?:mqtts?|wss?)://[^\\s/#?]+$',
      maxLength: 512,
      description: 'The broker, such as `mqtt://localhost` or `mqtts://broker.example.com:8883`',
    }),
    topic: Type.String({
      pattern: '^[^\\u0000]+$',
      maxLength: 1_024,
      description: 'Topic filter, such as `sensors/+/temperature` or `sensors/#`',
    }),
    qos: Type.Enum([0, 1, 2], { default: 1, description: 'Highest quality of service that is asked for' }),
    version: Type.Enum([4, 5], { default: 5, description: '5, or 4 for MQTT 3.1.1' }),
    group: Type.String({
      pattern: '^[^/+#\\s]{0,64}$',
      default: '',
      description: 'Shared subscription: members of one group get each message once between them',
    }),
    clientId: Type.String({ maxLength: 64, default: '', description: "Absent: made of the trigger's name" }),
    username: Type.String({ maxLength: 256, default: '' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type MqttOptions = Static<typeof MqttOptionsSchema>;

/** Reads `mqtt://host[:port]/topic/filter`. */
export function mqttWords(words: readonly string[]): Partial<MqttOptions> {
  const [address = '', ...rest] = words;
  const found = /^((?:mqtts?|wss?):\/\/)(?:([^:@/]+)(?::([^@/]*))?@)?([^/\s]+)\/(.+)$/.exec(address);
  if (rest.length > 0 || found === null) {
    throw new Problem(
      'invalid_request',
      'after mqtt comes the broker with a topic, such as mqtt://localhost/sensors/+/temperature',
    );
  }
  const [, protocol, username, password, host, topic] = found;
  return {
    url: `${protocol}${host}`,
    topic: topic!,
    ...(username !== undefined && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password: decodeURIComponent(password) }),
  };
}

/** A filter's wildcards stand for whole levels, `#` only for the last ones. */
export function checkMqttOptions({ topic }: MqttOptions): void {
  const levels = topic.split('/');
  const isWrong = levels.some(
    (level, index) =>
      (level.includes('#') && (level !== '#' || index < levels.length - 1)) || (level.includes('+') && level !== '+'),
  );
  if (isWrong) {
    throw new Problem(
      'invalid_request',
      `'${topic}' is no topic filter: + stands for one whole level, # for all that follow, at the end`,
    );
  }
}
