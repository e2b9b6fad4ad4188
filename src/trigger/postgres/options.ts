import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';
import { TlsOptions } from '../tls.ts';

/** What PostgreSQL takes as an identifier, in bytes. */
const MAX_NAME = 63;
const NAME = '[^\\u0000.,\\s]{1,63}';

export const PostgresOptionsSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^postgres(?:ql)?://[^\\s/@#?]+/[^\\s/@#?]+$',
      maxLength: 512,
      description: 'Server and database, such as `postgres://localhost:5432/shop`',
    }),
    mode: Type.Enum(['listen', 'changes'], {
      description: '`listen` for notifications of a channel (at most once), `changes` for row changes of tables',
    }),
    channel: Type.String({ maxLength: MAX_NAME, default: '', description: 'Channel to LISTEN to' }),
    tables: Type.Array(Type.String({ pattern: `^(?:${NAME}\\.)?${NAME}$` }), {
      maxItems: 256,
      default: [],
      description: 'Tables whose changes are wanted, such as `public.orders`; none: all tables (needs a superuser)',
    }),
    publication: Type.String({
      maxLength: MAX_NAME,
      default: '',
      description: "A publication that is there already; absent: one is made and kept by the trigger's `tables`",
    }),
    slot: Type.String({
      pattern: '^[a-z0-9_]{0,63}$',
      default: '',
      description: 'Replication slot, made where it is missing; absent: named after the trigger',
    }),
    username: Type.String({ maxLength: 256, default: '' }),
    password: Type.String({ format: 'secret', maxLength: 1_024, default: '' }),
    tls: Type.Boolean({ default: false, description: 'Connect encrypted, or not at all' }),
    ...TlsOptions,
  },
  { additionalProperties: false },
);
export type PostgresOptions = Static<typeof PostgresOptionsSchema>;

const EXPECTED =
  'after postgres comes a database, and either listen with a channel or changes with tables, such as ' +
  'postgres://localhost/shop changes public.orders';

/** Reads `postgres://[user:password@]host[:port]/database listen <channel>` or `… changes [<table> …]`. */
export function postgresWords(words: readonly string[]): Partial<PostgresOptions> {
  const [address = '', mode, ...names] = words;
  const found = /^(postgres(?:ql)?:\/\/)(?:([^:@/]+)(?::([^@/]*))?@)?([^/\s?#]+\/[^/\s?#]+)$/.exec(address);
  if (found === null || (mode !== 'listen' && mode !== 'changes') || (mode === 'listen' && names.length !== 1)) {
    throw new Problem('invalid_request', EXPECTED);
  }
  const [, protocol, username, password, place] = found;
  return {
    url: `${protocol}${place}`,
    mode,
    ...(mode === 'listen' ? { channel: names[0]! } : { tables: names.flatMap((name) => name.split(',')) }),
    ...(username !== undefined && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password: decodeURIComponent(password) }),
  };
}

export function checkPostgresOptions({ mode, channel, tables, publication }: PostgresOptions): void {
  if (mode === 'listen' && channel === '') throw new Problem('invalid_request', 'to listen, a "channel" is needed');
  if (publication !== '' && tables.length > 0) {
    throw new Problem(
      'invalid_request',
      'a "publication" of your own says itself which tables it has: leave out "tables"',
    );
  }
}

/** `fob_` and the trigger's name, as PostgreSQL takes it for slots; names that would be the same are told apart. */
export function ownName(trigger: string): string {
  const plain = trigger.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  if (plain === trigger && plain.length <= MAX_NAME - 4) return `fob_${plain}`;
  const digest = createHash('sha256').update(trigger).digest('hex').slice(0, 8);
  return `fob_${plain.slice(0, MAX_NAME - 13)}_${digest}`;
}
