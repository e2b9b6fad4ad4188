import type { Watcher } from './watchers.ts';

/**
 * Small values under keys, in named spaces, with a revision each and an expiry where wanted: for compare-and-set.
 *
 * Atomic: each call. Durable: when a promise resolves, the change is on disk. Revisions of one key strictly increase, also
 * over its removal or expiry. An expired key is absent for every call from that moment on. Keys and names of spaces are
 * well-formed text of 1 to 1,024 bytes of UTF-8 without a zero character, values at most 1 MiB; others are
 * `invalid_request`. Full disk: `storage_full`, and nothing changed. After `close`: `unavailable`.
 */
export interface KeyValue {
  get(space: string, key: string): Promise<KeyValueEntry | undefined>;
  /**
   * Writes and returns the new revision. `expectedRevision` 0 demands that the key is absent, a number that it has just this
   * revision, `undefined` accepts any; rejects with `conflict` (details: `key`, `expectedRevision`, `actualRevision`) otherwise.
   */
  put(space: string, key: string, value: Uint8Array, options?: KeyValuePutOptions): Promise<number>;
  /** False where there was none. `expectedRevision` as in `put`. */
  delete(space: string, key: string, expectedRevision?: number): Promise<boolean>;
  /** In key order (code points), at most `limit` (1 to 1,000), fewer where values are large, with a cursor to go on. */
  list(
    space: string,
    options: { prefix?: string; cursor?: string; limit: number },
  ): Promise<{ items: KeyValueEntry[]; cursor?: string }>;
  /** Names of spaces below a prefix that hold keys, and how many each holds. */
  spaces(prefix: string): Promise<{ space: string; keys: number }[]>;
  /** Removes all of a space and returns how many keys there were. */
  clear(space: string): Promise<number>;
  /** Tells soon in which spaces something was written or removed; that a key expired, it does not tell. The returned function ends it. */
  watch(onChange: Watcher): () => void;
}

export interface KeyValuePutOptions {
  readonly expectedRevision?: number;
  /** In milliseconds since the Unix epoch; absent: the key stays, also where it was to expire before. */
  readonly expiresAtMs?: number;
}

export interface KeyValueEntry {
  readonly key: string;
  readonly value: Buffer;
  readonly revision: number;
  readonly expiresAtMs?: number;
}
