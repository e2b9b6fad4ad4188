import type { Logger } from 'pino';
import { type CompletedInvocation, failureCode, type Outcome } from '../../model/invocation.ts';
import { pause } from '../../model/pause.ts';
import { asProblem, messageOf } from '../../model/problem.ts';
import { contextWithin, type TraceContext } from '../../model/trace.ts';
import type { CommitPart } from '../../store/commit.ts';
import type { EventRecord } from '../../store/journal.ts';
import { NOTHING_PREPARED, type Prepared, together } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import type { Router } from '../api.ts';
import { contentFingerprint, encodeDone, idempotencySpace } from '../idempotency-record.ts';
import type { Completions } from './completions.ts';
import type { LaneCounters } from './counters.ts';
import { destinationItem, type End, endId, type Run, recordOf } from './destination.ts';
import { forgetFailures, rememberFailures } from './failures.ts';
import { ageSinceMs, cloudEventOf, type HeldEvent } from './held-event.ts';
import type { Leases } from './leases.ts';
import { acceptedAtMs, deadMessage, deadQueue, type LaneName, type LastError } from './message.ts';
import { retryDelayMs } from './policy.ts';
import type { RunContext } from './run.ts';

const FIRST_WAIT_MS = 200;
const MAX_WAIT_MS = 10_000;

export interface SettleContext extends RunContext {
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'journal' | 'commit'>;
  readonly router: Router;
  readonly completions: Completions;
  readonly leases: Leases;
  readonly random: () => number;
  readonly log: Logger;
  readonly observe?: EventsObserver;
}

/** Hears what becomes of events. Called for each: it must be quick, and throw nothing. */
export interface EventsObserver {
  /** The first attempt of an event begins, so many milliseconds after it was due. */
  started(waitMs: number): void;
  /** An event came to its end. */
  ended(record: EventRecord): void;
}

/** Why an attempt failed. `final`: another one would fail as well, or is not wanted. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly final: boolean;
}

/** One event's end, and what makes it true. */
interface Ending extends Prepared {
  readonly held: HeldEvent;
  readonly record: Pick<EventRecord, 'state' | 'attempts' | 'invocationId' | 'reason' | 'message'>;
}

/** Brings the events of one lane to their end, or back into their queue: each in one commit with all that follows from it. */
export class Settler {
  private readonly lane: LaneName;
  private readonly context: SettleContext;
  private readonly counters: LaneCounters;

  constructor(lane: LaneName, context: SettleContext, counters: LaneCounters) {
    this.lane = lane;
    this.context = context;
    this.counters = counters;
  }

  /** The run did its work for these events: they are done, and what it sent leaves with that. */
  async delivered(events: readonly HeldEvent[], run: Run & { completed: CompletedInvocation }): Promise<void> {
    const { outcome, report } = run.completed;
    const first = events[0]!;
    const outbox = (outcome.status === 'succeeded' && outcome.outbox) || [];
    let leaving: Prepared;
    try {
      leaving = await this.route(outbox, first, report.invocationId);
    } catch (error) {
      const message = `what the function sent cannot leave: ${messageOf(error)}`;
      return this.failed(events, { reason: asProblem(error).code, message, final: false }, run);
    }
    const { onSuccess } = first.policy;
    const timestamp = this.nowText();
    const endOf = (held: HeldEvent): End => ({
      condition: 'Success',
      held,
      attempts: held.failures.attempts + 1,
      run,
      timestamp,
    });
    let note: Pick<EventRecord, 'reason' | 'message'> = {};
    if (onSuccess !== '') {
      try {
        const item = destinationItem(onSuccess, endOf(first));
        leaving = together([leaving, await this.route([item], first, report.invocationId)]);
      } catch (error) {
        const message = `it was delivered, but its result could not go to ${onSuccess}: ${messageOf(error)}`;
        note = { reason: asProblem(error).code, message };
      }
    }
    const endings = events.map((held) => {
      const heard = this.told(endOf(held));
      return {
        held,
        record: {
          state: 'delivered' as const,
          attempts: held.failures.attempts + 1,
          invocationId: report.invocationId,
          ...note,
        },
        parts: [...this.doneParts(held, run), ...heard.parts],
        committed: heard.committed,
      };
    });
    await this.end(endings, leaving);
  }

  /** An attempt failed: another one later, or the end. Without a `run`, it did not come to one. */
  async failed(events: readonly HeldEvent[], failure: Failure, run: Run | undefined): Promise<void> {
    this.counters.failedAttempts += events.length;
    const more = (held: HeldEvent): boolean => !failure.final && held.failures.attempts + 1 < held.policy.maxAttempts;
    const invocationId = run?.completed?.report.invocationId;
    const { reason } = failure;
    const lastError: LastError = {
      reason,
      message: failure.message.slice(0, 4_096),
      ...(invocationId !== undefined && { invocationId }),
    };
    await this.retry(events.filter(more), lastError);
    await this.giveUp(
      events.filter((held) => !more(held)),
      'dead',
      lastError,
      run,
    );
  }

  /** They are too old to be tried again. */
  expired(events: readonly HeldEvent[]): Promise<void> {
    const reason = 'expired';
    const ended = events.map((held) => {
      const last = held.failures.lastError;
      const since = last === undefined ? 'it was never tried' : `the last attempt failed: ${last.message}`;
      const message = `it could not be delivered within ${held.policy.maxAgeMs} ms; ${since}`;
      return this.giveUp([held], 'expired', { reason, message }, undefined);
    });
    return Promise.all(ended).then(() => {});
  }

  /** Not run after all: others may have them at once. */
  async giveBack(events: readonly HeldEvent[]): Promise<void> {
    await Promise.all(
      events.map((held) => this.context.store.queue.retry(held.message.lease, 0).catch(this.lostLease(held))),
    );
    for (const held of events) this.context.leases.release(held);
  }

  private async retry(events: readonly HeldEvent[], lastError: LastError): Promise<void> {
    if (events.length === 0) return;
    const { store, leases, clock } = this.context;
    // What failed together comes back together, so that a batch is a batch again.
    const random = this.context.random();
    const parts = events.map((held) => {
      const failures = { attempts: held.failures.attempts + 1, lastError };
      return rememberFailures(this.lane, held.attributes.eventId, failures, ageSinceMs(held) + held.policy.maxAgeMs);
    });
    await this.commit(parts);
    await Promise.all(
      events.map(async (held) => {
        const delayMs = retryDelayMs(held.policy, held.failures.attempts + 1, random);
        const leftMs = Math.max(0, ageSinceMs(held) + held.policy.maxAgeMs - clock.now());
        const back = await store.queue.retry(held.message.lease, Math.min(delayMs, leftMs)).catch(this.lostLease(held));
        if (!back) await this.forgetIfGone(held);
        leases.release(held);
      }),
    );
  }

  /** Its lease was lost while its failure was written down; where it was dropped meanwhile, nothing else would forget that. */
  private async forgetIfGone(held: HeldEvent): Promise<void> {
    this.tellLost(held);
    const { queue, messageId } = held.message.lease;
    if ((await this.context.store.queue.find(queue, messageId)) === undefined)
      await this.commit([forgetFailures(this.lane, held.attributes.eventId)]);
  }

  private async giveUp(
    events: readonly HeldEvent[],
    state: 'dead' | 'expired',
    lastError: LastError,
    run: Run | undefined,
  ): Promise<void> {
    if (events.length === 0) return;
    const endings = await Promise.all(
      events.map(async (held) => {
        const attempts = held.failures.attempts + (run === undefined ? 0 : 1);
        const condition = state === 'expired' ? 'EventAgeExceeded' : 'RetriesExhausted';
        const end = { condition, held, attempts, run, timestamp: this.nowText(), lastError } as const;
        const left = await this.leaveFailed(end);
        // What goes round in circles would do so by whoever hears of it.
        const leaving = lastError.reason === 'loop_detected' ? left : together([left, this.told(end)]);
        return {
          held,
          record: { state, attempts, ...lastError, message: lastError.message + left.note },
          parts: [...this.doneParts(held, run), ...leaving.parts],
          committed: () => leaving.committed(),
        };
      }),
    );
    await this.end(endings, NOTHING_PREPARED);
  }

  /** Where an event goes that is given up: to its failure destination, else, or where that is not there, among the dead. */
  private async leaveFailed(end: End & { lastError: LastError }): Promise<Prepared & { note: string }> {
    const { held, attempts, lastError } = end;
    const { onFailure } = held.policy;
    let note = '';
    // What goes round in circles would do so by its failure destination too.
    if (onFailure !== '' && lastError.reason !== 'loop_detected') {
      try {
        const item = destinationItem(onFailure, end);
        return { ...(await this.route([item], held, lastError.invocationId ?? held.attributes.eventId)), note };
      } catch (error) {
        note = ` (it could not go to ${onFailure}: ${messageOf(error)})`;
      }
    }
    const { message, attributes } = held;
    const dead = { ...attributes, attempts, lastError: { ...lastError, message: lastError.message + note } };
    const send: CommitPart = {
      kind: 'send',
      queue: deadQueue(this.lane),
      message: deadMessage(message.body, dead),
    };
    return { ...NOTHING_PREPARED, parts: [send], note };
  }

  /** What those want to be stored who listen to how this function's events end. */
  private told(end: End): Prepared {
    const { completions } = this.context;
    const { held, run } = end;
    return completions.prepare(this.lane.function, () => ({
      id: endId(end),
      record: recordOf(end),
      hops: held.attributes.hops,
      trace: contextOf(held, run?.completed?.report.invocationId),
    }));
  }

  /** Out of the queue, and nothing more to remember. */
  private doneParts(held: HeldEvent, run: Run | undefined): CommitPart[] {
    const { message, failures, attributes } = held;
    const parts: CommitPart[] = [{ kind: 'acknowledge', lease: message.lease }];
    if (failures.attempts > 0) parts.push(forgetFailures(this.lane, attributes.eventId));
    const { idempotency } = attributes;
    if (idempotency !== undefined && run?.completed !== undefined && idempotency.untilMs > this.context.clock.now())
      parts.push(this.resultPart(idempotency, held, run.completed));
    return parts;
  }

  /** The result that calls with the event's idempotency key are to get. */
  private resultPart(
    { key, untilMs }: { key: string; untilMs: number },
    held: HeldEvent,
    completed: CompletedInvocation,
  ): CommitPart {
    const value = encodeDone(contentFingerprint(held.content), completed, held.attributes.eventId);
    const options = { expiresAtMs: untilMs };
    return { kind: 'put', space: idempotencySpace(this.lane.function), key, value, options };
  }

  private route(items: Parameters<Router['route']>[0], held: HeldEvent, invocationId: string): Promise<Prepared> {
    if (items.length === 0) return Promise.resolve(NOTHING_PREPARED);
    return this.context.router.route(items, {
      function: this.lane.function,
      invocationId,
      hops: held.attributes.hops,
      trace: contextOf(held, invocationId),
    });
  }

  /**
   * Makes endings true: all in one commit, or, where one of the leases is lost, each by itself. What leaves together with
   * them leaves only if all of them hold: otherwise the run did not count.
   */
  private async end(endings: readonly Ending[], leaving: Prepared): Promise<void> {
    const parts = [...endings.flatMap((ending) => ending.parts), ...leaving.parts];
    if (await this.commit(parts)) {
      leaving.committed();
      for (const ending of endings) this.ended(ending);
      return;
    }
    if (endings.length === 1 || leaving.parts.length > 0) {
      for (const { held } of endings) this.tellLost(held);
      return this.giveBack(endings.map(({ held }) => held));
    }
    await Promise.all(
      endings.map(async (ending) => {
        if (await this.commit(ending.parts)) return this.ended(ending);
        this.tellLost(ending.held);
        this.context.leases.release(ending.held);
      }),
    );
  }

  private ended({ held, record, committed }: Ending): void {
    const { leases, store, clock, observe } = this.context;
    committed();
    leases.release(held);
    this.counters.ended(record.state === 'delivered');
    const { eventId } = held.attributes;
    const event = cloudEventOf(held);
    const ended: EventRecord = {
      eventId,
      function: this.lane.function,
      lane: this.lane.lane,
      ...record,
      acceptedAtMs: acceptedAtMs(eventId),
      endedAtMs: clock.now(),
      ...(event !== undefined && { source: event.source, sourceId: event.id }),
    };
    store.journal.appendEvent(ended);
    observe?.ended(ended);
  }

  /** Tries until the store takes it: a full disk passes. False also where the node stops before. */
  private async commit(parts: readonly CommitPart[]): Promise<boolean> {
    const { store, clock, closing, log } = this.context;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
      try {
        return await store.commit(parts);
      } catch (error) {
        log.error({ err: error, ...this.lane }, 'the end of an event could not be stored; trying again');
        if (closing.aborted) return false;
      }
      await pause(clock, waitMs, closing);
    }
  }

  private lostLease(held: HeldEvent): (error: unknown) => false {
    return (error) => {
      this.context.log.warn({ err: error, eventId: held.attributes.eventId }, 'an event could not be given back');
      return false;
    };
  }

  private tellLost(held: HeldEvent): void {
    if (held.dropped) return;
    const { eventId } = held.attributes;
    this.context.log.warn({ eventId, ...this.lane }, 'a run did not count: its lease was lost before it ended');
  }

  private nowText(): string {
    return new Date(this.context.clock.now()).toISOString();
  }
}

/** The context of what an event causes: of the run that it came to, or, where there was none, of the event itself. */
function contextOf({ attributes }: HeldEvent, invocationId: string = attributes.eventId): TraceContext {
  return contextWithin(invocationId, attributes.trace, attributes.eventId);
}

/** An outcome as an attempt's failure; `undefined` where it is none. */
export function failureOf(outcome: Outcome, retryOn: ReadonlySet<string>): Failure | undefined {
  if (outcome.status === 'succeeded') return undefined;
  const reason = failureCode(outcome);
  const message = `${outcome.error.type}: ${outcome.error.message}`;
  return { reason, message, final: !retryOn.has(reason) };
}
