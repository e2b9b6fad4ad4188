import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '../../model/clock.ts';
import type { CommitPart } from '../commit.ts';
import type { Store } from '../store.ts';
import type { Vault } from '../vault.ts';
import type { AuditOperations } from './audit-database.ts';
import { SqliteAuditTrail } from './audit-trail.ts';
import { FileBlobs } from './blobs.ts';
import { commit } from './commit.ts';
import { claimDataFolder, type DataFolder } from './folder.ts';
import { SqliteJournal } from './journal.ts';
import type { JournalOperations } from './journal-database.ts';
import { SqliteKeyValue } from './key-value.ts';
import { type StoreLog, silentLog } from './log.ts';
import { SqliteQueue } from './queue.ts';
import { SqliteRecordings } from './recordings.ts';
import type { RecordingOperations } from './recordings-database.ts';
import { SqliteRegistry } from './registry.ts';
import { WorkerClient } from './rpc.ts';
import { SqliteSeries } from './series.ts';
import type { SeriesOperations } from './series-database.ts';
import type { StateOperations } from './state.ts';
import { openVault } from './vault.ts';
import { removeUnfinishedKeys } from './vault-keys.ts';

/** Small heaps: what is large (message bodies, pages of the databases) is kept outside of them. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

interface EmbeddedStoreOptions {
  /** The data folder; made where it is missing. */
  readonly folder: string;
  readonly clock?: Clock;
  readonly log?: StoreLog;
}

/**
 * Opens the store of one node in its data folder, which belongs to this process until `close`.
 *
 * Rejects with `data_folder_locked` where another process has the folder, with `data_folder_unusable` where it cannot be
 * written, is damaged, or is from a newer version, and with `storage_full`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const { clock = systemClock, log = silentLog } = options;
  const folder = claimDataFolder(options.folder);
  const state = new WorkerClient<StateOperations>({
    file: new URL('./state.worker.ts', import.meta.url),
    data: { path: folder.state },
    limits: THREAD_LIMITS,
    onCrash: (err) =>
      log.error({ err }, 'the thread of registry, queues and key-values failed; it starts again with the next call'),
  });
  const records = new WorkerClient<JournalOperations & SeriesOperations>({
    file: new URL('./journal.worker.ts', import.meta.url),
    data: { path: folder.journal, seriesPath: folder.series },
    limits: THREAD_LIMITS,
    onCrash: (err) => log.error({ err }, 'the thread of the journal failed; it starts again with the next call'),
  });
  const trail = new WorkerClient<AuditOperations>({
    file: new URL('./audit.worker.ts', import.meta.url),
    data: { audit: folder.audit, journal: folder.journal },
    limits: THREAD_LIMITS,
    onCrash: (err) => log.error({ err }, 'the thread of the audit trail failed; it starts again with the next call'),
  });
  const recorder = new WorkerClient<RecordingOperations>({
    file: new URL('./recordings.worker.ts', import.meta.url),
    data: { path: folder.recordings },
    limits: THREAD_LIMITS,
    onCrash: (err) => log.error({ err }, 'the thread of recordings failed; it starts again with the next call'),
  });
  try {
    await Promise.all([state.call('ready', []), records.call('ready', [])]);
    removeUnfinishedKeys(folder.vaultKeys);
    const vault = openVault(folder.vaultKeys);
    return new EmbeddedStore(folder, clock, log, vault, { state, records, trail, recorder });
  } catch (error) {
    await Promise.all([state.close(), records.close()]);
    folder.release();
    throw error;
  }
}

class EmbeddedStore implements Store {
  readonly registry: SqliteRegistry;
  readonly queue: SqliteQueue;
  readonly keyValue: SqliteKeyValue;
  readonly vault: Vault;
  readonly journal: SqliteJournal;
  readonly series: SqliteSeries;
  readonly audit: SqliteAuditTrail;
  readonly recordings: SqliteRecordings;
  readonly blobs: FileBlobs;
  private readonly folder: DataFolder;
  readonly clock: Clock;
  readonly state: WorkerClient<StateOperations>;
  private readonly threads: readonly { close(): Promise<void> }[];
  private closing: Promise<void> | undefined;

  constructor(
    folder: DataFolder,
    clock: Clock,
    log: StoreLog,
    vault: Vault,
    threads: {
      readonly state: WorkerClient<StateOperations>;
      readonly records: WorkerClient<JournalOperations & SeriesOperations>;
      readonly trail: WorkerClient<AuditOperations>;
      readonly recorder: WorkerClient<RecordingOperations>;
    },
  ) {
    const { state, records, trail, recorder } = threads;
    this.folder = folder;
    this.clock = clock;
    this.state = state;
    this.threads = Object.values(threads);
    this.registry = new SqliteRegistry(state, log);
    this.queue = new SqliteQueue(state, clock, log);
    this.keyValue = new SqliteKeyValue(state, clock, log);
    this.vault = vault;
    this.journal = new SqliteJournal(records, clock, log);
    this.series = new SqliteSeries(records);
    this.audit = new SqliteAuditTrail(trail, clock, log);
    this.recordings = new SqliteRecordings(recorder, folder.recordings, clock, log);
    this.blobs = new FileBlobs(folder.blobs, folder.temporary);
  }

  commit(parts: readonly CommitPart[]): Promise<boolean> {
    return commit(parts, this);
  }

  async backup(): Promise<Readable> {
    // Loaded when they are needed, which is seldom: an idle node does not hold an archiver in memory.
    const { backUp } = await import('./backup.ts');
    await Promise.all([this.journal.flush(), this.audit.flush()]);
    return backUp(this.folder, this.clock.now());
  }

  async restore(backup: Readable): Promise<{ documents: number; blobs: number }> {
    // It may fail before it is read; reading it tells so.
    backup.on('error', () => undefined);
    const { restore } = await import('./restore.ts');
    return restore(backup, this.folder, this);
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    this.registry.endWatches();
    this.queue.stopWaiting();
    this.keyValue.endWatches();
    await Promise.all([this.journal.close(), this.audit.close(), this.recordings.close(), this.blobs.close()]);
    await Promise.all(this.threads.map((thread) => thread.close()));
    this.folder.release();
  }
}
