import type { KeyValuePutOptions } from './key-value.ts';
import type { Lease, NewMessage } from './queue.ts';

/**
 * One part of a commit: what must hold for it, and what it changes.
 *
 * `Store.commit` makes all parts true at once, durably, or none: it resolves with `false`, and nothing is changed, where a
 * lease is no longer current or a key does not have its `expectedRevision`. This is how a run's completion, its result and
 * what it sent leave together. What must hold is judged by what was before the commit; changes of one key are then made in
 * order. A part that cannot be kept rejects as its port does (`invalid_request`, `storage_full`), and nothing is changed. A send
 * whose `deduplicationId` was seen counts as done.
 */
export type CommitPart =
  | { readonly kind: 'send'; readonly queue: string; readonly message: NewMessage }
  | { readonly kind: 'acknowledge'; readonly lease: Lease }
  | {
      readonly kind: 'put';
      readonly space: string;
      readonly key: string;
      readonly value: Uint8Array;
      readonly options?: KeyValuePutOptions;
    }
  | { readonly kind: 'delete'; readonly space: string; readonly key: string; readonly expectedRevision?: number };
