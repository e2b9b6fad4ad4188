import type { Clock } from '../../model/clock.ts';
import type { Queue } from '../../store/queue.ts';
import type { HeldEvent } from './held-event.ts';

const SWEEP_MS = 20_000;

/** How much longer than the function's timeout a lease is: what is not the function's own time, such as a cold start. */
export const LEASE_SLACK_MS = 60_000;

/** Extends the leases of what is held for long; one timer for all, none while nothing is held. */
export class Leases {
  private readonly queue: Queue;
  private readonly clock: Clock;
  private readonly held = new Set<HeldEvent>();
  private readonly byId = new Map<string, HeldEvent>();
  private readonly leaseMs: (held: HeldEvent) => number;
  private stopTimer: (() => void) | undefined;
  /** Bytes of all bodies that are held. */
  heldBytes = 0;

  /** `leaseMs`: how long the lease of an event is to be. */
  constructor(queue: Queue, clock: Clock, leaseMs: (held: HeldEvent) => number) {
    this.queue = queue;
    this.clock = clock;
    this.leaseMs = leaseMs;
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
      const leaseMs = this.leaseMs(held);
      // Looked at again before another sweep would be too late.
      if (held.leaseUntilMs - nowMs < leaseMs - SWEEP_MS) void this.extend(held, leaseMs);
    }
  };

  private async extend(held: HeldEvent, leaseMs: number): Promise<void> {
    const untilMs = this.clock.now() + leaseMs;
    // A lease that cannot be extended runs out; whoever holds the event is told when it is settled.
    const extended = await this.queue.extend(held.message.lease, leaseMs).catch(() => false);
    if (extended) held.leaseUntilMs = untilMs;
  }
}
