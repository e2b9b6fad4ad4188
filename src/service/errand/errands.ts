import type { TraceContext } from '../../model/trace.ts';
import type { CommitPart } from '../../store/commit.ts';
import type { StoredMessage } from '../../store/queue.ts';
import type { Watcher } from '../../store/watchers.ts';

/**
 * Deliveries that cannot be part of a commit, to addresses, buckets and queues that may come back: the errand itself is committed
 * and then run, at least once, with growing pauses for up to a day. One that still fails then lies among the dead of its origin,
 * with an entry of the audit trail.
 */
export interface Errands {
  /** What starts an errand, as part of a larger commit. */
  prepare(errand: Errand): CommitPart;
  /** Starts to run what is there and what comes. */
  start(): void;
  stats(): Promise<ErrandStats>;
  /** Errands of an origin that were given up, oldest first. */
  dead(
    origin: string,
    options: { cursor?: string; limit: number },
  ): Promise<{ items: StoredMessage[]; cursor?: string }>;
  /** How many of an origin's errands were given up and wait for a person. */
  deadCount(origin: string): Promise<number>;
  /** Starts the dead errands of an origin again, each for another day, and returns how many. */
  redrive(origin: string): Promise<number>;
  /** Removes the dead errands of an origin for good and returns how many there were. */
  purge(origin: string): Promise<number>;
  /** Tells soon which origins' dead errands changed. The returned function ends it. */
  watchDead(onChange: Watcher): () => void;
  /** Removes dead errands that nobody looked after for 14 days, with a record, and returns how many. To be called now and then. */
  expire(): Promise<number>;
  /** Starts nothing more, and resolves when what is under way has ended. */
  close(): Promise<void>;
}

export interface Errand {
  /** `bucket:`, `queue:` or an address; see `parseDestination`. */
  readonly destination: string;
  /** What it is done for: `topic/<name>`, or `errand/<function>`. */
  readonly origin: string;
  /** Names the object in a bucket; anything that is the same each time. */
  readonly eventId: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly delayMs?: number;
  /** A second errand with the same id within 24 h is not run. */
  readonly deduplicationId?: string;
  /** The trace that it is a part of: an address gets it as `traceparent`. */
  readonly trace?: TraceContext;
}

interface ErrandStats {
  readonly waiting: number;
  readonly running: number;
  /** Since the node started. */
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
}

/** How one attempt ended. */
export type Attempt =
  | { readonly done: true }
  /** `final`: trying again is no use. */
  | { readonly done: false; readonly message: string; readonly final?: boolean; readonly retryAfterMs?: number };
