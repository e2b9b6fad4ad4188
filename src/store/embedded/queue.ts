import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { Lease, LeasedMessage, NewMessage, Queue, QueueStats, SendResult } from '../queue.ts';
import type { DeliveredRow, LeaseRow, MessageRow } from './messages.ts';
import { type ReceiverOptions, Receivers, type Taken } from './receivers.ts';
import type { WorkerClient } from './rpc.ts';
import type { StateOperations } from './state.ts';

const DEFAULT_WINDOW_MS = 86_400_000;

/** The queues in `fob.db`. All senders and receivers are in this process, so that a send wakes who waits. */
export class SqliteQueue implements Queue {
  private readonly state: WorkerClient<StateOperations>;
  private readonly clock: Clock;
  private readonly receivers: Receivers;

  constructor(state: WorkerClient<StateOperations>, clock: Clock) {
    this.state = state;
    this.clock = clock;
    this.receivers = new Receivers(clock, {
      take: (queue, options) => this.take(queue, options),
      giveBack: async (queue, messages) => {
        const leases = messages.map((message) => leaseRow(message.lease));
        await this.state.call('release', [leases, this.clock.now()]);
        this.receivers.wake(queue);
      },
    });
  }

  async send(queue: string, message: NewMessage): Promise<SendResult> {
    return (await this.sendBatch(queue, [message]))[0]!;
  }

  async sendBatch(queue: string, messages: readonly NewMessage[]): Promise<SendResult[]> {
    const nowMs = this.clock.now();
    const rows = messages.map((message) => messageRow(message, nowMs));
    const bodies = rows.map((row) => row.body.buffer as ArrayBuffer);
    const results = await this.state.call('send', [queue, rows, nowMs], bodies);
    this.receivers.wake(queue);
    return results;
  }

  async receive(
    queue: string,
    options: ReceiverOptions & { waitMs?: number; signal?: AbortSignal },
  ): Promise<LeasedMessage[]> {
    if (!Number.isInteger(options.max) || options.max < 1 || !(options.leaseMs > 0)) {
      throw new Problem('invalid_request', 'a receive asks for at least one message and a lease of more than 0 ms');
    }
    if (options.signal?.aborted) return [];
    const { waitMs = 0 } = options;
    if (waitMs > 0) return this.receivers.wait(queue, { ...options, waitMs });
    return (await this.take(queue, options)).messages;
  }

  async acknowledge(lease: Lease): Promise<boolean> {
    const done = await this.state.call('acknowledge', [leaseRow(lease), this.clock.now()]);
    if (done) this.receivers.wake(lease.queue);
    return done;
  }

  async retry(lease: Lease, delayMs: number): Promise<boolean> {
    const nowMs = this.clock.now();
    const done = await this.state.call('retry', [leaseRow(lease), nowMs + Math.max(0, Math.ceil(delayMs)), nowMs]);
    if (done) this.receivers.wake(lease.queue);
    return done;
  }

  extend(lease: Lease, leaseMs: number): Promise<boolean> {
    const nowMs = this.clock.now();
    return this.state.call('extend', [leaseRow(lease), nowMs + Math.ceil(leaseMs), nowMs]);
  }

  stats(queue: string): Promise<QueueStats> {
    return this.state.call('stats', [queue, this.clock.now()]);
  }

  queues(): Promise<string[]> {
    return this.state.call('queues', []);
  }

  purge(queue: string): Promise<number> {
    return this.state.call('purge', [queue]);
  }

  /** Other messages than before are there. */
  replaced(): void {
    this.receivers.wakeAll();
  }

  /** Ends every wait, with nothing. */
  stopWaiting(): void {
    this.receivers.stop();
  }

  private async take(queue: string, { max, leaseMs }: ReceiverOptions): Promise<Taken> {
    const nowMs = this.clock.now();
    const leaseUntilMs = nowMs + Math.ceil(leaseMs);
    const { messages, nextDueMs } = await this.state.call('receive', [queue, max, leaseUntilMs, nowMs]);
    return { messages: messages.map((row) => leasedMessage(queue, row, leaseUntilMs)), nextDueMs };
  }
}

/** The body is copied, so that it can be moved to the other thread. */
function messageRow(message: NewMessage, nowMs: number): MessageRow {
  return {
    body: new Uint8Array(message.body),
    attributes: message.attributes ? JSON.stringify(message.attributes) : null,
    dueAtMs: nowMs + Math.max(0, Math.ceil(message.delayMs ?? 0)),
    group: message.group ?? null,
    deduplicationId: message.deduplicationId ?? null,
    seenUntilMs: nowMs + Math.ceil(message.deduplicationWindowMs ?? DEFAULT_WINDOW_MS),
  };
}

function leaseRow({ queue, messageId, token }: Lease): LeaseRow {
  return { queue, seq: Number(messageId), attempt: Number(token) };
}

function leasedMessage(queue: string, row: DeliveredRow, leaseUntilMs: number): LeasedMessage {
  const messageId = String(row.seq);
  return {
    lease: { queue, messageId, token: String(row.attempt) },
    messageId,
    body: Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength),
    attributes: row.attributes === null ? {} : JSON.parse(row.attributes),
    ...(row.group !== null && { group: row.group }),
    attempt: row.attempt,
    sentAtMs: row.sentAtMs,
    leaseUntilMs,
  };
}
