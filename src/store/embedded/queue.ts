import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { Lease, LeasedMessage, NewMessage, Queue, QueueStats, SendResult, StoredMessage } from '../queue.ts';
import { type Watcher, Watchers } from '../watchers.ts';
import type { StoreLog } from './log.ts';
import type { StoredRow } from './message-views.ts';
import type { DeliveredRow, LeaseRow, MessageRow } from './messages.ts';
import { notACursor, validLimit } from './page.ts';
import { type ReceiverOptions, Receivers, type Taken } from './receivers.ts';
import type { WorkerClient } from './rpc.ts';
import type { StateOperations } from './state.ts';

const DEFAULT_WINDOW_MS = 86_400_000;
/** What no message has for a number. */
const NO_SEQ = -1;

/** The queues in `fob.db`. All senders and receivers are in this process, so that a send wakes who waits. */
export class SqliteQueue implements Queue {
  private readonly state: WorkerClient<StateOperations>;
  private readonly clock: Clock;
  private readonly receivers: Receivers;
  private readonly watchers: Watchers;

  constructor(state: WorkerClient<StateOperations>, clock: Clock, log: StoreLog) {
    this.state = state;
    this.clock = clock;
    this.watchers = new Watchers((err) => log.error({ err }, 'a watcher of the queues failed on a change'));
    this.receivers = new Receivers(clock, {
      take: (queue, options) => this.take(queue, options),
      giveBack: async (queue, messages) => {
        const leases = messages.map((message) => leaseRow(message.lease));
        await this.state.call('release', [leases, this.clock.now()]);
        this.moved(queue);
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
    this.moved(queue);
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
    if (done) this.moved(lease.queue);
    return done;
  }

  async retry(lease: Lease, delayMs: number): Promise<boolean> {
    const nowMs = this.clock.now();
    const done = await this.state.call('retry', [leaseRow(lease), nowMs + Math.max(0, Math.ceil(delayMs)), nowMs]);
    if (done) this.moved(lease.queue);
    return done;
  }

  async extend(lease: Lease, leaseMs: number): Promise<boolean> {
    const nowMs = this.clock.now();
    const done = await this.state.call('extend', [leaseRow(lease), nowMs + Math.ceil(leaseMs), nowMs]);
    if (done) this.watchers.changed(lease.queue);
    return done;
  }

  async list(
    queue: string,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<{ items: StoredMessage[]; cursor?: string }> {
    const after = cursor === undefined ? 0 : seqOf(cursor);
    if (after === NO_SEQ) throw notACursor(cursor!);
    const { rows, more } = await this.state.call('listMessages', [queue, after, validLimit(limit), this.clock.now()]);
    return { items: rows.map(storedMessage), ...(more && { cursor: String(rows.at(-1)!.seq) }) };
  }

  async find(queue: string, messageId: string): Promise<StoredMessage | undefined> {
    const row = await this.state.call('findMessage', [queue, seqOf(messageId), this.clock.now()]);
    return row && storedMessage(row);
  }

  async locate(id: string): Promise<{ queue: string; messageId: string } | undefined> {
    const place = await this.state.call('locateMessage', [id]);
    return place && { queue: place.queue, messageId: String(place.seq) };
  }

  async remove(queue: string, messageId: string): Promise<boolean> {
    const done = await this.state.call('removeMessage', [queue, seqOf(messageId), this.clock.now()]);
    if (done) this.moved(queue);
    return done;
  }

  async hasten(queue: string, messageId: string): Promise<boolean> {
    const done = await this.state.call('hasten', [queue, seqOf(messageId), this.clock.now()]);
    if (done) this.moved(queue);
    return done;
  }

  stats(queue: string): Promise<QueueStats> {
    return this.state.call('stats', [queue, this.clock.now()]);
  }

  queues(): Promise<string[]> {
    return this.state.call('queues', []);
  }

  async purge(queue: string): Promise<number> {
    const lastSeq = await this.state.call('lastSeq', [queue]);
    if (lastSeq === undefined) return 0;
    let purged = 0;
    for (let some = -1; some !== 0; purged += some) {
      some = await this.state.call('purgeSome', [queue, lastSeq]);
      if (some > 0) this.moved(queue);
    }
    return purged;
  }

  watch(onChange: Watcher): () => void {
    return this.watchers.watch(onChange);
  }

  /** Messages of a queue came, went, or may be due. */
  moved(queue: string): void {
    this.receivers.wake(queue);
    this.watchers.changed(queue);
  }

  /** Other messages than before are there, in these queues and in those that were. */
  replaced(queues: Iterable<string>): void {
    this.receivers.wakeAll();
    for (const name of queues) this.watchers.changed(name);
  }

  /** Ends every wait, with nothing, and every watch. */
  stopWaiting(): void {
    this.receivers.stop();
    this.watchers.close();
  }

  private async take(queue: string, { max, leaseMs }: ReceiverOptions): Promise<Taken> {
    const nowMs = this.clock.now();
    const leaseUntilMs = nowMs + Math.ceil(leaseMs);
    const { messages, nextDueMs } = await this.state.call('receive', [queue, max, leaseUntilMs, nowMs]);
    if (messages.length > 0) this.watchers.changed(queue);
    return { messages: messages.map((row) => leasedMessage(queue, row, leaseUntilMs)), nextDueMs };
  }
}

/** The body is copied, so that it can be moved to the other thread. */
export function messageRow(message: NewMessage, nowMs: number): MessageRow {
  return {
    id: message.id ?? null,
    body: new Uint8Array(message.body),
    attributes: message.attributes ? JSON.stringify(message.attributes) : null,
    dueAtMs: nowMs + Math.max(0, Math.ceil(message.delayMs ?? 0)),
    group: message.group ?? null,
    deduplicationId: message.deduplicationId ?? null,
    seenUntilMs: nowMs + Math.ceil(message.deduplicationWindowMs ?? DEFAULT_WINDOW_MS),
  };
}

export function leaseRow({ queue, messageId, token }: Lease): LeaseRow {
  return { queue, seq: seqOf(messageId), attempt: seqOf(token) };
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

/** The number that a text stands for. */
function seqOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : NO_SEQ;
}

function storedMessage({ seq, body, attributes, group, ...row }: StoredRow): StoredMessage {
  return {
    ...row,
    messageId: String(seq),
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    attributes: attributes === null ? {} : JSON.parse(attributes),
    ...(group !== null && { group }),
  };
}
