import Type, { type Static } from 'typebox';

export const QueueOptionsSchema = Type.Object(
  {
    queue: Type.String({
      pattern: '^[A-Za-z0-9_-]{1,80}$|^[A-Za-z0-9_-]{1,75}\\.fifo$',
      description: 'Name of the queue',
    }),
  },
  { additionalProperties: false },
);
export type QueueOptions = Static<typeof QueueOptionsSchema>;
