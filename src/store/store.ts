import type { Readable } from 'node:stream';
import type { AuditTrail } from './audit-trail.ts';
import type { Blobs } from './blobs.ts';
import type { CommitPart } from './commit.ts';
import type { Journal } from './journal.ts';
import type { KeyValue } from './key-value.ts';
import type { Queue } from './queue.ts';
import type { Recordings } from './recordings.ts';
import type { Registry } from './registry.ts';
import type { SeriesStore } from './series.ts';
import type { Vault } from './vault.ts';

/** All ports together, as one adapter opens and closes them. */
export interface Store {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly queue: Queue;
  readonly keyValue: KeyValue;
  readonly journal: Journal;
  readonly series: SeriesStore;
  readonly audit: AuditTrail;
  readonly recordings: Recordings;
  readonly vault: Vault;
  /** Makes all parts true at once, on disk, or none: `false` where a lease or a revision no longer holds (see `CommitPart`). */
  commit(parts: readonly CommitPart[]): Promise<boolean>;
  /** A consistent copy of everything but the vault's keys, as a tar stream's bytes, taken while the store is in use. */
  backup(): Promise<Readable>;
  /** Replaces everything by a backup, atomically for the registry, queues and key-values, while the store is in use; watchers see the difference. Rejects with `invalid_request` and changes nothing where it is no whole backup. */
  restore(backup: Readable): Promise<{ documents: number; blobs: number }>;
  close(): Promise<void>;
}
