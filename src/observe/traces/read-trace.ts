import { isId } from '../../model/id.ts';
import { idOfTrace, traceOfRecord } from '../../model/trace.ts';
import type { EventRecord, InvocationRecord, Journal } from '../../store/journal.ts';
import type { TraceParts } from './waterfall.ts';

/** Most of a trace that is read: one that a loop made, or that somebody joins all the time, has no end. */
const MAX_INVOCATIONS = 1_000;
const MAX_SPANS = 5_000;
const MAX_EVENTS = 50;
const TRACE_ID = /^[0-9a-f]{32}$/;

/** A trace as it was found; `truncated` where it has more. */
interface FoundTrace extends TraceParts {
  readonly truncated: boolean;
}

type TraceJournal = Pick<Journal, 'flush' | 'invocation' | 'invocations' | 'spans' | 'events'>;

/**
 * Reads a trace by its own id, or by that of an invocation or an event that is a part of it. `undefined` where nothing is
 * known of it; what still runs is not known yet.
 */
export async function readTrace(journal: TraceJournal, id: string): Promise<FoundTrace | undefined> {
  // What was just written counts too.
  await journal.flush();
  const traceId = await traceIdFor(journal, id.toLowerCase());
  if (traceId === undefined) return undefined;
  const [{ items, cursor }, spans, own] = await Promise.all([
    journal.invocations({ traceId, limit: MAX_INVOCATIONS }),
    journal.spans({ traceId }, MAX_SPANS),
    beginners(journal, traceId),
  ]);
  const invocations = [...new Map([...own, ...items].map((record) => [record.invocationId, record])).values()];
  if (invocations.length === 0 && spans.length === 0) return undefined;
  const events = await eventsOf(journal, invocations);
  const truncated = cursor !== undefined || spans.length === MAX_SPANS;
  return { traceId, invocations, spans, events, truncated };
}

async function traceIdFor(journal: TraceJournal, id: string): Promise<string | undefined> {
  if (TRACE_ID.test(id)) return id;
  if (!isId(id)) return undefined;
  const record = (await journal.invocation(id)) ?? (await journal.invocations({ eventId: id, limit: 1 })).items[0];
  return record && traceOfRecord(record);
}

/** What began the trace, where that was an invocation or an event of this platform: the trace has its id, and their records do not repeat it. */
async function beginners(journal: TraceJournal, traceId: string): Promise<InvocationRecord[]> {
  const id = idOfTrace(traceId);
  const [record, { items }] = await Promise.all([
    journal.invocation(id),
    journal.invocations({ eventId: id, limit: MAX_INVOCATIONS }),
  ]);
  return [...(record === undefined ? [] : [record]), ...items].filter((each) => traceOfRecord(each) === traceId);
}

async function eventsOf(journal: TraceJournal, invocations: readonly InvocationRecord[]): Promise<EventRecord[]> {
  const ids = [...new Set(invocations.flatMap(({ eventId }) => eventId ?? []))].slice(0, MAX_EVENTS);
  const pages = await Promise.all(ids.map((eventId) => journal.events({ eventId, limit: 1 })));
  return pages.flatMap(({ items }) => items);
}
