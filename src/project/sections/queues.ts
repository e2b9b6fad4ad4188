import Type from 'typebox';
import { demand, findJson, sendDocument } from '../api.ts';
import type { Actual, Section } from '../section.ts';
import { durationMs } from '../units.ts';
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
  async current(api, names) {
    const found = new Map<string, Actual>();
    for (const name of names) {
      const view = await findJson<QueueView>(api, pathOf(name));
      if (view === undefined) continue;
      const { ready, delayed, leased } = view.stats;
      const messages = ready + delayed + leased;
      const { fifo: _, ...settings } = view.settings;
      found.set(name, {
        fields: { deadLetter: null, ...settings },
        revision: view.revision,
        ...(messages > 0 && { holds: messages === 1 ? '1 message' : `${messages} messages` }),
      });
    }
    return found;
  },
  async apply({ name, wanted, actual }, { api }) {
    await sendDocument(api, 'PUT', pathOf(name), wanted.fields, demand(actual?.revision ?? 0));
  },
  async remove(name, { revision }, { api }) {
    await api.json('DELETE', pathOf(name), { headers: demand(revision) });
  },
};

function pathOf(name: string): string {
  return `/v1/queues/${encodeURIComponent(name)}`;
}
