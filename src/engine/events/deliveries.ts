import { LaneCounters } from './counters.ts';
import { FairSlots } from './fair-slots.ts';
import type { HeldEvent } from './held-event.ts';
import { Lane, type LaneContext } from './lane.ts';
import { type LaneName, laneOfQueue } from './message.ts';

const DEFAULT_CONCURRENCY = 1;

/** The consumers of a node: one for each lane that holds events. */
export class Deliveries {
  private readonly context: LaneContext;
  private readonly lanes = new Map<string, Lane>();
  /** The places of each function that has a consumer. */
  private readonly slots = new Map<string, { slots: FairSlots; lanes: number }>();
  private readonly counters = new Map<string, LaneCounters>();
  private started = false;

  constructor(context: LaneContext) {
    this.context = context;
  }

  /** Consumes what is there already; from now on, lanes may be woken. */
  async start(): Promise<void> {
    this.started = true;
    for (const queue of await this.context.store.queue.queues()) {
      const lane = laneOfQueue(queue);
      if (lane !== undefined && !lane.dead) this.wake(lane);
    }
  }

  /** A lane holds, or may hold, an event. */
  wake(name: LaneName): void {
    if (!this.started || this.context.closing.aborted) return;
    const key = keyOf(name);
    const lane = this.lanes.get(key) ?? this.open(key, name);
    lane.wake();
  }

  /** What happened in a lane since the node started. */
  countersOf(name: LaneName): LaneCounters {
    const key = keyOf(name);
    const known = this.counters.get(key);
    if (known !== undefined) return known;
    const counters = new LaneCounters(this.context.clock);
    this.counters.set(key, counters);
    return counters;
  }

  /** Lanes that had events since the node started. */
  knownLanes(): LaneName[] {
    return [...this.counters.keys()].map((key) => {
      const slash = key.indexOf('/');
      return { function: key.slice(0, slash), lane: key.slice(slash + 1) };
    });
  }

  /** The event, where this node holds it. */
  held(eventId: string): HeldEvent | undefined {
    return this.context.leases.find(eventId);
  }

  /** Once the node is closing: resolves when every run has ended and is stored. */
  async ended(): Promise<void> {
    for (const { slots } of this.slots.values()) slots.close();
    await Promise.all([...this.lanes.values()].map((lane) => lane.ended()));
  }

  private open(key: string, name: LaneName): Lane {
    const shared = this.slots.get(name.function) ?? { slots: this.slotsOf(name.function), lanes: 0 };
    this.slots.set(name.function, shared);
    shared.lanes++;
    const lane = new Lane(name, this.context, {
      counters: this.countersOf(name),
      functionSlots: shared.slots,
      onEmpty: () => {
        // While the node closes, who waits for its end must find it.
        if (this.context.closing.aborted) return;
        this.lanes.delete(key);
        shared.lanes--;
        if (shared.lanes === 0) this.slots.delete(name.function);
      },
    });
    this.lanes.set(key, lane);
    return lane;
  }

  private slotsOf(name: string): FairSlots {
    const { engine } = this.context;
    return new FairSlots(() => engine.find(name)?.document.config.eventConcurrency ?? DEFAULT_CONCURRENCY);
  }
}

function keyOf({ function: name, lane }: LaneName): string {
  return `${name}/${lane}`;
}
