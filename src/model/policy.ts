import Type, { type Static } from 'typebox';
import { MEMORY_MB, TIMEOUT_MS } from './function.ts';
import { NETWORK_HOST_PATTERN, NETWORK_RULES } from './network.ts';

export const POLICY_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$';
const NAME_PATTERN = '^(?:\\*|[A-Za-z0-9][A-Za-z0-9_-]{0,63}\\*?)$';
const TAG_KEY = '^[A-Za-z0-9_.:/=+@-]{1,128}$';

/** What counts as this for a policy: everything that is absent fits. */
const PolicyScope = Type.Object(
  {
    teams: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Owners of functions',
      }),
    ),
    tags: Type.Optional(
      Type.Record(Type.String({ pattern: TAG_KEY }), Type.String({ maxLength: 256 }), {
        minProperties: 1,
        description: 'Tags that a function has, all of them; the value `*` fits any',
      }),
    ),
    names: Type.Optional(
      Type.Array(Type.String({ pattern: NAME_PATTERN }), {
        minItems: 1,
        maxItems: 100,
        description: 'Names of functions; `*` at the end stands for any rest',
      }),
    ),
  },
  { additionalProperties: false },
);
export type PolicyScope = Static<typeof PolicyScope>;

const GitRules = Type.Object(
  {
    required: Type.Optional(Type.Boolean({ description: 'The code comes from a Git repository' })),
    clean: Type.Optional(Type.Boolean({ description: 'Nothing in the folder differed from the commit' })),
    pushed: Type.Optional(Type.Boolean({ description: 'The commit was on a remote' })),
    tagged: Type.Optional(Type.Boolean({ description: 'The commit has a tag' })),
    branches: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Branches; `*` at the end stands for any rest',
      }),
    ),
    repositories: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Repositories; `*` at the end stands for any rest',
      }),
    ),
  },
  { additionalProperties: false },
);

const PolicyRules = Type.Object(
  {
    maxMemoryMb: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Most memory, in MiB' })),
    maxTimeoutMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Longest timeout, in milliseconds' }),
    ),
    maxConcurrency: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Most invocations at once (`maxConcurrency`)' }),
    ),
    allowedRuntimes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 50, uniqueItems: true }),
    ),
    requiredTags: Type.Optional(
      Type.Record(Type.String({ pattern: TAG_KEY }), Type.Array(Type.String({ maxLength: 256 }), { maxItems: 100 }), {
        description: 'Tags that must be there, each with the values that it may have; an empty list: any',
      }),
    ),
    ownerRequired: Type.Optional(Type.Boolean({ description: 'There must be an owner' })),
    allowedOwners: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 100, uniqueItems: true }),
    ),
    allowedNetwork: Type.Optional(Type.Array(Type.Enum([...NETWORK_RULES]), { maxItems: 4, uniqueItems: true })),
    allowedHosts: Type.Optional(
      Type.Array(Type.String({ pattern: NETWORK_HOST_PATTERN }), {
        maxItems: 200,
        uniqueItems: true,
        description: 'Where `network` is `hosts`: the only ones, as written in `networkHosts`',
      }),
    ),
    grantsByRoleOnly: Type.Optional(
      Type.Boolean({ description: 'No grants of its own, only those of its execution role' }),
    ),
    roleRequired: Type.Optional(Type.Boolean({ description: 'There must be an execution role' })),
    allowedRoles: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description: 'The only execution roles; none at all is allowed as well',
      }),
    ),
    recordPayloads: Type.Optional(
      Type.Array(Type.Enum(['none', 'failed', 'all']), {
        maxItems: 3,
        uniqueItems: true,
        description: 'What may be recorded',
      }),
    ),
    git: Type.Optional(GitRules),
  },
  { additionalProperties: false },
);
export type PolicyRules = Static<typeof PolicyRules>;

const POLICY_MODES = ['enforce', 'warn'] as const;

/** What the infrastructure team demands of functions. */
export const PolicySchema = Type.Object(
  {
    name: Type.String({ pattern: POLICY_NAME_PATTERN }),
    description: Type.String({ maxLength: 1_000, default: '' }),
    mode: Type.Enum([...POLICY_MODES], {
      default: 'enforce',
      description: '`enforce` refuses what breaks it; `warn` tells, and lets it pass',
    }),
    message: Type.String({
      maxLength: 1_000,
      default: '',
      description: 'What people are told besides, such as whom to ask',
    }),
    scope: Type.Object(PolicyScope.properties, {
      additionalProperties: false,
      default: {},
      description: 'Which functions it is about; empty: all',
    }),
    rules: PolicyRules,
  },
  { additionalProperties: false },
);
export type Policy = Static<typeof PolicySchema>;

/** One rule of one policy that a function breaks. */
export interface PolicyViolation {
  readonly policy: string;
  readonly mode: (typeof POLICY_MODES)[number];
  /** Path of the rule, such as `maxMemoryMb` or `git.clean`. */
  readonly rule: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What every function has at least or can be: a rule that allows less allows nothing. */
export const LEAST = { memoryMb: MEMORY_MB.minimum, timeoutMs: TIMEOUT_MS.minimum, maxConcurrency: 1 } as const;
