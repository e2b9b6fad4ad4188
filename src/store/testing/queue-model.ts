import type { NewMessage, QueueStats, StoredMessage } from '../queue.ts';

interface Held {
  readonly id: number;
  readonly text: string;
  readonly group: string | undefined;
  readonly sentAtMs: number;
  dueAtMs: number;
  attempt: number;
  leased: boolean;
}

/** One queue as plainly as it can be said, for the conformance suite to compare with. */
export class QueueModel {
  private readonly now: () => number;
  private messages: Held[] = [];
  private readonly seenUntil = new Map<string, number>();
  private sent = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Whether it was a duplicate. */
  send(text: string, options: Omit<NewMessage, 'body'>): boolean {
    const id = options.deduplicationId;
    if (id !== undefined) {
      if ((this.seenUntil.get(id) ?? Number.NEGATIVE_INFINITY) > this.now()) return true;
      this.seenUntil.set(id, this.now() + (options.deduplicationWindowMs ?? 86_400_000));
    }
    this.messages.push({
      id: this.sent++,
      text,
      group: options.group,
      sentAtMs: this.now(),
      dueAtMs: this.now() + (options.delayMs ?? 0),
      attempt: 0,
      leased: false,
    });
    return false;
  }

  receive(max: number, leaseMs: number): Held[] {
    const isFirstOfGroup = (held: Held): boolean =>
      held.group === undefined || this.messages.find((other) => other.group === held.group) === held;
    const due = this.messages
      .filter((held) => held.dueAtMs <= this.now() && isFirstOfGroup(held))
      .sort((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id)
      .slice(0, max);
    for (const held of due) {
      held.attempt++;
      held.leased = true;
      held.dueAtMs = this.now() + leaseMs;
    }
    return due;
  }

  acknowledge(lease: { id: number; attempt: number }): boolean {
    const held = this.current(lease);
    this.messages = this.messages.filter((other) => other !== held);
    return held !== undefined;
  }

  retry(lease: { id: number; attempt: number }, delayMs: number): boolean {
    const held = this.current(lease);
    if (held) Object.assign(held, { leased: false, dueAtMs: this.now() + delayMs });
    return held !== undefined;
  }

  extend(lease: { id: number; attempt: number }, leaseMs: number): boolean {
    const held = this.current(lease);
    if (held) held.dueAtMs = this.now() + leaseMs;
    return held !== undefined;
  }

  /** What is kept, in order of sending. */
  list(): { id: number; text: string; state: StoredMessage['state']; attempts: number; dueAtMs: number }[] {
    return this.messages.map((held) => {
      const { id, text, dueAtMs, attempt: attempts } = held;
      return { id, text, state: this.stateOf(held), attempts, dueAtMs };
    });
  }

  remove(id: number): boolean {
    const before = this.messages.length;
    this.messages = this.messages.filter((held) => held.id !== id);
    return this.messages.length < before;
  }

  hasten(id: number): boolean {
    const held = this.messages.find((other) => other.id === id);
    if (!held || this.stateOf(held) === 'leased') return false;
    held.dueAtMs = Math.min(held.dueAtMs, this.now());
    return true;
  }

  stats(): QueueStats {
    const due = this.messages.filter((held) => held.dueAtMs <= this.now());
    const leased = this.messages.filter((held) => held.leased && held.dueAtMs > this.now()).length;
    const later = this.messages.filter((held) => held.dueAtMs > this.now()).map((held) => held.dueAtMs - this.now());
    return {
      ...(later.length > 0 && { nextDueInMs: Math.min(...later) }),
      ready: due.length,
      leased,
      delayed: this.messages.length - due.length - leased,
      oldestAgeMs: due.length === 0 ? 0 : this.now() - Math.min(...due.map((held) => held.sentAtMs)),
    };
  }

  private stateOf(held: Held): StoredMessage['state'] {
    if (held.dueAtMs <= this.now()) return 'ready';
    return held.leased ? 'leased' : 'delayed';
  }

  private current({ id, attempt }: { id: number; attempt: number }): Held | undefined {
    return this.messages.find(
      (held) => held.id === id && held.attempt === attempt && held.leased && held.dueAtMs > this.now(),
    );
  }
}
