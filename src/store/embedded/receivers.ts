import type { Clock } from '../../model/clock.ts';
import type { LeasedMessage } from '../queue.ts';

/** What a look into a queue gave; where that is nothing, when the next message is due. */
export interface Taken {
  readonly messages: LeasedMessage[];
  readonly nextDueMs: number | undefined;
}

export interface ReceiverOptions {
  readonly max: number;
  readonly leaseMs: number;
}

export interface Source {
  take(queue: string, options: ReceiverOptions): Promise<Taken>;
  /** Gives back messages that were taken for a receiver who is gone. */
  giveBack(queue: string, messages: readonly LeasedMessage[]): Promise<void>;
}

interface Receiver extends ReceiverOptions {
  /** Ends the wait with what there is; calling it again changes nothing. */
  settle(messages: LeasedMessage[]): void;
  fail(error: unknown): void;
}

/** Those who wait at one queue, served in order of arrival, whenever something may have become due. */
class Line {
  readonly receivers: Receiver[] = [];
  private readonly queue: string;
  private readonly clock: Clock;
  private readonly source: Source;
  private serving = false;
  private again = false;
  private cancelTimer: (() => void) | undefined;

  constructor(queue: string, clock: Clock, source: Source) {
    this.queue = queue;
    this.clock = clock;
    this.source = source;
  }

  /** Something may be due: serves as many as can be. */
  wake(): void {
    this.again = true;
    if (!this.serving) void this.serve();
  }

  leave(receiver: Receiver): void {
    const place = this.receivers.indexOf(receiver);
    if (place >= 0) this.receivers.splice(place, 1);
    if (this.receivers.length === 0) this.cancelTimer?.();
  }

  private async serve(): Promise<void> {
    this.serving = true;
    while (this.again) {
      this.again = false;
      this.cancelTimer?.();
      let receiver = this.receivers[0];
      while (receiver && (await this.serveOne(receiver))) receiver = this.receivers[0];
    }
    this.serving = false;
  }

  /** False where nothing is due. */
  private async serveOne(receiver: Receiver): Promise<boolean> {
    try {
      const { messages, nextDueMs } = await this.source.take(this.queue, receiver);
      if (messages.length === 0) {
        if (nextDueMs !== undefined) this.wakeAt(nextDueMs);
        return false;
      }
      if (this.receivers.includes(receiver)) receiver.settle(messages);
      else await this.source.giveBack(this.queue, messages);
    } catch (error) {
      receiver.fail(error);
    }
    return true;
  }

  private wakeAt(dueMs: number): void {
    this.cancelTimer?.();
    const delayMs = dueMs - this.clock.now();
    if (delayMs <= 0) this.again = true;
    else this.cancelTimer = this.clock.after(delayMs, () => this.wake());
  }
}

/** Everybody who waits for a message, by queue. */
export class Receivers {
  private readonly clock: Clock;
  private readonly source: Source;
  private readonly lines = new Map<string, Line>();

  constructor(clock: Clock, source: Source) {
    this.clock = clock;
    this.source = source;
  }

  /** The first messages that come due within `waitMs`, else none; none also when `signal` aborts. */
  wait(queue: string, options: ReceiverOptions & { waitMs: number; signal?: AbortSignal }): Promise<LeasedMessage[]> {
    const line = this.lineOf(queue);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        line.leave(receiver);
        if (line.receivers.length === 0 && this.lines.get(queue) === line) this.lines.delete(queue);
        cancelTimer();
        options.signal?.removeEventListener('abort', giveUp);
      };
      const receiver: Receiver = {
        max: options.max,
        leaseMs: options.leaseMs,
        settle(messages) {
          leave();
          resolve(messages);
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      const giveUp = (): void => receiver.settle([]);
      const cancelTimer = this.clock.after(options.waitMs, giveUp);
      options.signal?.addEventListener('abort', giveUp, { once: true });
      line.receivers.push(receiver);
      line.wake();
    });
  }

  /** Something was sent to, or became free in, this queue. */
  wake(queue: string): void {
    this.lines.get(queue)?.wake();
  }

  /** Something may have become free in any queue. */
  wakeAll(): void {
    for (const line of this.lines.values()) line.wake();
  }

  /** Ends every wait, with nothing. */
  stop(): void {
    for (const line of [...this.lines.values()]) {
      for (const receiver of [...line.receivers]) receiver.settle([]);
    }
  }

  private lineOf(queue: string): Line {
    const line = this.lines.get(queue) ?? new Line(queue, this.clock, this.source);
    this.lines.set(queue, line);
    return line;
  }
}
