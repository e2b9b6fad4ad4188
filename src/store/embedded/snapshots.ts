import { WorkerClient } from './rpc.ts';
import type { SnapshotOperations } from './snapshot-database.ts';

/** Lends a thread for the slow work of one backup or restore, so that it holds up nobody; ends it after. */
export async function withSnapshots<T>(use: (snapshots: WorkerClient<SnapshotOperations>) => Promise<T>): Promise<T> {
  const snapshots = new WorkerClient<SnapshotOperations>({
    file: new URL('./snapshot.worker.ts', import.meta.url),
    data: undefined,
    limits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    onCrash: () => {},
  });
  try {
    return await use(snapshots);
  } finally {
    await snapshots.close();
  }
}
