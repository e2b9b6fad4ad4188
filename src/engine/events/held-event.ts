import type { CloudEvent, EventContent } from '../../model/event.ts';
import type { LeasedMessage } from '../../store/queue.ts';
import type { Failures } from './failures.ts';
import type { EventAttributes } from './message.ts';
import type { Policy } from './policy.ts';

/** An event that a lane has leased, and is about to deliver or delivering. */
export interface HeldEvent {
  readonly message: LeasedMessage;
  readonly attributes: EventAttributes;
  readonly content: EventContent;
  readonly policy: Policy;
  /** Attempts that failed before this delivery, and the last one's error. */
  readonly failures: Failures;
  /** When its lease runs out, unless extended: milliseconds since the Unix epoch. */
  leaseUntilMs: number;
  /** Handed to the function, or about to be. */
  running: boolean;
  /** Somebody has given it up: it is not to be run. */
  dropped: boolean;
}

/** Its CloudEvent, where it is one. */
export function cloudEventOf(held: HeldEvent): CloudEvent | undefined {
  return held.content.kind === 'event' ? held.content.event : undefined;
}

/** When the counting of its age begins: it was sent, and no longer held back. */
export function ageSinceMs(held: HeldEvent): number {
  return held.message.sentAtMs + held.attributes.delayMs;
}
