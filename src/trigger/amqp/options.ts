import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

const SHORT_TEXT = { maxLength: 255, default: '' };

export const AmqpOptionsSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^amqps?://[^\\s/#?@]+$',
      maxLength: 512,
      description: 'The broker, such as `amqp://localhost` or `amqps://broker.example.com:5671`',
    }),
    queue: Type.String({ minLength: 1, maxLength: 255, description: 'Queue whose messages are taken' }),
    vhost: Type.String({ minLength: 1, maxLength: 255, default: '/', description: 'Virtual host of the broker' }),
    prefetch: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 100,
      description:
        'Messages that the broker hands out before they are acknowledged; so many share one write to the disk',
    }),
    declare: Type.Boolean({ default: false, description: 'Make the queue, durable, where there is none' }),
    exchange: Type.String({ ...SHORT_TEXT, description: 'Bind the queue to this exchange, which must be there' }),
    routingKey: Type.String({ ...SHORT_TEXT, description: 'Routing key of that binding, such as `orders.*`' }),
    username: Type.String({ maxLength: 255, default: '', description: 'Absent: guest' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type AmqpOptions = Static<typeof AmqpOptionsSchema>;

/** Reads `amqp://[user:password@]host[:port]/queue`. */
export function amqpWords(words: readonly string[]): Partial<AmqpOptions> {
  const [address = '', ...rest] = words;
  const found = /^(amqps?:\/\/)(?:([^:@/]+)(?::([^@/]*))?@)?([^@/\s]+)\/(.+)$/.exec(address);
  if (rest.length > 0 || found === null) {
    throw new Problem('invalid_request', 'after amqp comes the broker with a queue, such as amqp://localhost/orders');
  }
  const [, protocol, username, password, host, queue] = found;
  return {
    url: `${protocol}${host}`,
    queue: queue!,
    ...(username !== undefined && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password: decodeURIComponent(password) }),
  };
}

export function checkAmqpOptions({ exchange, routingKey }: AmqpOptions): void {
  if (routingKey !== '' && exchange === '') {
    throw new Problem('invalid_request', 'a routingKey belongs to a binding: say the exchange, too');
  }
}
