import type { Watcher } from './watchers.ts';

/**
 * Messages in named queues: leased, delayed, de-duplicated, in order of their due time and then of sending.
 *
 * At least once: a message is delivered until it is acknowledged with the lease that is current. `send` and `sendBatch`
 * resolve only when the messages are on disk; a batch is stored wholly or not at all. `acknowledge`, `retry` and `extend`
 * with a lease that has run out, or was taken over, return false and change nothing. After `close`, calls reject with
 * `unavailable`; on a full disk they reject with `storage_full` and change nothing.
 */
export interface Queue {
  send(queue: string, message: NewMessage): Promise<SendResult>;
  sendBatch(queue: string, messages: readonly NewMessage[]): Promise<SendResult[]>;
  /**
   * Leases up to `max` due messages for `leaseMs`, fewer where their bodies would be large together. Waits up to `waitMs`
   * (default 0) for a first one; resolves with an empty array then, when `signal` aborts, or when the store closes. Messages
   * of one `group` are delivered one at a time, in order of sending: while its first is delayed, leased or to be retried,
   * the others of its group wait.
   */
  receive(
    queue: string,
    options: { max: number; leaseMs: number; waitMs?: number; signal?: AbortSignal },
  ): Promise<LeasedMessage[]>;
  /** The message is done: removes it. */
  acknowledge(lease: Lease): Promise<boolean>;
  /** Not done: due again after `delayMs`. */
  retry(lease: Lease, delayMs: number): Promise<boolean>;
  extend(lease: Lease, leaseMs: number): Promise<boolean>;
  /**
   * Messages in order of sending, without leasing them; at most `limit` (1 to 1,000), fewer where they are large, with a
   * cursor to go on.
   */
  list(
    queue: string,
    options: { cursor?: string; limit: number },
  ): Promise<{ items: StoredMessage[]; cursor?: string }>;
  find(queue: string, messageId: string): Promise<StoredMessage | undefined>;
  /** Where the message is to which its sender gave this id, whichever queue it is in; undefined where there is none. */
  locate(id: string): Promise<{ queue: string; messageId: string } | undefined>;
  /** Removes a message whatever its state; a lease on it is void then. False where it is gone. */
  remove(queue: string, messageId: string): Promise<boolean>;
  /** Makes a delayed message due now; true also where it was due already, false where it is gone or leased. */
  hasten(queue: string, messageId: string): Promise<boolean>;
  stats(queue: string): Promise<QueueStats>;
  /** Names of queues that hold messages. */
  queues(): Promise<string[]>;
  /** Removes the messages that a queue holds now and returns how many there were. Many go step by step: where it rejects, some are gone. */
  purge(queue: string): Promise<number>;
  /**
   * Tells soon in which queues messages came, went, or were leased or given back; that one came due, or a lease ran out, it
   * does not tell. The returned function ends it.
   */
  watch(onChange: Watcher): () => void;
}

export interface NewMessage {
  /** An id of the sender's own, by which `locate` finds the message; no other message has it at the same time. */
  readonly id?: string;
  readonly body: Uint8Array;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  /** A second message with the same id within `deduplicationWindowMs` (default 24 h) is accepted and not stored. */
  readonly deduplicationId?: string;
  readonly deduplicationWindowMs?: number;
  readonly group?: string;
}

export interface SendResult {
  readonly messageId: string;
  /** True where an earlier message with this `deduplicationId` stands for it; `messageId` and `id` are then that one's. */
  readonly duplicate: boolean;
  /** The sender's own id, where it gave one. */
  readonly id?: string;
}

/** The right to finish one delivery of one message. */
export interface Lease {
  readonly queue: string;
  readonly messageId: string;
  readonly token: string;
}

export interface LeasedMessage {
  readonly lease: Lease;
  readonly messageId: string;
  readonly body: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group?: string;
  /** 1 for the first delivery. */
  readonly attempt: number;
  readonly sentAtMs: number;
  readonly leaseUntilMs: number;
}

/** A message as it is kept, for whoever only looks. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: Buffer;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly state: 'ready' | 'delayed' | 'leased';
  /** Deliveries so far. */
  readonly attempts: number;
  readonly sentAtMs: number;
  /** When it may be delivered next, or its lease runs out. */
  readonly dueAtMs: number;
}

export interface QueueStats {
  /** Due, those that wait for their group's turn included. */
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
  /**
   * Time since the oldest message that is due was sent, in milliseconds; 0 where none is. Behind more than 1,000 older
   * messages that are not due, it may be that of the message that is due the longest instead.
   */
  readonly oldestAgeMs: number;
  /** In how many milliseconds the next of those that are delayed or leased comes due; absent where there is none. */
  readonly nextDueInMs?: number;
}
