import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { pause } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import type { LeasedMessage } from '../../store/queue.ts';
import type { Engine } from '../api.ts';
import { decodeContent } from './content-codec.ts';
import type { LaneCounters } from './counters.ts';
import { type Delivering, deliver } from './deliver.ts';
import { NO_FAILURES, readFailures } from './failures.ts';
import { FairSlots } from './fair-slots.ts';
import type { HeldEvent } from './held-event.ts';
import { LEASE_MS, type Leases } from './leases.ts';
import { type LaneName, readAttributes, waitingQueue } from './message.ts';
import { policyOf } from './policy.ts';
import { takesBatches } from './run.ts';
import { type SettleContext, Settler } from './settle.ts';

/** How long a lane without events keeps its consumer. */
const IDLE_MS = 10_000;
/** After the store failed to answer. */
const PAUSE_MS = 1_000;
/** Most bodies that one lane holds beside those that run, and all lanes together, in bytes. */
const LANE_BYTES = 4_194_304;
const NODE_BYTES = 67_108_864;
/** Largest batch, in bytes of its events. */
const BATCH_BYTES = 4_194_304;
/** Runs shorter than this have the next events at hand already: more of them for single events than for batches. */
const SHORT_RUN_MS = 50;
const EVENTS_AHEAD = 256;
const BATCHES_AHEAD = 8;
const MAX_RECEIVED = 10_000;
/** Weight of the newest in a moving average. */
const NEWEST = 0.2;

export interface LaneContext extends SettleContext {
  readonly engine: Pick<Engine, 'invoke' | 'find' | 'choose'>;
  readonly clock: Clock;
  readonly leases: Leases;
  readonly log: Logger;
}

/**
 * Consumes the events of one lane while it holds any: receives, gathers batches, waits for its turn among the lanes of
 * its function, and has them delivered. `onEmpty` is called when it holds none any more.
 */
export class Lane {
  readonly name: LaneName;
  private readonly context: LaneContext;
  private readonly counters: LaneCounters;
  private readonly functionSlots: FairSlots;
  private readonly slots: FairSlots;
  private readonly onEmpty: () => void;
  private readonly delivering: Delivering;
  private readonly buffer: HeldEvent[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private consuming: Promise<void> | undefined;
  private woken = false;
  /** Of the event seen last. */
  private maxConcurrency = 1;
  private batchSize = 1;
  private averageBytes = 1_024;
  private averageRunMs = SHORT_RUN_MS;
  /** When all places of the function or the lane were taken last. */
  private saturatedMs = Number.NEGATIVE_INFINITY;

  constructor(
    name: LaneName,
    context: LaneContext,
    options: { counters: LaneCounters; functionSlots: FairSlots; onEmpty: () => void },
  ) {
    this.name = name;
    this.context = context;
    this.counters = options.counters;
    this.functionSlots = options.functionSlots;
    this.onEmpty = options.onEmpty;
    this.slots = new FairSlots(() => this.maxConcurrency);
    this.delivering = {
      lane: name,
      config: () => this.config(),
      context,
      settler: new Settler(name, context, options.counters),
    };
  }

  /** There is, or may be, an event. */
  wake(): void {
    this.woken = true;
    this.consuming ??= this.consume().finally(() => {
      this.consuming = undefined;
      if (this.woken && !this.context.closing.aborted) this.wake();
      else this.onEmpty();
    });
  }

  /** Resolves when nothing is received, run or stored any more; to be called once the node is closing. */
  async ended(): Promise<void> {
    this.slots.close();
    await this.consuming;
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async consume(): Promise<void> {
    const { closing } = this.context;
    while (!closing.aborted) {
      if (this.buffer.length === 0) {
        this.woken = false;
        await this.receive(this.appetite(), IDLE_MS);
        if (this.buffer.length === 0) {
          if (await this.isEmpty()) break;
          continue;
        }
      }
      const batch = await this.gather();
      if (this.slots.free < 1 || this.functionSlots.free < 1) this.saturatedMs = this.context.clock.now();
      if (await this.takeTurn()) this.start(batch);
      else this.buffer.unshift(...batch);
    }
    await this.delivering.settler.giveBack(this.buffer.splice(0));
  }

  /** A place of the lane's own first, so that a lane at its limit keeps none from the others. */
  private async takeTurn(): Promise<boolean> {
    if (!(await this.slots.acquire())) return false;
    if (await this.functionSlots.acquire()) return true;
    this.slots.release();
    return false;
  }

  private start(batch: readonly HeldEvent[]): void {
    const { clock, log } = this.context;
    const startMs = clock.monotonicMs();
    this.counters.running += batch.length;
    for (const held of batch) held.running = true;
    this.tellStart(batch);
    const settled = (work: Promise<void>): void => this.track(work);
    const work = deliver(batch, this.delivering, settled)
      .catch((error: unknown) => log.error({ err: error, ...this.name }, 'events could not be delivered'))
      .finally(() => {
        this.counters.running -= batch.length;
        this.averageRunMs += NEWEST * (clock.monotonicMs() - startMs - this.averageRunMs);
        this.functionSlots.release();
        this.slots.release();
      });
    this.track(work);
  }

  /** How long those that run for the first time waited since they were due, where neither their function nor their order held them up. */
  private tellStart(batch: readonly HeldEvent[]): void {
    const { observe, clock } = this.context;
    if (observe === undefined) return;
    const nowMs = clock.now();
    for (const { message, attributes, policy } of batch) {
      const dueMs = message.sentAtMs + attributes.delayMs;
      if (message.attempt > 1 || message.group !== undefined || this.saturatedMs >= dueMs) continue;
      observe.started(nowMs - dueMs - policy.batchWindowMs);
    }
  }

  private track(work: Promise<void>): void {
    const { log } = this.context;
    const tracked = work
      .catch((error: unknown) => log.error({ err: error, ...this.name }, 'events could not be settled'))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  /** The next events to run together: one, or as many as make a batch within its window. */
  private async gather(): Promise<HeldEvent[]> {
    const first = this.buffer.shift()!;
    if (!takesBatches(first)) return [first];
    const { batchSize, batchWindowMs } = first.policy;
    const { clock, closing } = this.context;
    const batch = [first];
    let bytes = first.message.body.length;
    const untilMs = clock.monotonicMs() + batchWindowMs;
    while (batch.length < batchSize && !closing.aborted) {
      const next = this.buffer[0];
      if (next === undefined) {
        const leftMs = Math.max(0, untilMs - clock.monotonicMs());
        await this.receive(batchSize - batch.length, leftMs);
        if (this.buffer.length === 0 && clock.monotonicMs() >= untilMs) break;
        continue;
      }
      bytes += next.message.body.length;
      if (!takesBatches(next) || bytes > BATCH_BYTES) break;
      // A trigger was pointed at another alias meanwhile: each event is run by what it was accepted for.
      if (next.attributes.qualifier !== first.attributes.qualifier) break;
      batch.push(this.buffer.shift()!);
    }
    return batch;
  }

  /** How many messages to ask for: what can run now, and of short runs some to follow, within the memory that there is. */
  private appetite(): number {
    const places = Math.max(1, Math.min(this.slots.free, this.functionSlots.free));
    const isShort = this.averageRunMs < SHORT_RUN_MS;
    const batches = this.batchSize > 1;
    const ahead = isShort ? (batches ? BATCHES_AHEAD : EVENTS_AHEAD) : 0;
    const wanted = (places + ahead) * this.batchSize;
    if (this.context.leases.heldBytes > NODE_BYTES) return 1;
    return Math.max(1, Math.min(wanted, MAX_RECEIVED, Math.floor(LANE_BYTES / this.averageBytes)));
  }

  private async receive(max: number, waitMs: number): Promise<void> {
    const { store, closing, clock, log } = this.context;
    try {
      const options = { max, leaseMs: LEASE_MS, waitMs, signal: closing };
      const messages = await store.queue.receive(waitingQueue(this.name), options);
      // In the order received, whichever of them must be looked up.
      const opened = await Promise.all(messages.map((message) => this.open(message)));
      for (const held of opened) if (held !== undefined) this.buffer.push(held);
    } catch (error) {
      if (closing.aborted) return;
      log.error({ err: error, ...this.name }, 'events could not be received; trying again');
      await pause(clock, PAUSE_MS, closing);
    }
  }

  private async open(message: LeasedMessage): Promise<HeldEvent | undefined> {
    const { store, leases } = this.context;
    const attributes = readAttributes(message.attributes);
    const policy = policyOf(this.config(), attributes.delivery);
    const held = {
      message,
      attributes,
      policy,
      failures: message.attempt > 1 ? await readFailures(store.keyValue, this.name, attributes.eventId) : NO_FAILURES,
      leaseUntilMs: message.leaseUntilMs,
      running: false,
      dropped: false,
    };
    this.maxConcurrency = policy.maxConcurrency;
    this.batchSize = policy.batchSize;
    this.averageBytes += NEWEST * (message.body.length - this.averageBytes);
    try {
      const opened: HeldEvent = { ...held, content: decodeContent(message.body) };
      leases.hold(opened);
      return opened;
    } catch (error) {
      const failure = { reason: 'unreadable', message: messageOf(error), final: true };
      const content = { kind: 'payload', payload: message.body, payloadKind: 'binary' } as const;
      this.track(this.delivering.settler.failed([{ ...held, content }], failure, { payload: message.body }));
      return undefined;
    }
  }

  private async isEmpty(): Promise<boolean> {
    const { store, log } = this.context;
    try {
      const { items } = await store.queue.list(waitingQueue(this.name), { limit: 1 });
      return items.length === 0;
    } catch (error) {
      log.error({ err: error, ...this.name }, 'a lane could not be looked into');
      return false;
    }
  }

  private config() {
    return this.context.engine.find(this.name.function)?.document.config;
  }
}
