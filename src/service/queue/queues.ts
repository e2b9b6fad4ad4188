import type { TraceContext } from '../../model/trace.ts';
import type { CommitPart } from '../../store/commit.ts';
import type { LeasedMessage, NewMessage, QueueStats, SendResult, StoredMessage } from '../../store/queue.ts';
import type { Watcher } from '../../store/watchers.ts';

/**
 * Named queues that people make and functions use, as SQS has them, over the store's queue port. At least once; a message
 * that was received too often goes to the dead-letter queue. Names are 1 to 80 letters, digits, `-`, `_`, a FIFO queue's ends in `.fifo`.
 */
export interface Queues {
  /**
   * Creates, or changes settings; `conflict` where the kind (FIFO or not) differs, or where it does not stand at
   * `expectedRevision` (0: there must be none).
   */
  create(name: string, settings?: QueueChange, expectedRevision?: number): Promise<QueueView>;
  find(name: string): Promise<QueueView | undefined>;
  list(): Promise<QueueView[]>;
  /** Removes the queue with its messages; false where there was none; `conflict` where it is a dead-letter queue in use, or stands elsewhere. */
  remove(name: string, expectedRevision?: number): Promise<boolean>;
  /**
   * All or none. `not_found`, `too_large`, `invalid_request` (a FIFO queue without a group, …). What the messages wake carries
   * their cause on.
   */
  send(name: string, messages: readonly NewMessage[], cause?: Cause): Promise<SendResult[]>;
  /** What `send` would do, as parts of a larger commit; throws as `send` rejects. The platform's own attributes (`fob-…`) are allowed here. */
  prepare(name: string, messages: readonly NewMessage[]): CommitPart[];
  /** Leases messages for `visibilityMs` (default: the queue's). Ones that were received `maxReceives` times have moved on to the dead-letter queue. */
  receive(
    name: string,
    options: { max: number; waitMs?: number; visibilityMs?: number; signal?: AbortSignal },
  ): Promise<ReceivedMessage[]>;
  /** Done with it; false where the receipt is no longer valid. */
  delete(name: string, receipt: string): Promise<boolean>;
  /** Invisible for so long from now; 0 gives it back. */
  changeVisibility(name: string, receipt: string, visibilityMs: number): Promise<boolean>;
  peek(name: string, options: { cursor?: string; limit: number }): Promise<{ items: StoredMessage[]; cursor?: string }>;
  purge(name: string): Promise<number>;
  /** Moves messages of a dead-letter queue back to where they came from (or to `to`), and returns how many. */
  redrive(name: string, options: { to?: string; ratePerSecond: number; signal?: AbortSignal }): Promise<number>;
  stats(name: string): Promise<QueueStats>;
  /** Tells soon which queues' messages changed, as the port `Queue` does. The returned function ends it. */
  watch(onChange: Watcher): () => void;
  /** Removes messages that are older than their queue's `retentionMs`, with a record for each queue, and returns how many. To be called now and then. */
  expire(): Promise<number>;
}

/** How something came to be sent. */
export interface Cause {
  /** How many functions called one another until then. */
  readonly hops?: number | undefined;
  readonly trace?: TraceContext | undefined;
}

export interface QueueSettings {
  readonly fifo: boolean;
  /** How long a received message is hidden, in milliseconds (default 30,000). */
  readonly visibilityMs: number;
  /** Delay of every message, in milliseconds (default 0). */
  readonly delayMs: number;
  /** A message that nobody took for so long is removed, and counted (default 4 days). */
  readonly retentionMs: number;
  /** Where messages go after `maxReceives` receipts. */
  readonly deadLetter?: { readonly queue: string; readonly maxReceives: number };
  /** FIFO: the body's SHA-256 stands for a missing de-duplication id. */
  readonly contentDeduplication: boolean;
}

export interface QueueView {
  readonly name: string;
  /** Of its settings. */
  readonly revision: number;
  readonly createdAt: string;
  readonly settings: QueueSettings;
  readonly counts: QueueCounts;
}

/** Messages since the node started. What was sent within a larger commit is not among `sent`. */
export interface QueueCounts {
  readonly sent: number;
  readonly received: number;
  readonly deleted: number;
  /** Gone to the dead-letter queue. */
  readonly deadLettered: number;
  /** Removed because of their age. */
  readonly expired: number;
}

/** Settings that are given replace theirs; `null` as `deadLetter` ends its use. */
export type QueueChange = Partial<Omit<QueueSettings, 'deadLetter'>> & {
  readonly deadLetter?: QueueSettings['deadLetter'] | null;
};

export interface ReceivedMessage extends Omit<LeasedMessage, 'lease'> {
  readonly receipt: string;
}
