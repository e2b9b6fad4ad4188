import type { Readable } from 'node:stream';
import type { Blobs } from './blobs.ts';
import type { Journal } from './journal.ts';
import type { Queue } from './queue.ts';
import type { Registry } from './registry.ts';

/** The four ports together, as one adapter opens and closes them. */
export interface Store {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly queue: Queue;
  readonly journal: Journal;
  /** A consistent copy of everything, as a tar stream's bytes, taken while the store is in use. */
  backup(): Promise<Readable>;
  /** Replaces everything by a backup, atomically for the registry and queues, while the store is in use; watchers see the difference. Rejects with `invalid_request` and changes nothing where it is no whole backup. */
  restore(backup: Readable): Promise<{ documents: number; blobs: number }>;
  close(): Promise<void>;
}
