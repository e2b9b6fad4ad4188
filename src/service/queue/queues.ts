import type { LeasedMessage, NewMessage, QueueStats, SendResult, StoredMessage } from '../../store/queue.ts';

/**
 * Named queues that people make and functions use, as SQS has them, over the store's queue port. At least once; a message
 * that was received too often goes to the dead-letter queue. Names are 1 to 80 letters, digits, `-`, `_`, a FIFO queue's ends in `.fifo`.
 */
export interface Queues {
  /** Creates, or changes settings; `conflict` where the kind (FIFO or not) differs. */
  create(name: string, settings?: Partial<QueueSettings>): Promise<QueueView>;
  find(name: string): Promise<QueueView | undefined>;
  list(): Promise<QueueView[]>;
  /** Removes the queue with its messages; false where there was none; `conflict` where it is a dead-letter queue in use. */
  remove(name: string): Promise<boolean>;
  /** All or none. `not_found`, `too_large`, `invalid_request` (a FIFO queue without a group, …). */
  send(name: string, messages: readonly NewMessage[]): Promise<SendResult[]>;
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
  readonly createdAt: string;
  readonly settings: QueueSettings;
}

export interface ReceivedMessage extends Omit<LeasedMessage, 'lease'> {
  readonly receipt: string;
}
