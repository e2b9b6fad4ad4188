import Type from 'typebox';
import type { Section } from '../section.ts';
import { durationMs } from '../units.ts';
import { documentsAt } from './documents.ts';
import { durationSchema } from './duration.ts';

interface QueueView {
  readonly revision: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly stats: { readonly ready: number; readonly delayed: number; readonly leased: number };
}

const DAY_MS = 86_400_000;
const milliseconds = Type.Optional(Type.Integer({ minimum: 0 }));
/** Settings with a duration, and their defaults. */
const DURATIONS = { visibility: 30_000, delay: 0, retention: 4 * DAY_MS } as const;

/** Queues; one whose name ends in `.fifo` is in order. */
export const queues: Section = {
  key: 'queues',
  noun: 'queue',
  namePattern: '^(?=.{1,80}$)[A-Za-z0-9][A-Za-z0-9_-]*(\\.fifo)?$',
  schema: Type.Object(
    {
      visibility: Type.Optional(durationSchema()),
      visibilityMs: milliseconds,
      delay: Type.Optional(durationSchema()),
      delayMs: milliseconds,
      retention: Type.Optional(durationSchema()),
      retentionMs: milliseconds,
      deadLetter: Type.Optional(
        Type.Object(
          { queue: Type.String({ minLength: 1 }), maxReceives: Type.Integer({ minimum: 1, maximum: 1_000 }) },
          { additionalProperties: false, words: 'a map of `queue` and `maxReceives`' },
        ),
      ),
      contentDeduplication: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  async read(_name, entry) {
    const times = Object.entries(DURATIONS).map(([name, fallback]) => {
      const given = entry[name];
      const value = given === undefined ? (entry[`${name}Ms`] ?? fallback) : durationMs(given as string);
      return [`${name}Ms`, value];
    });
    const deadLetter = entry.deadLetter as { queue: string } | undefined;
    return {
      fields: {
        ...Object.fromEntries(times),
        contentDeduplication: entry.contentDeduplication ?? false,
        deadLetter: deadLetter ?? null,
      },
      usual: Object.fromEntries(Object.entries(DURATIONS).map(([name, value]) => [`${name}Ms`, value])),
      ...(deadLetter !== undefined && { after: [deadLetter.queue] }),
    };
  },
  ...documentsAt<QueueView>('/v1/queues', ({ revision, settings: { fifo: _, ...settings }, stats }) => {
    const messages = stats.ready + stats.delayed + stats.leased;
    return {
      fields: { deadLetter: null, ...settings },
      revision,
      ...(messages > 0 && { holds: messages === 1 ? '1 message' : `${messages} messages` }),
    };
  }),
};
