import type { DatabaseSync } from 'node:sqlite';
import { expectRevision } from './expect-revision.ts';
import { prefixEnd } from './prefix-end.ts';

/** A document as it is kept: its value is JSON text. */
export interface DocumentRow {
  readonly key: string;
  readonly value: string;
  readonly revision: number;
}

/** What a restore did to one document; `value` is JSON text, absent where the document went. */
export interface DocumentChange {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
}

export type DocumentOperations = ReturnType<typeof documentOperations>;

/** The registry's operations, within the caller's transaction; each checks before it writes. */
export function documentOperations(db: DatabaseSync) {
  const select = db.prepare('SELECT key, value, revision FROM documents WHERE key = ?');
  const selectFrom = db.prepare('SELECT key, value, revision FROM documents WHERE key >= ? ORDER BY key');
  const selectRange = db.prepare('SELECT key, value, revision FROM documents WHERE key >= ? AND key < ? ORDER BY key');
  const upsert = db.prepare('INSERT OR REPLACE INTO documents (key, value, revision) VALUES (?, ?, ?)');
  const remove = db.prepare('DELETE FROM documents WHERE key = ?');
  const revise = db.prepare("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value");

  const find = (key: string) => select.get(key) as DocumentRow | undefined;
  const nextRevision = () => (revise.get() as { value: number }).value;

  return {
    get: (key: string): DocumentRow | undefined => find(key),

    list(prefix: string): DocumentRow[] {
      const end = prefixEnd(prefix);
      return (end === undefined ? selectFrom.all(prefix) : selectRange.all(prefix, end)) as unknown as DocumentRow[];
    },

    put(key: string, value: string, expectedRevision: number | undefined): number {
      if (expectedRevision !== undefined) expectRevision(key, expectedRevision, find(key)?.revision ?? 0);
      const revision = nextRevision();
      upsert.run(key, value, revision);
      return revision;
    },

    /** The revision of the deletion; undefined where there was nothing to delete. */
    delete(key: string, expectedRevision: number | undefined): number | undefined {
      const found = find(key);
      expectRevision(key, expectedRevision, found?.revision ?? 0);
      if (!found) return undefined;
      remove.run(key);
      return nextRevision();
    },

    /** Makes the documents equal to those of the attached database `backup` and tells the difference. */
    replaceDocuments(): DocumentChange[] {
      const changed = db
        .prepare(
          `SELECT b.key, b.value FROM backup.documents b LEFT JOIN main.documents d ON d.key = b.key
           WHERE d.value IS NOT b.value ORDER BY b.key`,
        )
        .all() as { key: string; value: string }[];
      const gone = db
        .prepare('SELECT key FROM main.documents WHERE key NOT IN (SELECT key FROM backup.documents) ORDER BY key')
        .all() as { key: string }[];
      // No revision that somebody has seen where the backup was made may come again for something else.
      db.exec(`UPDATE main.counters SET value = max(value, (SELECT value FROM backup.counters WHERE name = 'revision'))
        WHERE name = 'revision'`);
      return [
        ...gone.map(({ key }) => {
          remove.run(key);
          return { key, value: undefined, revision: nextRevision() };
        }),
        ...changed.map(({ key, value }) => {
          const revision = nextRevision();
          upsert.run(key, value, revision);
          return { key, value, revision };
        }),
      ];
    },
  };
}
