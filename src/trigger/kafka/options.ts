import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

export const KafkaOptionsSchema = Type.Object(
  {
    brokers: Type.String({
      pattern: '^[^\\s,/@]+:[0-9]{1,5}(?:,[^\\s,/@]+:[0-9]{1,5})*$',
      maxLength: 2_048,
      description: 'Brokers to begin with, such as `a.example.com:9092,b.example.com:9092`',
    }),
    topics: Type.Array(Type.String({ pattern: '^[a-zA-Z0-9._-]{1,249}$' }), {
      minItems: 1,
      maxItems: 64,
      description: 'Topics to read',
    }),
    group: Type.String({
      maxLength: 255,
      default: '',
      description: "Consumer group, which keeps the offsets; absent: `fob-` and the trigger's name",
    }),
    fromBeginning: Type.Boolean({
      default: false,
      description: 'A group without offsets begins with the oldest records, else with those that come from now on',
    }),
    sasl: Type.Enum(['', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], { default: '', description: 'How to sign in' }),
    username: Type.String({ maxLength: 256, default: '' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    tls: Type.Boolean({ default: false, description: 'Connect encrypted, or not at all' }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type KafkaOptions = Static<typeof KafkaOptionsSchema>;

/** Reads `kafka://host:port[,host:port]/topic[,topic]`. */
export function kafkaWords(words: readonly string[]): Partial<KafkaOptions> {
  const [address = '', ...rest] = words;
  const found = /^kafka:\/\/([^/\s@]+)\/([^/\s]+)$/.exec(address);
  if (rest.length > 0 || found === null) {
    throw new Problem(
      'invalid_request',
      'after kafka come brokers with a topic, such as kafka://localhost:9092/orders; how to sign in stands in options',
    );
  }
  const brokers = found[1]!.split(',').map((broker) => (/:\d+$/.test(broker) ? broker : `${broker}:9092`));
  return { brokers: brokers.join(','), topics: found[2]!.split(',') };
}

export function checkKafkaOptions({ sasl, username }: KafkaOptions): void {
  if ((sasl === '') !== (username === '')) {
    throw new Problem('invalid_request', 'to sign in, both "sasl" and "username" are needed');
  }
}
