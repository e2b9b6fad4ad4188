import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { shrink, usedBytes } from './freed-pages.ts';
import type { Names } from './journal-append.ts';
import { keyAt } from './journal-row.ts';
import { inTransaction } from './transaction.ts';

const TABLES = ['invocations', 'logs', 'events', 'spans'] as const;
type Table = (typeof TABLES)[number];

interface LogPlace {
  readonly key: number;
  readonly function: number;
  readonly sandbox: string;
}

/** Rows handled between two looks at what else there is to do: some ten milliseconds. */
const SLICE_ROWS = 2_000;

export interface JournalLimits {
  /** Rows of an earlier time go. */
  readonly keepFromMs: number;
  /** The oldest rows go while the others fill more than this. */
  readonly maxBytes: number;
  /** Functions whose log lines have another time from which they are kept. */
  readonly logsKeepFromMs: readonly (readonly [string, number])[];
}

/** Removes rows over the limits, a slice at a time, and returns how many there were. */
export async function retain(db: DatabaseSync, names: Names, limits: JournalLimits): Promise<number> {
  const beforeKey = keyAt(limits.keepFromMs);
  let removed = 0;
  const removeAll = async (slice: () => number): Promise<void> => {
    for (let rows = -1; rows !== 0 && db.isOpen; removed += rows) {
      rows = slice();
      await setImmediate();
    }
  };
  for (const table of TABLES) {
    if (table !== 'logs') await removeAll(() => removeOldest(db, table, beforeKey));
  }
  const own = limits.logsKeepFromMs.flatMap(([name, keepFromMs]) => {
    const id = names.find(name);
    return id === undefined ? [] : [{ id, beforeKey: keyAt(keepFromMs) }];
  });
  for (const each of own) await removeAll(() => removeLogs(db, each.beforeKey, each.id));
  // Where some lines are kept longer than others, looking for the others among them would take longer each time.
  if (own.every((each) => each.beforeKey >= beforeKey)) {
    await removeAll(() => removeLogs(db, beforeKey));
  } else if (db.isOpen) {
    const longer = new Set(own.map((each) => each.id));
    const all = db.prepare('SELECT id FROM names').all() as { id: number }[];
    for (const { id } of all) if (!longer.has(id)) await removeAll(() => removeLogs(db, beforeKey, id));
  }
  for (let slice = -1; slice !== 0 && db.isOpen && usedBytes(db) > limits.maxBytes; removed += slice) {
    const table = oldestTable(db);
    slice =
      table === 'logs' ? removeLogs(db, Number.MAX_SAFE_INTEGER) : removeOldest(db, table, Number.MAX_SAFE_INTEGER);
    await setImmediate();
  }
  if (db.isOpen && removed > 0) {
    forgetStreams(db);
    forgetNames(db, names);
  }
  await shrink(db);
  return removed;
}

function removeOldest(db: DatabaseSync, table: Table, beforeKey: number): number {
  return inTransaction(db, () => {
    const sql = `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE key < ? ORDER BY key LIMIT ${SLICE_ROWS})`;
    const removed = Number(db.prepare(sql).run(beforeKey).changes);
    db.prepare('UPDATE counters SET value = value - ? WHERE name = ?').run(removed, table);
    return removed;
  });
}

/** The oldest lines, of one function or of all, and what their streams have less then. */
function removeLogs(db: DatabaseSync, beforeKey: number, functionNumber?: number): number {
  return inTransaction(db, () => {
    const from =
      functionNumber === undefined ? 'logs WHERE' : 'logs INDEXED BY logs_function WHERE function = :function AND';
    const statement = db.prepare(
      `DELETE FROM logs WHERE key IN (SELECT key FROM ${from} key < :before ORDER BY key LIMIT ${SLICE_ROWS})
       RETURNING key, function, sandbox`,
    );
    statement.setAllowUnknownNamedParameters(true);
    const rows = statement.all({ before: beforeKey, function: functionNumber ?? null }) as unknown as LogPlace[];
    const streams = new Map<string, { place: LogPlace; lines: number; newest: number }>();
    for (const row of rows) {
      const name = `${row.function} ${row.sandbox}`;
      const stream = streams.get(name);
      if (stream === undefined) streams.set(name, { place: row, lines: 1, newest: row.key });
      else {
        stream.lines++;
        stream.newest = Math.max(stream.newest, row.key);
      }
    }
    const update = db.prepare(
      'UPDATE streams SET lines = lines - ?, first = min(last, max(first, ?)) WHERE sandbox = ? AND function = ?',
    );
    for (const { place, lines, newest } of streams.values())
      update.run(lines, newest + 1, place.sandbox, place.function);
    db.prepare("UPDATE counters SET value = value - ? WHERE name = 'logs'").run(rows.length);
    return rows.length;
  });
}

/** Streams without lines, of which no invocation is kept either. */
function forgetStreams(db: DatabaseSync): void {
  db.exec(
    `DELETE FROM streams WHERE lines <= 0 AND last < coalesce((SELECT min(key) FROM invocations), ${Number.MAX_SAFE_INTEGER})`,
  );
}

function oldestTable(db: DatabaseSync): Table {
  const oldest = (table: Table): number => {
    const row = db.prepare(`SELECT min(key) AS key FROM ${table}`).get() as { key: number | null };
    return row.key ?? Number.MAX_SAFE_INTEGER;
  };
  return TABLES.reduce((best, table) => (oldest(table) < oldest(best) ? table : best));
}

/** Functions that no row names any more. */
function forgetNames(db: DatabaseSync, names: Names): void {
  db.exec(`
    DELETE FROM names WHERE NOT EXISTS (SELECT 1 FROM invocations WHERE function = names.id)
      AND NOT EXISTS (SELECT 1 FROM invocations WHERE caller = names.id)
      AND NOT EXISTS (SELECT 1 FROM logs WHERE function = names.id)
      AND NOT EXISTS (SELECT 1 FROM streams WHERE function = names.id)
      AND NOT EXISTS (SELECT 1 FROM events WHERE function = names.id)
  `);
  names.forget();
}
