import { completeConfig, type FunctionDocument, type FunctionVersion } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { ownerStands } from './function-documents.ts';

/** Where the versions of functions stand in the registry: `version/<function>/<number>`. */
export const VERSION_PREFIX = 'version/';

/** A version was published: it is kept until that is taken back. */
export interface Publication {
  readonly at: string;
  readonly by: string;
  readonly description: string;
}

/** One version as it is remembered beside its function. */
export interface VersionDocument extends FunctionVersion {
  /** A function that was made again under the name has another one; versions of the old one count as absent. */
  readonly functionId: string;
  readonly publication?: Publication;
}

interface StoredVersion {
  readonly document: VersionDocument;
  readonly revision: number;
}

type Owner = Pick<FunctionDocument, 'id' | 'name'>;

export function versionKey(name: string, version: number): string {
  return `${VERSION_PREFIX}${name}/${version}`;
}

/** The version that a function's document holds, as it is remembered beside it. */
export function versionOf(fn: FunctionDocument): VersionDocument {
  const { id: functionId, version, createdAt, config, code, origin, how } = fn;
  return {
    ...{ functionId, version, createdAt, config, code },
    ...(origin !== undefined && { origin }),
    ...(how !== undefined && { how }),
  };
}

/** Gives the version that a function's document holds one of its own, where it has none and the function is still there. */
export async function keepVersion(registry: Registry, fn: FunctionDocument): Promise<StoredVersion> {
  const key = versionKey(fn.name, fn.version);
  const document = versionOf(fn);
  for (;;) {
    const entry = await registry.get<VersionDocument>(key);
    if (entry?.value.functionId === fn.id) return { document: entry.value, revision: entry.revision };
    try {
      const revision = await registry.put(key, document, entry?.revision ?? 0);
      await ownerStands(registry, fn, { key, revision });
      return { document, revision };
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'conflict')) throw error;
    }
  }
}

/** A version of a function; `undefined` where there is none of that number, or not any more. */
export async function readVersion(
  registry: Registry,
  { id, name }: Owner,
  version: number,
): Promise<StoredVersion | undefined> {
  const entry = await registry.get<VersionDocument>(versionKey(name, version));
  if (entry === undefined || entry.value.functionId !== id) return undefined;
  return { document: completed(entry.value), revision: entry.revision };
}

/** All kept versions of a function, newest first. One that serves and was not given a document yet is missing. */
export async function listVersions(registry: Registry, { id, name }: Owner): Promise<StoredVersion[]> {
  const entries = await registry.list<VersionDocument>(`${VERSION_PREFIX}${name}/`);
  return entries
    .filter(({ value }) => value.functionId === id)
    .map(({ value, revision }) => ({ document: completed(value), revision }))
    .sort((a, b) => b.document.version - a.document.version);
}

/** Writes what `change` makes of a version's document, asked again where somebody else was faster. */
export async function changeVersion(
  registry: Registry,
  owner: Owner,
  version: number,
  change: (document: VersionDocument) => VersionDocument,
): Promise<StoredVersion> {
  for (;;) {
    const stored = await readVersion(registry, owner, version);
    if (stored === undefined) throw noVersion(owner.name, version);
    const document = change(stored.document);
    if (document === stored.document) return stored;
    try {
      const revision = await registry.put(versionKey(owner.name, version), document, stored.revision);
      return { document, revision };
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'conflict')) throw error;
    }
  }
}

export function noVersion(name: string, version: number): Problem {
  return new Problem(
    'not_found',
    `the function "${name}" has no version ${version}, or not any more: fob versions ${name} lists those that are kept`,
    { details: { name, version } },
  );
}

function completed(document: VersionDocument): VersionDocument {
  return { ...document, config: completeConfig(document.config) };
}
