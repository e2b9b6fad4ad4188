import type { FunctionConfig } from '../../model/function.ts';
import { readBatchAnswer } from './batch-answer.ts';
import type { HeldEvent } from './held-event.ts';
import type { LaneName } from './message.ts';
import { isExpired, type RunContext, runOnce, takesBatches } from './run.ts';
import { type Failure, failureOf, type Settler } from './settle.ts';

export interface Delivering {
  readonly lane: LaneName;
  readonly config: () => FunctionConfig | undefined;
  readonly context: RunContext;
  readonly settler: Settler;
}

/** A batch that fails because of some events is cut so often; one of which nearly all fail is not taken apart wholly. */
const CUTS_PER_LEVEL = 4;

/**
 * Runs a function for events that were leased, and settles each. Resolves when the last run has ended; `settled` gets a
 * promise for what is still being stored then.
 *
 * A batch that failed as a whole before, or has no attempt left, is cut in halves until the events that fail are alone.
 */
export async function deliver(
  events: readonly HeldEvent[],
  delivering: Delivering,
  settled: (work: Promise<void>) => void,
): Promise<void> {
  const cuts = { left: CUTS_PER_LEVEL * Math.ceil(Math.log2(events.length + 1)) };
  await deliverPart(events, delivering, settled, cuts);
}

async function deliverPart(
  events: readonly HeldEvent[],
  delivering: Delivering,
  settled: (work: Promise<void>) => void,
  cuts: { left: number },
): Promise<void> {
  const { lane, config, context, settler } = delivering;
  const nowMs = context.clock.now();
  const due = events.filter((held) => !held.dropped);
  const late = due.filter((held) => isExpired(held, nowMs));
  if (late.length > 0) settled(settler.expired(late));
  const timely = due.filter((held) => !late.includes(held));
  if (timely.length === 0) return;

  const result = await runOnce(timely, lane, config(), context);
  if (result.kind === 'postponed') return settled(settler.giveBack(timely));
  if (result.kind === 'refused') {
    const { problem, payload } = result;
    const failure = { reason: problem.code, message: problem.message, final: problem.code !== 'internal' };
    return settled(settler.failed(timely, failure, { payload }));
  }

  if (result.kind === 'unreadable') {
    if (timely.length > 1) return deliverHalves(timely, delivering, settled, cuts);
    const message = `the function cannot be given this event: ${result.message}`;
    return settled(settler.failed(timely, { reason: 'unreadable', message, final: true }, undefined));
  }

  const { completed } = result;
  const first = timely[0]!;
  const answer =
    completed.outcome.status === 'succeeded' && takesBatches(first)
      ? readBatchAnswer(timely, completed.outcome)
      : undefined;
  const failure =
    answer !== undefined && 'unreadable' in answer
      ? { reason: 'bad_result', message: answer.unreadable, final: !first.policy.retryOn.has('bad_result') }
      : failureOf(completed.outcome, first.policy.retryOn);

  if (failure === undefined) {
    const failed = answer !== undefined && 'failed' in answer ? answer.failed : new Set<HeldEvent>();
    const done = timely.filter((held) => !failed.has(held));
    if (done.length > 0) settled(settler.delivered(done, result));
    if (failed.size > 0) settled(settler.failed([...failed], NAMED, result));
    return;
  }
  if (timely.length > 1 && isWorthCutting(timely, failure, cuts)) {
    cuts.left--;
    return deliverHalves(timely, delivering, settled, cuts);
  }
  settled(settler.failed(timely, failure, result));
}

async function deliverHalves(
  events: readonly HeldEvent[],
  delivering: Delivering,
  settled: (work: Promise<void>) => void,
  cuts: { left: number },
): Promise<void> {
  const middle = events.length >> 1;
  await deliverPart(events.slice(0, middle), delivering, settled, cuts);
  return deliverPart(events.slice(middle), delivering, settled, cuts);
}

const NAMED: Failure = {
  reason: 'batch_item',
  message: 'the function named it in batchItemFailures',
  final: false,
};

/** The first failure of a batch may pass by itself; from the second on, or where it is the last, those that can be saved are. */
function isWorthCutting(events: readonly HeldEvent[], failure: Failure, cuts: { left: number }): boolean {
  const isLast = events.some((held) => failure.final || held.failures.attempts + 1 >= held.policy.maxAttempts);
  return isLast || (cuts.left > 0 && events.some((held) => held.failures.attempts > 0));
}
