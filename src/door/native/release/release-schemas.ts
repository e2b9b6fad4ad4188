import Type, { type Static } from 'typebox';
import { AliasShareSchema, STICKY_PATTERN } from '../../../model/alias.ts';
import { FunctionConfigSchema } from '../../../model/function.ts';
import { RELEASE_LIMITS, RELEASE_STATES, ReleaseRulesSchema } from '../../../model/release.ts';
import { ALIAS_NAME_PATTERN } from '../../../model/target.ts';
import { CodeAnswer, NameParameters, Origin } from '../schemas.ts';

const VersionNumber = Type.Integer({ minimum: 1, maximum: 999_999_999, description: "A version's number" });
const Revision = Type.Integer({ description: 'Also the ETag; give it in If-Match to change only what you have seen' });

export const VersionParameters = Type.Object({ ...NameParameters.properties, version: VersionNumber });

export const AliasParameters = Type.Object({
  ...NameParameters.properties,
  alias: Type.String({ pattern: ALIAS_NAME_PATTERN, description: 'Name of an alias' }),
});

export const VersionAnswer = Type.Object({
  version: Type.Integer(),
  createdAt: Type.String(),
  origin: Type.Optional(Origin),
  how: Type.Optional(
    Type.Enum(['deploy', 'configure'], {
      description: 'By code, or by settings alone; absent on versions that were made before this was kept',
    }),
  ),
  serves: Type.Boolean({ description: 'Whether calls that name the function alone get it' }),
  publication: Type.Optional(
    Type.Object(
      { at: Type.String(), by: Type.String(), description: Type.String() },
      { description: 'It was published: it is kept until that is taken back' },
    ),
  ),
  aliases: Type.Array(Type.Object({ alias: Type.String(), weight: Type.Number() }), {
    description: 'Aliases that name it, and the share of their calls that it gets, in percent',
  }),
  code: CodeAnswer,
  config: Type.Optional(FunctionConfigSchema),
});
export type VersionAnswer = Static<typeof VersionAnswer>;

export const VersionsAnswer = Type.Object({
  versions: Type.Array(VersionAnswer, { description: 'Newest first, without their configuration' }),
  cursor: Type.Optional(Type.String()),
  moves: Type.Array(
    Type.Object({
      version: Type.Integer(),
      at: Type.String(),
      by: Type.String(),
      how: Type.Enum(['deploy', 'configure', 'rollback']),
    }),
    { description: 'What came to serve when, the newest last' },
  ),
  rollsBackTo: Type.Optional(
    Type.Integer({ description: 'What a rollback makes serve; absent where nothing served before' }),
  ),
});

export const PublishBody = Type.Object(
  {
    version: Type.Optional(Type.Integer({ minimum: 1, description: 'The one that serves where absent' })),
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
);

export const RollbackBody = Type.Object(
  { to: Type.Optional(Type.Integer({ minimum: 1, description: 'What was there before where absent' })) },
  { additionalProperties: false },
);

export const AliasBody = Type.Object(
  {
    versions: Type.Array(AliasShareSchema, {
      minItems: 1,
      maxItems: 2,
      description: 'One version with the weight 100, or two whose weights add up to 100',
    }),
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    stickyBy: Type.Optional(
      Type.String({
        pattern: `^$|${STICKY_PATTERN}`,
        description:
          'Where the key is whose calls get one version: `header:<name>`, `query:<name>`, `cookie:<name>` or `payload:<path>`; empty: calls are dealt out at random',
      }),
    ),
  },
  { additionalProperties: false },
);

const Shares = Type.Array(Type.Object({ version: Type.Integer(), weight: Type.Number() }));

const Numbers = Type.Object({
  version: Type.Integer(),
  calls: Type.Integer(),
  errors: Type.Integer(),
  errorRate: Type.Number({ description: 'In percent' }),
  p50Ms: Type.Number(),
  p90Ms: Type.Number(),
  p99Ms: Type.Number(),
});
const BothNumbers = { old: Numbers, new: Numbers };

export const ReleaseAnswer = Type.Object({
  function: Type.String(),
  alias: Type.String(),
  id: Type.String(),
  from: Type.Integer(),
  to: Type.Integer(),
  state: Type.Enum([...RELEASE_STATES]),
  percent: Type.Number({ description: 'Share of the new version now' }),
  steps: Type.Array(Type.Number()),
  step: Type.Integer({ description: 'Place in `steps`' }),
  everyMs: Type.Integer(),
  rules: ReleaseRulesSchema,
  startedAt: Type.String(),
  startedBy: Type.String(),
  endedAt: Type.Optional(Type.String()),
  entries: Type.Array(
    Type.Object({
      at: Type.String(),
      by: Type.String(),
      what: Type.String(),
      percent: Type.Number(),
      message: Type.Optional(Type.String()),
    }),
  ),
  numbers: Type.Optional(
    Type.Object(BothNumbers, { description: 'Of both versions over the last window, while it goes on' }),
  ),
  report: Type.Optional(
    Type.Object(
      {
        why: Type.String(),
        rule: Type.Optional(Type.Enum(['errors', 'latency', 'alarm'])),
        ...BothNumbers,
        alarms: Type.Optional(Type.Array(Type.String())),
        failures: Type.Optional(
          Type.Array(Type.Object({ invocationId: Type.String(), type: Type.String(), message: Type.String() })),
        ),
      },
      { description: 'How it ended, and why' },
    ),
  ),
});

export const AliasAnswer = Type.Object({
  function: Type.String(),
  name: Type.String(),
  description: Type.String(),
  versions: Shares,
  stickyBy: Type.Optional(Type.String()),
  revision: Revision,
  createdAt: Type.String(),
  updatedAt: Type.String(),
  updatedBy: Type.String(),
  moves: Type.Array(
    Type.Object({
      versions: Shares,
      at: Type.String(),
      by: Type.String(),
      how: Type.Enum(['set', 'rollback', 'release']),
      revision: Type.Optional(Type.Integer()),
    }),
    { description: 'What it named from when on, the newest last' },
  ),
  rollsBackTo: Type.Optional(
    Type.Integer({ description: 'What a rollback makes it name; absent where it named nothing before' }),
  ),
  release: Type.Optional(ReleaseAnswer),
});

export const ReleaseBody = Type.Object(
  {
    to: Type.Integer({ minimum: 1, description: 'The version that is released' }),
    steps: Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 100 }), {
      minItems: 1,
      maxItems: RELEASE_LIMITS.steps,
      description: 'Shares of the new version in percent, rising to 100',
    }),
    everyMs: Type.Integer({
      minimum: RELEASE_LIMITS.minEveryMs,
      maximum: RELEASE_LIMITS.maxEveryMs,
      description: 'How long each step takes, in milliseconds',
    }),
    rules: Type.Optional(Type.Partial(ReleaseRulesSchema, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

export const DiffAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  config: Type.Array(
    Type.Object({
      setting: Type.String({ description: 'A setting, or a member of one, such as `environment.STAGE`' }),
      change: Type.Enum(['added', 'removed', 'changed']),
      from: Type.Optional(Type.Unknown({ description: 'Never there for environment variables' })),
      to: Type.Optional(Type.Unknown()),
    }),
  ),
  files: Type.Array(
    Type.Object({
      path: Type.String(),
      change: Type.Enum(['added', 'removed', 'changed']),
      bytesBefore: Type.Optional(Type.Integer()),
      bytesAfter: Type.Optional(Type.Integer()),
      diff: Type.Optional(Type.String({ description: 'Unified; absent for what is no text, or too long' })),
    }),
  ),
  cut: Type.Boolean({ description: 'There is more than is shown' }),
});
