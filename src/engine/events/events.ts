import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { Store } from '../../store/store.ts';
import type { Watcher } from '../../store/watchers.ts';
import type { AcceptedEvent, Engine, Events, Router } from '../api.ts';
import type { Admission } from '../hooks.ts';
import { type AcceptContext, type Arrival, arrivalOf, checkAdmitted, sendPart, store as storeAll } from './accept.ts';
import { type Completed, Completions } from './completions.ts';
import { Deliveries } from './deliveries.ts';
import { Leases } from './leases.ts';
import { laneOfQueue } from './message.ts';
import { Pending } from './pending.ts';
import type { EventsObserver } from './settle.ts';

/** 6 MiB of payload, and what surrounds it. */
const DEFAULT_MAX_EVENT_BYTES = 6_356_992;

interface EventsOptions {
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'journal' | 'commit'>;
  readonly engine: Pick<Engine, 'invoke' | 'find' | 'choose' | 'check'>;
  readonly router: Router;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent: nobody is ever refused. What sources on this node commit is accepted in any case. */
  readonly admission?: Admission;
  /** Largest event that is accepted, in bytes. */
  readonly maxEventBytes?: number;
  /** From 0 to less than 1; spreads retries. */
  readonly random?: () => number;
  readonly observe?: EventsObserver;
}

/** The events of one node, and their delivery. */
export interface RunningEvents extends Events, Completed {
  /** Begins to deliver; to be called once everything is wired that a function may reach. */
  start(): Promise<void>;
  /**
   * Delivers nothing more, lets runs end within `graceMs`, and gives the rest back to the queues. Events are still
   * accepted. To be called before the engine drains.
   */
  close(graceMs: number): Promise<void>;
}

/** Tells whose events changed with these queues. */
function tellFunctions(queues: ReadonlySet<string>, onChange: Watcher): void {
  const functions = new Set<string>();
  for (const queue of queues) {
    const lane = laneOfQueue(queue);
    if (lane !== undefined) functions.add(lane.function);
  }
  if (functions.size > 0) onChange(functions);
}

/** Makes asynchronous invocation over a store and an engine. */
export function createEvents(options: EventsOptions): RunningEvents {
  const { store, engine, router, clock, log, random = Math.random } = options;
  const closing = new AbortController();
  const leases = new Leases(store.queue, clock);
  const completions = new Completions();
  const context = {
    store,
    engine,
    router,
    completions,
    clock,
    log,
    random,
    leases,
    closing: closing.signal,
    ...(options.observe !== undefined && { observe: options.observe }),
  };
  const deliveries = new Deliveries(context);
  const pending = new Pending({ store, deliveries, clock });
  const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES } = options;
  const acceptContext: AcceptContext = { engine, store, clock, maxEventBytes, admission: options.admission };

  const arrived = (arrivals: readonly Arrival[], accepted: readonly AcceptedEvent[]): void => {
    for (const [place, { lane }] of arrivals.entries()) {
      if (accepted[place]?.duplicate) continue;
      deliveries.countersOf(lane).accepted++;
      deliveries.wake(lane);
    }
  };

  return {
    async accept(events) {
      const arrivals = events.map((event) => arrivalOf(event, acceptContext));
      for (const arrival of arrivals) checkAdmitted(arrival, acceptContext);
      const accepted = await storeAll(arrivals, acceptContext);
      arrived(arrivals, accepted);
      return accepted;
    },
    prepare(events) {
      if (events.some(({ idempotency }) => idempotency !== undefined))
        throw new Problem('invalid_request', 'an event within a larger commit has no idempotency key');
      const arrivals = events.map((event) => arrivalOf(event, acceptContext));
      const accepted = arrivals.map(({ eventId }) => ({ eventId, duplicate: false }));
      return { parts: arrivals.map(sendPart), accepted, committed: () => arrived(arrivals, accepted) };
    },
    list: (query) => pending.list(query),
    find: (eventId) => pending.find(eventId),
    retry: (eventId) => pending.retry(eventId),
    drop: (eventId, by) => pending.drop(eventId, by),
    redrive: (query) => pending.redrive(query),
    stats: (name, lane) => pending.stats(name, lane),
    watch: (onChange) => store.queue.watch((queues) => tellFunctions(queues, onChange)),
    onCompletion: (name, listener) => completions.onCompletion(name, listener),
    start: () => deliveries.start(),
    async close(graceMs) {
      closing.abort();
      const ended = deliveries.ended();
      await Promise.race([ended, new Promise<void>((resolve) => clock.after(graceMs, resolve))]);
      // Whoever comes next may have them at once; a run that still goes on does not count.
      await Promise.all(leases.all().map((held) => store.queue.retry(held.message.lease, 0).catch(() => false)));
      leases.close();
    },
  };
}
