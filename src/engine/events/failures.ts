import type { CommitPart } from '../../store/commit.ts';
import type { KeyValue } from '../../store/key-value.ts';
import type { LaneName, LastError } from './message.ts';

/** Attempts of an event that failed so far, and how the last one did. */
export interface Failures {
  readonly attempts: number;
  readonly lastError?: LastError;
}

export const NO_FAILURES: Failures = { attempts: 0 };

/** Forgotten so long after the event itself is. */
const KEPT_LONGER_MS = 86_400_000;

const space = (lane: LaneName): string => `event-failures/${lane.function}`;

/**
 * Failed attempts are remembered beside the message, which keeps its place in its queue while it is retried. An event
 * that never failed has no entry: the usual delivery costs nothing here. Deliveries that the queue counts are no measure,
 * for one that found no room, or that a stopping node gave back, was no attempt.
 */
export async function readFailures(keyValue: KeyValue, lane: LaneName, eventId: string): Promise<Failures> {
  const entry = await keyValue.get(space(lane), eventId);
  return entry === undefined ? NO_FAILURES : (JSON.parse(entry.value.toString()) as Failures);
}

export function rememberFailures(lane: LaneName, eventId: string, failures: Failures, untilMs: number): CommitPart {
  return {
    kind: 'put',
    space: space(lane),
    key: eventId,
    value: Buffer.from(JSON.stringify(failures)),
    ...(Number.isFinite(untilMs) && { options: { expiresAtMs: untilMs + KEPT_LONGER_MS } }),
  };
}

/** To be left out where there is nothing to forget. */
export function forgetFailures(lane: LaneName, eventId: string): CommitPart {
  return { kind: 'delete', space: space(lane), key: eventId };
}
