import type { DatabaseSync } from 'node:sqlite';
import { expectRevision } from './expect-revision.ts';
import { prefixEnd } from './prefix-end.ts';
import { sweeper } from './sweep.ts';

/** A key's value as it is kept. */
export interface KeyValueRow {
  readonly key: string;
  readonly revision: number;
  readonly expiresAtMs: number | null;
  readonly value: Uint8Array;
}

/** A change of one key on its way into the database; a deletion has no value. */
export interface KeyValueWrite {
  readonly space: string;
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly expiresAtMs: number | null;
  readonly expectedRevision: number | undefined;
}

export type KeyValueOperations = ReturnType<typeof keyValueOperations>;

/** Rows that go with one write: few, for a value may fill hundreds of pages. */
const SWEPT_ROWS = 200;
/** A page of a listing ends where its values are larger than this together. */
const PAGE_BYTES = 8 * 1024 * 1024;
/** Greater than every text: SQLite orders texts before byte strings. */
const AFTER_ALL_TEXTS = new Uint8Array(0);

/** The key-values' operations, within the caller's transaction; each checks before it writes. */
export function keyValueOperations(db: DatabaseSync) {
  const columns = 'key, revision, expires_ms AS expiresAtMs, value';
  const isPresent = '(expires_ms IS NULL OR expires_ms > :now)';
  const select = db.prepare(`SELECT ${columns} FROM key_values WHERE space = :space AND key = :key AND ${isPresent}`);
  const selectRevision = db.prepare(
    `SELECT revision FROM key_values WHERE space = :space AND key = :key AND ${isPresent}`,
  );
  const selectRange = db.prepare(
    `SELECT ${columns} FROM key_values
     WHERE space = :space AND key >= max(:prefix, :next) AND key < :to AND ${isPresent} ORDER BY key`,
  );
  const countSpaces = db.prepare(
    `SELECT space, count(*) AS keys FROM key_values WHERE space >= :from AND space < :to AND ${isPresent} GROUP BY space`,
  );
  const countSpace = db.prepare(`SELECT count(*) AS keys FROM key_values WHERE space = :space AND ${isPresent}`);
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO key_values (space, key, revision, expires_ms, value) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM key_values WHERE space = ? AND key = ?');
  const removeSpace = db.prepare('DELETE FROM key_values WHERE space = ?');
  const revise = db.prepare("UPDATE counters SET value = value + 1 WHERE name = 'key_value_revision' RETURNING value");
  const sweep = sweeper(
    db,
    `DELETE FROM key_values WHERE (space, key) IN
       (SELECT space, key FROM key_values WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?)`,
  );

  const revisionOf = (space: string, key: string, now: number): number =>
    (selectRevision.get({ space, key, now }) as { revision: number } | undefined)?.revision ?? 0;

  return {
    getValue: (space: string, key: string, now: number): KeyValueRow | undefined =>
      select.get({ space, key, now }) as KeyValueRow | undefined,

    /** Whether the key is where the write expects it. */
    canWrite: ({ space, key, expectedRevision }: KeyValueWrite, now: number): boolean =>
      expectedRevision === undefined || revisionOf(space, key, now) === expectedRevision,

    /** Returns the new revision. */
    putValue({ space, key, value, expiresAtMs, expectedRevision }: KeyValueWrite, nowMs: number): number {
      if (expectedRevision !== undefined) expectRevision(key, expectedRevision, revisionOf(space, key, nowMs));
      sweep(nowMs, SWEPT_ROWS);
      const { value: revision } = revise.get() as { value: number };
      upsert.run(space, key, revision, expiresAtMs, value!);
      return revision;
    },

    /** False where there was none. */
    deleteValue({ space, key, expectedRevision }: KeyValueWrite, nowMs: number): boolean {
      const revision = revisionOf(space, key, nowMs);
      expectRevision(key, expectedRevision, revision);
      if (revision === 0) return false;
      remove.run(space, key);
      return true;
    },

    /** Values of keys with a prefix, those after `after` where it is given; and whether there are more. */
    listValues(
      space: string,
      prefix: string,
      after: string | undefined,
      limit: number,
      now: number,
    ): { rows: KeyValueRow[]; more: boolean } {
      const range = { prefix, to: prefixEnd(prefix) ?? AFTER_ALL_TEXTS };
      // No key contains the character that makes the next greater text.
      const next = after === undefined ? '' : `${after}\0`;
      const rows: KeyValueRow[] = [];
      let bytes = 0;
      for (const found of selectRange.iterate({ space, ...range, next, now })) {
        const row = found as unknown as KeyValueRow;
        bytes += row.value.byteLength;
        if (rows.length === limit || (rows.length > 0 && bytes > PAGE_BYTES)) return { rows, more: true };
        rows.push(row);
      }
      return { rows, more: false };
    },

    spaces(prefix: string, now: number): { space: string; keys: number }[] {
      const range = { from: prefix, to: prefixEnd(prefix) ?? AFTER_ALL_TEXTS };
      return countSpaces.all({ ...range, now }) as { space: string; keys: number }[];
    },

    /** Removes a space and returns how many keys it had. */
    clearSpace(space: string, now: number): number {
      const { keys } = countSpace.get({ space, now }) as { keys: number };
      removeSpace.run(space);
      return keys;
    },

    /** Makes the key-values equal to those of the attached database `backup`, at revisions that none of them ever had. */
    replaceKeyValues(): void {
      db.exec(`
        UPDATE main.counters SET value = max(value, (SELECT value FROM backup.counters WHERE name = 'key_value_revision'))
          WHERE name = 'key_value_revision';
        DELETE FROM main.key_values;
        INSERT INTO main.key_values (space, key, revision, expires_ms, value)
          SELECT space, key, row_number() OVER (ORDER BY space, key)
              + (SELECT value FROM main.counters WHERE name = 'key_value_revision'), expires_ms, value
          FROM backup.key_values;
        UPDATE main.counters SET value = value + (SELECT count(*) FROM main.key_values) WHERE name = 'key_value_revision';
      `);
    },
  };
}
