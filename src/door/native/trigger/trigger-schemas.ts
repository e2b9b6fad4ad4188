import Type from 'typebox';
import { FUNCTION_NAME_PATTERN } from '../../../model/function.ts';
import { TARGET_PATTERN } from '../../../model/target.ts';
import { DeliverySchema, TriggerSchema } from '../../../model/trigger.ts';

const { properties } = TriggerSchema;
const { filter, mapping, orderBy } = properties;
const delivery = Type.Optional(DeliverySchema);
const options = Type.Optional(properties.options);
const enabled = Type.Optional(Type.Boolean({ default: true, description: '`false`: paused' }));
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

export const TriggerParameters = Type.Object({ name: Type.String({ pattern: FUNCTION_NAME_PATTERN }) });

/** A trigger as it is written whole. */
export const TriggerBody = Type.Object(
  {
    function: Type.String({
      pattern: TARGET_PATTERN,
      description:
        'The function that it wakes: a name or an id, with a version or an alias behind a colon, such as `hello:prod`',
    }),
    type: properties.type,
    words: Type.Optional(
      Type.Array(Type.String({ maxLength: 2_048 }), {
        maxItems: 20,
        description: 'What people write after the type, such as `rate(5 minutes)`; makes up options that are not given',
      }),
    ),
    options,
    filter,
    mapping,
    orderBy,
    delivery,
    enabled,
  },
  { additionalProperties: false },
);

export const NewTriggerBody = Type.Object(
  { name: Type.Optional(properties.name), ...TriggerBody.properties },
  { additionalProperties: false },
);

/** What is to be changed; `null` removes. */
export const TriggerPatch = Type.Object(
  {
    function: Type.Optional(TriggerBody.properties.function),
    options,
    filter: orNull(Type.Record(Type.String(), Type.Unknown())),
    mapping,
    orderBy: orNull(Type.String({ maxLength: 256 })),
    delivery: orNull(DeliverySchema),
    enabled,
  },
  { additionalProperties: false },
);

export const TriggerAnswer = Type.Object(
  {
    ...properties,
    revision: Type.Integer({ description: 'Also the ETag; give it in If-Match to change only what you have seen' }),
    createdAt: Type.String(),
    summary: Type.String({ description: 'The options as one line' }),
    state: Type.Enum(['running', 'connecting', 'failed', 'paused']),
    lastError: Type.Optional(Type.Object({ message: Type.String(), atMs: Type.Number() })),
    lastEventAtMs: Type.Optional(Type.Number()),
    counts: Type.Object(
      { accepted: Type.Integer(), filtered: Type.Integer(), delivered: Type.Integer(), lost: Type.Integer() },
      { description: 'Since the node started' },
    ),
    waiting: Type.Integer({ description: 'Events in its lane that are not delivered yet' }),
    lagMs: Type.Number({ description: 'Age of the oldest event that is due' }),
    next: Type.Optional(Type.Array(Type.Number(), { description: 'Next times, in milliseconds since 1970' })),
    nextCut: Type.Optional(Type.Boolean({ description: 'There are more of them up to `nextUntil`' })),
    path: Type.Optional(Type.String({ description: 'Its own address on this node, where it is called' })),
  },
  { additionalProperties: true },
);

export const TypeAnswer = Type.Object({
  name: Type.String(),
  summary: Type.String(),
  options: Type.Unknown({ description: 'JSON Schema of the options; secrets have `format: secret`' }),
  batches: Type.Boolean({ description: 'Whether one run may get several events' }),
  called: Type.Boolean({ description: 'Whether the source calls an address of this node' }),
});

export const TestBody = Type.Object(
  {
    event: Type.Optional(
      Type.Object(
        {
          specversion: Type.Literal('1.0'),
          id: Type.String({ minLength: 1, maxLength: 2_048 }),
          source: Type.String({ minLength: 1, maxLength: 2_048 }),
          type: Type.String({ minLength: 1, maxLength: 2_048 }),
        },
        { additionalProperties: true, description: 'A CloudEvent; absent: a sample of the source' },
      ),
    ),
    dryRun: Type.Optional(Type.Boolean({ description: 'Shows what the function would get, and does not run it' })),
  },
  { additionalProperties: false },
);

export const TestAnswer = Type.Object({
  event: Type.Unknown(),
  matched: Type.Boolean({ description: 'Whether the filter lets it through' }),
  payload: Type.Optional(Type.Unknown({ description: 'What the function gets' })),
  run: Type.Optional(
    Type.Object({
      invocationId: Type.String(),
      status: Type.String(),
      result: Type.Optional(Type.Unknown()),
      error: Type.Optional(Type.String()),
    }),
  ),
});

export const ReplayBody = Type.Object(
  {
    from: Type.String({ maxLength: 64, description: 'ISO 8601, milliseconds since 1970, or an age such as `2h`' }),
    to: Type.Optional(Type.String({ maxLength: 64, description: 'Now where absent' })),
    state: Type.Optional(
      Type.Literal('dead', {
        description:
          'Delivers the dead events again that ended in this time; without it, the source makes its events anew',
      }),
    ),
  },
  { additionalProperties: false },
);
