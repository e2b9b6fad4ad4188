import Type, { type Static } from 'typebox';
import { GRANT_PATTERN } from './grant.ts';
import { ONE_LINE_PATTERN } from './one-line.ts';

export const ROLE_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';

/** What a role may grant: all that a function may have of its own, and secrets, which none may give to itself. */
export const ROLE_GRANT_PATTERN = `${GRANT_PATTERN}|^secret:[A-Za-z0-9_.-]*\\*?$`;

/** What functions may touch, under one name that functions are given by it. */
export const ExecutionRoleSchema = Type.Object(
  {
    name: Type.String({ pattern: ROLE_NAME_PATTERN }),
    description: Type.String({ maxLength: 1_000, default: '' }),
    grants: Type.Array(Type.String({ pattern: ROLE_GRANT_PATTERN }), {
      maxItems: 200,
      uniqueItems: true,
      default: [],
      description:
        'What its functions may do, as `<kind>:<name>[:<access>]`, such as `bucket:photos:read`, `secret:db-password`',
    }),
    owner: Type.String({
      pattern: ONE_LINE_PATTERN,
      maxLength: 128,
      default: '',
      description: 'The user or team whose it is; empty: the platform, and only those who write policies change it',
    }),
    assignableBy: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 50,
      uniqueItems: true,
      default: [],
      description:
        'Teams whose members may give it to a function; empty: whoever may configure the function. One that is owned is given by its owner, and by these',
    }),
  },
  { additionalProperties: false },
);
export type ExecutionRole = Static<typeof ExecutionRoleSchema>;

/** Roles that are wanted often: each takes the names of what it is about. */
export const ROLE_TEMPLATES = {
  'bucket-read': { about: 'bucket', grants: ['bucket:NAME:read'], meaning: 'reads objects of a bucket' },
  'bucket-write': {
    about: 'bucket',
    grants: ['bucket:NAME:read', 'bucket:NAME:write'],
    meaning: 'reads and writes objects of a bucket',
  },
  'queue-send': { about: 'queue', grants: ['queue:NAME:send'], meaning: 'sends to a queue' },
  'queue-work': {
    about: 'queue',
    grants: ['queue:NAME:receive', 'queue:NAME:send'],
    meaning: 'receives from a queue, and sends to it',
  },
  'topic-publish': { about: 'topic', grants: ['topic:NAME:publish'], meaning: 'publishes to a topic' },
  'kv-read': { about: 'kv', grants: ['kv:NAME:read'], meaning: 'reads a key-value space' },
  'kv-write': { about: 'kv', grants: ['kv:NAME:read', 'kv:NAME:write'], meaning: 'reads and writes a key-value space' },
  'function-invoke': { about: 'function', grants: ['function:NAME:invoke'], meaning: 'calls a function' },
  'secret-read': { about: 'secret', grants: ['secret:NAME'], meaning: 'gets a secret' },
} as const satisfies Record<string, { about: string; grants: readonly string[]; meaning: string }>;
export type RoleTemplate = keyof typeof ROLE_TEMPLATES;

/** The grants that a template gives for these things. */
export function grantsOfTemplate(template: RoleTemplate, names: readonly string[]): string[] {
  return names.flatMap((name) => ROLE_TEMPLATES[template].grants.map((grant) => grant.replace('NAME', name)));
}
