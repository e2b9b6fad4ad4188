import type { Adapter } from '../../../../store/conformance.ts';
import { folderAdapter } from '../../../../store/testing/folder-adapter.ts';
import type { Buckets } from '../../buckets.ts';
import { openBuckets } from '../buckets.ts';

/** The embedded buckets, for the conformance suite. */
export const embeddedBuckets: Adapter<Buckets> = folderAdapter(async (folder, clock) => {
  const buckets = await openBuckets({ folder, clock, minPartBytes: 1 });
  return { port: buckets, close: () => buckets.close() };
});
