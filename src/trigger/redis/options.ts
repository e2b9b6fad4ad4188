import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

export const RedisOptionsSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^rediss?://[^\\s/#?@]+$',
      maxLength: 512,
      description: 'The server, such as `redis://localhost` or `rediss://redis.example.com:6380`',
    }),
    subject: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: 'The stream; or the channel, where `*`, `?` and `[…]` stand for any',
    }),
    mode: Type.Enum(['stream', 'channel'], {
      default: 'stream',
      description:
        'A stream keeps its entries until they are accepted; what a channel says while nobody listens is lost',
    }),
    db: Type.Integer({ minimum: 0, maximum: 65_535, default: 0, description: 'Number of the database' }),
    group: Type.String({
      maxLength: 256,
      default: '',
      description: "Consumer group of the stream, made where there is none. Absent: made of the trigger's name",
    }),
    consumer: Type.String({
      maxLength: 256,
      default: '',
      description: "Own name in the group, which no other may have at the same time. Absent: the machine's name",
    }),
    from: Type.Enum(['new', 'beginning'], {
      default: 'new',
      description: 'Where a group that is made begins: with what comes from then on, or with all that is there',
    }),
    field: Type.String({
      maxLength: 256,
      default: '',
      description: "The field of an entry that is the message. Absent: the event's data are all fields, as texts",
    }),
    count: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 100,
      description: 'Most entries that are read, and written to the disk, at once',
    }),
    claimAfterMs: Type.Integer({
      minimum: 100,
      maximum: 86_400_000,
      default: 60_000,
      description: 'Entries that another consumer of the group has held for so long are taken over',
    }),
    username: Type.String({ maxLength: 256, default: '' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type RedisOptions = Static<typeof RedisOptionsSchema>;

/** Reads `redis://[user:password@]host[:port]/stream-or-channel`. */
export function redisWords(words: readonly string[]): Partial<RedisOptions> {
  const [address = '', ...rest] = words;
  const found = /^(rediss?:\/\/)(?:([^:@/]*)(?::([^@/]*))?@)?([^@/\s]+)\/(.+)$/.exec(address);
  if (rest.length > 0 || found === null) {
    throw new Problem(
      'invalid_request',
      'after redis comes the server with a stream or channel, such as redis://localhost/orders',
    );
  }
  const [, protocol, username, password, host, name] = found;
  if (/^\d+(\/|$)/.test(name!)) {
    throw new Problem(
      'invalid_request',
      `'${name}' looks like the number of a database: that is the option db; after the host comes the stream or channel`,
    );
  }
  return {
    url: `${protocol}${host}`,
    subject: name!,
    ...(username !== undefined && username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password: decodeURIComponent(password) }),
  };
}

/** A channel's name with wildcards is a pattern; a backslash before one makes it a plain character in a pattern. */
export function isPattern(subject: string): boolean {
  return /[*?[]/.test(subject);
}
