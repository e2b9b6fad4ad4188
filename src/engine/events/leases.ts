import type { Clock } from '../../model/clock.ts';
import type { Queue } from '../../store/queue.ts';
import type { HeldEvent } from './held-event.ts';

/**
 * How long a lease is, before it is extended: so long an event waits after the node that held it died. It says nothing of
 * how long a run may take, for it is extended as long as the event is held.
 */
export const LEASE_MS = 15_000;
const SWEEP_MS = 5_000;

/** Extends the leases of what is held for long; one timer for all, none while nothing is held. */
export class Leases {
  private readonly queue: Queue;
  private readonly clock: Clock;
  private readonly held = new Set<HeldEvent>();
  private readonly byId = new Map<string, HeldEvent>();
  private stopTimer: (() => void) | undefined;
  /** Bytes of all bodies that are held. */
  heldBytes = 0;

  constructor(queue: Queue, clock: Clock) {
    this.queue = queue;
    this.clock = clock;
  }

  hold(held: HeldEvent): void {
    this.held.add(held);
    this.byId.set(held.attributes.eventId, held);
    this.heldBytes += held.message.body.length;
    this.stopTimer ??= this.clock.after(SWEEP_MS, this.sweep);
  }

  release(held: HeldEvent): void {
    if (!this.held.delete(held)) return;
    this.heldBytes -= held.message.body.length;
    if (this.byId.get(held.attributes.eventId) === held) this.byId.delete(held.attributes.eventId);
  }

  find(eventId: string): HeldEvent | undefined {
    return this.byId.get(eventId);
  }

  /** All that is held now. */
  all(): HeldEvent[] {
    return [...this.held];
  }

  close(): void {
    this.stopTimer?.();
  }

  private readonly sweep = (): void => {
    this.stopTimer = this.held.size > 0 ? this.clock.after(SWEEP_MS, this.sweep) : undefined;
    const nowMs = this.clock.now();
    for (const held of this.held) {
      // Looked at again before another sweep would be too late.
      if (held.leaseUntilMs - nowMs <= LEASE_MS - SWEEP_MS) void this.extend(held);
    }
  };

  private async extend(held: HeldEvent): Promise<void> {
    const untilMs = this.clock.now() + LEASE_MS;
    // A lease that cannot be extended runs out; whoever holds the event is told when it is settled.
    const extended = await this.queue.extend(held.message.lease, LEASE_MS).catch(() => false);
    if (extended) held.leaseUntilMs = untilMs;
  }
}
