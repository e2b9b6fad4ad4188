import type { Readable } from 'node:stream';

/**
 * Immutable bytes under the SHA-256 of their content (64 lower-case hex digits).
 * Durable before `put` resolves. Putting the same bytes twice, or at once from two callers, is one blob.
 */
export interface Blobs {
  /** Stores bytes; rejects with `too_large` past `maxBytes`, `cancelled` where the stream fails and `storage_full` on a full disk, and then keeps nothing. */
  put(content: Uint8Array | Readable, options?: { maxBytes?: number }): Promise<{ digest: string; bytes: number }>;
  /** The whole content, checked against its digest; `not_found` where absent, `internal` where damaged. */
  get(digest: string): Promise<Buffer>;
  /** The content as a stream; `not_found` where absent. */
  open(digest: string): Promise<Readable>;
  has(digest: string): Promise<boolean>;
  /** Removes a blob; false where there was none. */
  delete(digest: string): Promise<boolean>;
  /** Every digest stored, in no order. */
  list(): AsyncIterable<{ digest: string; bytes: number; storedAtMs: number }>;
}
