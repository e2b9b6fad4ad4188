import type { Outcome } from '../../model/invocation.ts';
import { cloudEventOf, type HeldEvent } from './held-event.ts';

/** What a function that took a batch says of it: which events failed, or that its answer cannot be understood. */
type BatchAnswer = { readonly failed: ReadonlySet<HeldEvent> } | { readonly unreadable: string };

const NONE: BatchAnswer = { failed: new Set() };
/** Larger answers than this are no list of failures: 10,000 of them, generously. */
const MAX_ANSWER_BYTES = 4_194_304;

/**
 * Reads `{"batchItemFailures": [{"itemIdentifier": "…"}]}` from a run's result, as AWS Lambda does: no such list, or an
 * empty one, is success; one that is malformed, or names what is not in the batch, fails the whole batch.
 * An event is named by its id, its CloudEvent's id, or the `messageId` of its data.
 */
export function readBatchAnswer(events: readonly HeldEvent[], outcome: Outcome & { status: 'succeeded' }): BatchAnswer {
  if (outcome.chunks !== undefined || outcome.payload.length > MAX_ANSWER_BYTES) return NONE;
  if (!outcome.payload.includes('batchItemFailures')) return NONE;
  let answer: unknown;
  try {
    answer = JSON.parse(outcome.payload.toString());
  } catch {
    return NONE;
  }
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'batchItemFailures')) return NONE;
  const { batchItemFailures: items } = answer as { batchItemFailures: unknown };
  if (items === null) return NONE;
  if (!Array.isArray(items)) return { unreadable: 'batchItemFailures is no list' };
  const byName = namesOf(events);
  const failed = new Set<HeldEvent>();
  for (const item of items) {
    const name =
      typeof item === 'object' && item !== null ? (item as Record<string, unknown>).itemIdentifier : undefined;
    const named = typeof name === 'string' ? byName.get(name) : undefined;
    if (named === undefined) {
      return { unreadable: `batchItemFailures names ${JSON.stringify(name)}, which is no event of the batch` };
    }
    for (const held of named) failed.add(held);
  }
  return { failed };
}

function namesOf(events: readonly HeldEvent[]): Map<string, HeldEvent[]> {
  const byName = new Map<string, HeldEvent[]>();
  for (const held of events) {
    const event = cloudEventOf(held);
    const messageId = (event?.data as { messageId?: unknown } | null | undefined)?.messageId;
    for (const name of new Set([held.attributes.eventId, event?.id, messageId])) {
      if (typeof name !== 'string') continue;
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [held]);
      else same.push(held);
    }
  }
  return byName;
}
