import type { Clock } from '../../model/clock.ts';
import type { CodeInfo, FunctionDocument } from '../../model/function.ts';
import type { Blobs } from '../../store/blobs.ts';
import type { Registry } from '../../store/registry.ts';
import { FUNCTION_PREFIX } from '../documents/function-documents.ts';
import { listVersions } from '../documents/version-documents.ts';
import type { CodeCache } from './code-cache.ts';
import type { Pins } from './pins.ts';
import type { Scratch } from './scratch.ts';

/** A blob that is younger, and of this process, may belong to something that is under way, such as a restore. */
const YOUNG_MS = 3_600_000;

interface GarbageSources {
  readonly registry: Registry;
  readonly blobs: Blobs;
  readonly codeCache: CodeCache;
  readonly scratch: Scratch;
  readonly pins: Pins;
  readonly clock: Clock;
  /** When this process began; what is older was left behind by another one. */
  readonly startedAtMs: number;
}

/** What a collection removed. */
export interface Collected {
  readonly folders: number;
  readonly trees: number;
  readonly blobs: number;
}

/** Removes temporary folders of earlier processes, and trees and blobs that no version refers to and no sandbox (`inUse`: tree digests) runs. */
export function collectGarbage(from: GarbageSources, inUse: ReadonlySet<string>): Promise<Collected> {
  return from.pins.whileCollecting(async (pinned) => {
    // The references are read after pinning began: what is committed from here on is pinned.
    const referenced = new Set<string>();
    // Functions before their versions: what a document says no more is a version's by then.
    const functions = await from.registry.list<FunctionDocument>(FUNCTION_PREFIX);
    for (const { value } of functions) refer(referenced, value.code);
    for (const { value } of functions) {
      for (const { document } of await listVersions(from.registry, value)) refer(referenced, document.code);
    }
    const unused = (digest: string) => !referenced.has(digest) && !inUse.has(digest) && !pinned.has(digest);

    const folders = await from.scratch.removeLeftovers();
    let trees = 0;
    for (const digest of await from.codeCache.digests()) {
      if (!unused(digest)) continue;
      await from.codeCache.remove(digest);
      trees += 1;
    }
    let blobs = 0;
    const olderThanMs = Math.max(from.startedAtMs, from.clock.now() - YOUNG_MS);
    for await (const { digest, storedAtMs } of from.blobs.list()) {
      if (storedAtMs < olderThanMs && unused(digest) && (await from.blobs.delete(digest))) blobs += 1;
    }
    return { folders, trees, blobs };
  });
}

function refer(referenced: Set<string>, { sourceDigest, treeDigest }: CodeInfo): void {
  referenced.add(sourceDigest).add(treeDigest);
}
