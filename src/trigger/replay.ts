import type { Events } from '../engine/api.ts';
import { Problem } from '../model/problem.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Journal } from '../store/journal.ts';
import type { SourceContext, SourceEvent, TriggerType } from './trigger-type.ts';

const PAGE = 1_000;
/** Most events of one replay. */
const MAX_EVENTS = 100_000;

interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Delivers the dead events of a trigger again that ended in this time; returns how many are under way. */
export async function redeliverDead(
  { function: name, name: lane }: Trigger,
  { fromMs, toMs }: TimeRange,
  { events, journal }: { events: Pick<Events, 'retry'>; journal: Pick<Journal, 'flush' | 'events'> },
): Promise<number> {
  await journal.flush();
  let retried = 0;
  let cursor: string | undefined;
  const seen = new Set<string>();
  do {
    const query = { function: name, lane, state: 'dead', fromMs, toMs, limit: PAGE } as const;
    const page = await journal.events({ ...query, ...(cursor !== undefined && { cursor }) });
    for (const { eventId } of page.items) {
      if (seen.has(eventId)) continue;
      seen.add(eventId);
      // One that was dropped or delivered since is not there any more.
      if (await events.retry(eventId)) retried++;
    }
    cursor = page.cursor;
  } while (cursor !== undefined && seen.size < MAX_EVENTS);
  return retried;
}

/** Has the source make the events of this time anew, and accepts them; returns how many. */
export async function replaySource(
  type: TriggerType,
  context: SourceContext<Record<string, unknown>>,
  range: TimeRange,
  accept: (events: readonly SourceEvent[]) => Promise<number>,
): Promise<number> {
  if (type.replay === undefined) {
    throw new Problem(
      'invalid_request',
      `a ${type.name} trigger cannot make its events anew, and the content of delivered ones is not kept: only its dead events can be delivered again (state: dead)`,
    );
  }
  let accepted = 0;
  for await (const batch of type.replay(context, range)) {
    accepted += await accept(batch);
    if (accepted >= MAX_EVENTS) break;
  }
  return accepted;
}
