import { backOffMs, pause } from '../model/pause.ts';
import { messageOf, Problem } from '../model/problem.ts';
import type { SourceContext, SourceEvent } from './trigger-type.ts';

const BACK_OFF = { firstMs: 200, maxMs: 30_000 };

/**
 * Hands events on and does not give up: while the disk is full or the node is busy, it tries again after a while, and what cannot
 * be taken at all is kept as a dead event. Resolves true when all are on disk, false where `signal` aborted before.
 */
export async function handOver<Options>(
  context: SourceContext<Options>,
  events: readonly SourceEvent[],
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, report } = context;
  for (let failures = 0; ; failures++) {
    try {
      if (!(await place(context, events))) return handOverEach(context, events, signal);
      if (failures > 0 && !signal.aborted) report('running');
      return true;
    } catch (error) {
      if (!signal.aborted) report('failed', messageOf(error));
      await pause(clock, backOffMs(failures, BACK_OFF), signal);
      if (signal.aborted) return false;
    }
  }
}

/** Of several, one is at fault: then each goes by itself. */
async function handOverEach<Options>(
  context: SourceContext<Options>,
  events: readonly SourceEvent[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const event of events) if (!(await handOver(context, [event], signal))) return false;
  return true;
}

/** One attempt; false where some of several events can never be accepted. */
async function place<Options>(context: SourceContext<Options>, events: readonly SourceEvent[]): Promise<boolean> {
  try {
    if (events.length > 0) await context.accept(events);
  } catch (error) {
    if (!isUnfit(error)) throw error;
    if (events.length > 1) return false;
    await context.quarantine(events[0]!.event, error.message);
  }
  return true;
}

/** Whether an event is refused for what it is, so that trying again is of no use. */
export function isUnfit(error: unknown): error is Problem {
  return error instanceof Problem && (error.code === 'too_large' || error.code === 'invalid_request');
}
