import Type from 'typebox';
import { QUEUE_NAME_PATTERN } from '../../../service/queue/queue-settings.ts';
import { BytesView } from '../bytes-view.ts';

export const QueueParameters = Type.Object({ name: Type.String({ pattern: QUEUE_NAME_PATTERN }) });

export const ReceiptParameters = Type.Object({
  name: Type.String({ pattern: QUEUE_NAME_PATTERN }),
  receipt: Type.String({ maxLength: 256, description: 'As `receive` gave it' }),
});

const QueueStatsView = Type.Object({
  ready: Type.Integer({ description: 'Can be received now' }),
  delayed: Type.Integer({ description: 'Wait for their time' }),
  leased: Type.Integer({ description: 'Received, and neither deleted nor given back' }),
  oldestAgeMs: Type.Number({ description: 'Age of the oldest message that can be received' }),
  nextDueInMs: Type.Optional(
    Type.Number({ description: 'When the next of those that wait for their time, or were received, can be received' }),
  ),
});

export const QueueAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer({ description: 'Of its settings; also the ETag' }),
  createdAt: Type.String(),
  settings: Type.Object({
    fifo: Type.Boolean(),
    visibilityMs: Type.Integer(),
    delayMs: Type.Integer(),
    retentionMs: Type.Integer(),
    contentDeduplication: Type.Boolean(),
    deadLetter: Type.Optional(Type.Object({ queue: Type.String(), maxReceives: Type.Integer() })),
  }),
  counts: Type.Object(
    {
      sent: Type.Integer(),
      received: Type.Integer(),
      deleted: Type.Integer(),
      deadLettered: Type.Integer(),
      expired: Type.Integer(),
    },
    { description: 'Messages since the node started' },
  ),
  stats: QueueStatsView,
});

const Attributes = Type.Record(Type.String(), Type.String());

export const NewMessages = Type.Object(
  {
    messages: Type.Array(
      Type.Object(
        {
          body: Type.Optional(Type.String({ description: 'The message as a text' })),
          bodyBase64: Type.Optional(Type.String({ description: 'In place of `body`' })),
          attributes: Type.Optional(Attributes),
          delayMs: Type.Optional(Type.Integer({ minimum: 0 })),
          group: Type.Optional(Type.String({ description: 'FIFO: messages of one group keep their order' })),
          deduplicationId: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);

export const SendAnswer = Type.Object({
  messageId: Type.String(),
  duplicate: Type.Boolean({ description: 'An earlier message with this de-duplication id stands for it' }),
});

export const ReceivedMessageView = Type.Object({
  messageId: Type.String(),
  receipt: Type.String({ description: 'Deletes the message or changes its visibility, until it is visible again' }),
  ...BytesView,
  attributes: Attributes,
  group: Type.Optional(Type.String()),
  attempt: Type.Integer({ description: '1 for the first receipt' }),
  sentAtMs: Type.Number(),
  leaseUntilMs: Type.Number({ description: 'It is hidden from others until then' }),
});

export const StoredMessageView = Type.Object({
  messageId: Type.String(),
  ...BytesView,
  attributes: Attributes,
  group: Type.Optional(Type.String()),
  state: Type.Enum(['ready', 'delayed', 'leased']),
  attempts: Type.Integer(),
  sentAtMs: Type.Number(),
  dueAtMs: Type.Number(),
});
