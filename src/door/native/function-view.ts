import type { Static } from 'typebox';
import type { StoredFunction } from '../../model/function.ts';
import type { FunctionView } from './schemas.ts';

/** A function as the native API shows it. */
export function functionView({ document, revision }: StoredFunction): Static<typeof FunctionView> {
  const { code } = document;
  return {
    name: document.name,
    id: document.id,
    version: document.version,
    revision,
    createdAt: document.functionCreatedAt,
    updatedAt: document.createdAt,
    config: document.config,
    code: {
      form: code.form,
      bytes: code.sourceBytes,
      sha256: code.sourceDigest,
      ...(code.fileName !== undefined && { fileName: code.fileName }),
      files: code.fileCount,
      builtBytes: code.treeBytes,
    },
    ...(document.origin !== undefined && { origin: document.origin }),
  };
}

/** The ETag of a revision. */
export function etag(revision: number): string {
  return `"${revision}"`;
}
