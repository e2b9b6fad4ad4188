import Type, { type Static } from 'typebox';

/** What a backup holds: a tar of `manifest.json` first, then the databases and the blobs. */
export const BACKUP_FORMAT = 2;
export const MANIFEST_FILE = 'manifest.json';
export const STATE_FILE = 'fob.db';
export const JOURNAL_FILE = 'journal.db';
/** Not in backups of format 1, nor of a node where nothing was ever changed. */
export const AUDIT_FILE = 'audit.db';

export const ManifestSchema = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  createdAt: Type.String(),
  /** Every other file of the backup. */
  files: Type.Array(
    Type.Object({
      path: Type.String({ pattern: '^(fob\\.db|journal\\.db|audit\\.db|blobs/[0-9a-f]{2}/[0-9a-f]{64})$' }),
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
});

export type Manifest = Static<typeof ManifestSchema>;
