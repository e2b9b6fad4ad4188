import Type from 'typebox';
import { EVENT_STATES } from '../../../model/event.ts';

export const EventParameters = Type.Object({
  id: Type.String({ maxLength: 64, description: 'The id that accepting it gave' }),
});

export const AcceptedAnswer = Type.Object({
  eventId: Type.String(),
  duplicate: Type.Boolean({ description: 'An earlier event with this key stands for it' }),
});

/** An event as the native API shows it, whether it still waits or has ended. */
export const EventView = Type.Object({
  eventId: Type.String(),
  function: Type.String(),
  qualifier: Type.Optional(Type.String({ description: 'The version or alias that it is for; absent: what serves' })),
  lane: Type.String({ description: 'A trigger, or `direct`' }),
  state: Type.Enum([...EVENT_STATES]),
  attempts: Type.Integer(),
  acceptedAtMs: Type.Number(),
  dueAtMs: Type.Optional(Type.Number({ description: 'When it is tried next' })),
  endedAtMs: Type.Optional(Type.Number()),
  invocationId: Type.Optional(Type.String({ description: 'Its last run' })),
  reason: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  source: Type.Optional(Type.String({ description: "The CloudEvent's" })),
  sourceId: Type.Optional(Type.String({ description: "The CloudEvent's id" })),
  event: Type.Optional(Type.Unknown({ description: 'The CloudEvent, of one that waits or is dead' })),
  payload: Type.Optional(
    Type.Unknown({ description: 'What the function gets, of a direct event: JSON, or a text in base64' }),
  ),
  contentType: Type.Optional(Type.String()),
});

export const LaneView = Type.Object({
  function: Type.String(),
  qualifier: Type.Optional(Type.String({ description: 'The version or alias that it is for; absent: what serves' })),
  lane: Type.String(),
  waiting: Type.Integer(),
  delayed: Type.Integer({ description: 'Waiting for their next attempt' }),
  running: Type.Integer(),
  dead: Type.Integer(),
  oldestAgeMs: Type.Number({ description: 'Age of the oldest that is due' }),
  drainMs: Type.Optional(Type.Number({ description: 'Until it is empty at the rate of the last minute' })),
  accepted: Type.Integer({ description: 'Since the node started, as those that follow' }),
  delivered: Type.Integer(),
  failedAttempts: Type.Integer(),
  lost: Type.Integer({ description: 'Dead, expired or dropped' }),
});
