/**
 * Small JSON documents, each with a revision. Keys are paths such as `function/hello`.
 *
 * Atomic: each `put` and `delete`; `compare-and-set` by `expectedRevision`. Durable: when a promise resolves, the change is
 * on disk. Ordered: revisions of one registry strictly increase over all keys, and `watch` reports changes in that order.
 * On a full disk, writes reject with `storage_full` and change nothing. `close` ends watches; calls after it reject with
 * `unavailable`. Keys are well-formed text of 1 to 1,024 characters, in order of code points; others are `invalid_request`.
 */
export interface Registry {
  get<T>(key: string): Promise<Entry<T> | undefined>;
  /** All entries whose key starts with `prefix`, in key order. */
  list<T>(prefix: string): Promise<Entry<T>[]>;
  /**
   * Writes one document and returns its new revision.
   * `expectedRevision` 0 demands that the key is absent, a number that it has just this revision, `undefined` accepts any.
   * Rejects with `conflict` (details: `key`, `expectedRevision`, `actualRevision`) and changes nothing where that fails.
   */
  put<T>(key: string, value: T, expectedRevision?: number): Promise<number>;
  /** Removes one document; false where there was none. `expectedRevision` as in `put`. */
  delete(key: string, expectedRevision?: number): Promise<boolean>;
  /** Calls `onChange` after each committed change below `prefix`, from now on; the returned function ends it. */
  watch(prefix: string, onChange: (change: Change) => void): () => void;
}

export interface Entry<T> {
  readonly key: string;
  readonly value: T;
  readonly revision: number;
}

export type Change =
  | { readonly kind: 'put'; readonly key: string; readonly value: unknown; readonly revision: number }
  | { readonly kind: 'delete'; readonly key: string; readonly revision: number };
