import type { Static } from 'typebox';
import type { StoredAlias } from '../../../model/alias.ts';
import { type CodeInfo, type FunctionDocument, newestVersion, type StoredFunction } from '../../../model/function.ts';
import type { CodeAnswer, FunctionView } from '../schemas.ts';

/** A function as the native API shows it. */
export function functionView(
  { document, revision }: StoredFunction,
  aliases: readonly StoredAlias[] = [],
): Static<typeof FunctionView> {
  const { origin } = document;
  return {
    name: document.name,
    id: document.id,
    version: document.version,
    revision,
    createdAt: document.functionCreatedAt,
    updatedAt: document.createdAt,
    newestVersion: newestVersion(document),
    ...(origin !== undefined && { origin }),
    ...(aliases.length > 0 && {
      aliases: aliases.map(({ document: { name, versions } }) => ({ name, versions: [...versions] })),
    }),
    config: document.config,
    code: codeView(document.code),
  };
}

/** The code of a version as the native API shows it. */
export function codeView(code: CodeInfo): Static<typeof CodeAnswer> {
  return {
    form: code.form,
    bytes: code.sourceBytes,
    sha256: code.sourceDigest,
    ...(code.fileName !== undefined && { fileName: code.fileName }),
    files: code.fileCount,
    builtBytes: code.treeBytes,
  };
}

/** Settings as they are shown where somebody else was faster: without the values of an environment. */
export function settingsShown({ environment: _, ...shown }: Partial<FunctionDocument['config']>) {
  return shown;
}

/** How the settings that somebody wanted to change stand now, and who made them so. Values of an environment are not told. */
export function standing(stored: StoredFunction | undefined, wanted: Partial<FunctionDocument['config']> = {}) {
  if (stored === undefined) return null;
  const { version, createdAt, origin, config } = stored.document;
  const names = Object.keys(settingsShown(wanted)) as (keyof typeof config)[];
  return {
    revision: stored.revision,
    version,
    updatedAt: createdAt,
    ...(origin !== undefined && { by: origin.by }),
    config: Object.fromEntries(names.map((name) => [name, config[name]])),
  };
}
