import Type, { type Static } from 'typebox';
import { DESTINATION_PATTERN } from './destination.ts';
import { FUNCTION_NAME_PATTERN } from './function.ts';
import { formatTarget, QUALIFIER_PATTERN } from './target.ts';

/** Delivery of events, as a trigger may set it for itself; what it leaves open is the function's own setting. */
export const DeliverySchema = Type.Object(
  {
    maxRetries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: 'Attempts after the first' })),
    retryDelayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description: 'Wait before the first retry; it doubles, with jitter',
      }),
    ),
    maxAgeMs: Type.Optional(
      Type.Integer({ minimum: 1_000, maximum: 1_209_600_000, description: 'An event that is older is given up' }),
    ),
    maxConcurrency: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, description: "Most runs at once of this trigger's events" }),
    ),
    batchSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Most events in one run, where the source has batches',
      }),
    ),
    batchWindowMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 300_000, description: 'How long to gather a batch that is not full' }),
    ),
    onSuccess: Type.Optional(Type.String({ pattern: DESTINATION_PATTERN })),
    onFailure: Type.Optional(Type.String({ pattern: DESTINATION_PATTERN })),
  },
  { additionalProperties: false },
);
export type Delivery = Static<typeof DeliverySchema>;

/** What wakes a function: a small document, kept in the registry under `trigger/<name>`. */
export const TriggerSchema = Type.Object(
  {
    name: Type.String({
      pattern: FUNCTION_NAME_PATTERN,
      description: 'Unique; made from function and source where absent',
    }),
    function: Type.String({ pattern: FUNCTION_NAME_PATTERN, description: 'The function that it wakes' }),
    qualifier: Type.Optional(
      Type.String({
        pattern: QUALIFIER_PATTERN,
        description: 'The version or alias of it that is woken; absent: what serves',
      }),
    ),
    type: Type.String({
      pattern: '^[a-z][a-z0-9-]{1,31}$',
      description: 'Kind of source, such as `schedule`, `bucket`, `mqtt`',
    }),
    options: Type.Record(Type.String(), Type.Unknown(), {
      description: "The source's own settings; each type has a schema. Secrets in it are kept sealed and never shown",
    }),
    filter: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'An EventBridge event pattern; events that do not match are not delivered. It sees the CloudEvent, and its data under `detail` and `data`',
      }),
    ),
    mapping: Type.Optional(
      Type.Unknown({ description: 'Reshapes an event: a JSON template whose texts may hold `<$.path>` references' }),
    ),
    orderBy: Type.Optional(
      Type.String({
        maxLength: 256,
        description:
          'Path of a key in the event, such as `$.data.customer`: events of one key are delivered strictly in order',
      }),
    ),
    delivery: Type.Optional(DeliverySchema),
    enabled: Type.Boolean({ default: true }),
  },
  { additionalProperties: false },
);
export type Trigger = Static<typeof TriggerSchema>;

/** What a trigger wakes, as calls name it. */
export function targetOf({ function: name, qualifier }: Pick<Trigger, 'function' | 'qualifier'>): string {
  return formatTarget({ function: name, ...(qualifier !== undefined && { qualifier }) });
}
