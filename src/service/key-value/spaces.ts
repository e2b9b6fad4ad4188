import type { KeyValue, KeyValueEntry, KeyValuePutOptions } from '../../store/key-value.ts';
import type { Watcher } from '../../store/watchers.ts';

/** Key-value spaces of people and functions, over the store's port: named as queues are, made by their first write. */
export interface KeyValueSpaces {
  get(space: string, key: string): Promise<KeyValueEntry | undefined>;
  put(space: string, key: string, value: Uint8Array, options?: KeyValuePutOptions): Promise<number>;
  delete(space: string, key: string, expectedRevision?: number): Promise<boolean>;
  list: KeyValue['list'];
  /** All spaces that hold keys. */
  spaces(): Promise<{ space: string; keys: number }[]>;
  clear(space: string): Promise<number>;
  /** Tells soon in which spaces something was written or removed. The returned function ends it. */
  watch(onChange: Watcher): () => void;
}
