import type { FunctionDocument } from '../../model/function.ts';
import { isUnderWay } from '../../model/release.ts';
import type { Registry } from '../../store/registry.ts';
import { listAliases } from './alias-documents.ts';
import { listVersions, versionKey } from './version-documents.ts';

/** So many of a function's newest versions are kept, whatever names them. */
export const KEPT_VERSIONS = 100;

/**
 * Forgets the versions of a function that are neither among the newest, nor published, nor serve or did so of late, nor are
 * named by an alias or a release. Returns their numbers.
 */
export async function pruneVersions(registry: Registry, fn: FunctionDocument): Promise<number[]> {
  const versions = await listVersions(registry, fn);
  if (versions.length <= KEPT_VERSIONS) return [];
  const named = new Set([fn.version, ...(fn.before ?? [])]);
  for (const { document } of await listAliases(registry, fn)) {
    for (const { version } of document.versions) named.add(version);
    for (const version of document.before) named.add(version);
    if (isUnderWay(document.release)) named.add(document.release.from).add(document.release.to);
  }
  const forgotten = versions
    .slice(KEPT_VERSIONS)
    .filter(({ document }) => document.publication === undefined && !named.has(document.version));
  await Promise.all(
    // One that was published meanwhile stands at another revision, and stays.
    forgotten.map(({ document, revision }) =>
      registry.delete(versionKey(fn.name, document.version), revision).catch(() => false),
    ),
  );
  return forgotten.map(({ document }) => document.version);
}
