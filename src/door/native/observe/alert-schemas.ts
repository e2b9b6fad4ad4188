import Type from 'typebox';
import {
  ALERT_ID_PATTERN,
  ALERT_NAME_PATTERN,
  AlertRoutingSchema,
  AlertRuleSchema,
  CHANNEL_KINDS,
  DefaultChangeSchema,
  SEVERITIES,
} from '../../../model/alert.ts';

const time = (description: string) => Type.Number({ description: `${description}, in milliseconds since 1970` });
const severity = Type.Enum([...SEVERITIES]);

export const NameOfAlert = Type.Object({
  id: Type.String({ pattern: ALERT_ID_PATTERN, description: 'Such as `errors@pay`' }),
});
export const NameOfOne = Type.Object({ name: Type.String({ pattern: ALERT_NAME_PATTERN }) });

export const AlertAnswer = Type.Object({
  id: Type.String({ description: "Its rule's name, and the function that it is about: `errors@pay`" }),
  rule: Type.String(),
  function: Type.Optional(Type.String()),
  owner: Type.Optional(Type.String()),
  state: Type.Enum(['firing', 'resolved']),
  severity,
  firingId: Type.String({ description: 'Identifies this time that it fires' }),
  sinceMs: time('When it began'),
  resolvedMs: Type.Optional(time('When it ended')),
  condition: Type.String(),
  measure: Type.String({ description: 'What is measured' }),
  value: Type.String({ description: 'How it stands, in words' }),
  limit: Type.String(),
  worst: Type.String(),
  acknowledged: Type.Optional(
    Type.Object({ by: Type.String(), atMs: time('When'), note: Type.Optional(Type.String()) }),
  ),
  silencedUntilMs: Type.Optional(time('Nobody is told until then')),
  description: Type.Optional(Type.String()),
  diagnosis: Type.Optional(
    Type.Object(
      {
        causes: Type.Array(Type.Object({ kind: Type.String(), text: Type.String() }, { additionalProperties: true }), {
          description: 'What probably causes it, the likeliest first',
        }),
        error: Type.Optional(
          Type.Object(
            {
              type: Type.String(),
              message: Type.String(),
              place: Type.Optional(Type.String({ description: 'The line of the stack where it came from' })),
              count: Type.Integer({ description: 'Failures with this error' }),
              of: Type.Integer({ description: 'Failures that were looked at' }),
              invocationId: Type.String({ description: 'One of them' }),
              version: Type.Integer(),
              log: Type.Array(Type.String()),
            },
            { description: 'The error of most failed invocations' },
          ),
        ),
        history: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
          description: 'The hour before it began, in steps of two minutes',
        }),
        commands: Type.Array(Type.Object({ title: Type.String(), command: Type.String() })),
      },
      { description: 'What was found out when it began' },
    ),
  ),
});

export const FiringAnswer = Type.Object({
  firingId: Type.String(),
  id: Type.String(),
  rule: Type.String(),
  function: Type.Optional(Type.String()),
  severity,
  sinceMs: time('When it began'),
  resolvedMs: Type.Optional(time('When it ended; absent: it goes on')),
  condition: Type.String(),
  worst: Type.String(),
  limit: Type.String(),
  cause: Type.Optional(Type.String()),
  acknowledgedBy: Type.Optional(Type.String()),
});

const revision = Type.Integer({ description: 'Also the ETag' });

export const RuleAnswer = Type.Object({
  name: Type.String(),
  revision,
  ...AlertRuleSchema.properties,
  createdAtMs: time('When it was made'),
  by: Type.String({ description: 'Who wrote it last' }),
  firing: Type.Array(Type.String(), { description: 'Which of its alerts fire' }),
});

export const DefaultAnswer = Type.Object({
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  when: Type.String(),
  severity,
  criticalWhen: Type.Optional(Type.String()),
});

export const DefaultChangesAnswer = Type.Object({
  scope: Type.String(),
  revision: Type.Integer({ description: 'Of what is changed for this scope' }),
  rules: Type.Record(Type.String(), DefaultChangeSchema),
});

export const RoutingAnswer = Type.Object({
  revision: Type.Integer({ description: 'Also the ETag; 0 where it was never set' }),
  ...AlertRoutingSchema.properties,
});

export const ChannelAnswer = Type.Object({
  name: Type.String(),
  revision,
  kind: Type.Enum([...CHANNEL_KINDS]),
  target: Type.String({ description: 'Where it leads to, without what is secret' }),
  least: severity,
  createdAtMs: time('When it was made'),
  deliveredAtMs: Type.Optional(time('When it took a message last, since the node started')),
  lastError: Type.Optional(Type.Object({ message: Type.String(), atMs: time('When it began') })),
  waiting: Type.Integer({ description: 'Messages that wait to be delivered' }),
});

export const SilenceAnswer = Type.Object({
  id: Type.String(),
  alert: Type.Optional(Type.String()),
  function: Type.Optional(Type.String()),
  owner: Type.Optional(Type.String()),
  tag: Type.Optional(Type.String()),
  reason: Type.String(),
  by: Type.String(),
  fromMs: time('From when'),
  untilMs: time('Until when'),
});
