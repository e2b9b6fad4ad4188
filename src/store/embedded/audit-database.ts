import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../../model/problem.ts';
import {
  AUDIT_OUTCOMES,
  type AuditEntry,
  type AuditMark,
  type AuditQuery,
  type AuditVerdict,
  type NewAuditEntry,
} from '../audit-trail.ts';
import type { Page } from '../journal.ts';
import { canonical, chained, GENESIS } from './audit-chain.ts';
import { type DatabaseOptions, openDatabase } from './database.ts';
import { timeOfKey } from './journal-row.ts';
import { answerEach, type Service } from './rpc.ts';
import { inTransaction } from './transaction.ts';

/** Entries between two looks at what else there is to do. */
const SLICE = 1_000;
const MAX_LIMIT = 1_000;

/** `text` is the canonical JSON that the hash is of; the other columns repeat what queries go by. */
export const AUDIT_DATABASE: DatabaseOptions = {
  migrations: [
    `
    CREATE TABLE entries (
      sequence INTEGER PRIMARY KEY,
      time_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      outcome INTEGER NOT NULL,
      text TEXT NOT NULL,
      hash TEXT NOT NULL
    );
    CREATE INDEX entries_time ON entries (time_ms);
    CREATE INDEX entries_actor ON entries (actor);
    CREATE INDEX entries_subject ON entries (subject);
    CREATE INDEX entries_not_done ON entries (outcome) WHERE outcome <> 0;

    -- anchor: the last entry that retention removed. head: the newest.
    CREATE TABLE marks (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID;
    `,
  ],
  synchronous: 'FULL',
  pageBytes: 4_096,
  cacheKb: 1_024,
  checkpointPages: 500,
};

interface Row {
  readonly sequence: number;
  readonly time_ms: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: number;
  readonly text: string;
  readonly hash: string;
}

/** What the thread of `audit.db` can be asked. */
export type AuditOperations = ReturnType<typeof auditOperations>;

/** Opens `audit.db`. `journal` is where earlier versions kept such entries: they begin the chain. */
export function openAudit(paths: { audit: string; journal: string }): Service {
  const operations = auditOperations(paths);
  return answerEach(operations, operations.shut);
}

function auditOperations(paths: { audit: string; journal: string }) {
  const isNew = !existsSync(paths.audit);
  let db = openDatabase(paths.audit, AUDIT_DATABASE);
  if (isNew) append(db, earlierEntries(paths.journal));

  return {
    ready: (): void => {},
    append: (entries: readonly NewAuditEntry[]): void => append(db, entries),
    query: (query: AuditQuery) => find(db, query),
    verify: (expected?: AuditMark) => verify(db, expected),

    async retain(keepFromMs: number): Promise<number> {
      let removed = 0;
      for (let slice = -1; slice !== 0 && db.isOpen; removed += slice) {
        slice = removeOldest(db, keepFromMs);
        await setImmediate();
      }
      return removed;
    },

    /** Takes the place of a backup's trail, where this node has none of its own yet. */
    adopt(path: string): boolean {
      if (mark(db, 'head') !== undefined) return false;
      db.close();
      try {
        for (const suffix of ['-wal', '-shm']) rmSync(paths.audit + suffix, { force: true });
        renameSync(path, paths.audit);
      } finally {
        db = openDatabase(paths.audit, AUDIT_DATABASE);
      }
      return true;
    },

    shut: (): void => db.close(),
  };
}

function mark(db: DatabaseSync, name: 'anchor' | 'head'): AuditMark | undefined {
  const row = db.prepare('SELECT sequence, hash FROM marks WHERE name = ?').get(name);
  return row === undefined ? undefined : { sequence: row.sequence as number, hash: row.hash as string };
}

function setMark(db: DatabaseSync, name: 'anchor' | 'head', { sequence, hash }: AuditMark): void {
  db.prepare(
    'INSERT INTO marks VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash',
  ).run(name, sequence, hash);
}

function append(db: DatabaseSync, entries: readonly NewAuditEntry[]): void {
  if (entries.length === 0) return;
  inTransaction(db, () => {
    const insert = db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    let last = mark(db, 'head') ?? { sequence: 0, hash: GENESIS };
    for (const { outcome = 'done', ...entry } of entries) {
      const sequence = last.sequence + 1;
      const text = canonical({ ...entry, outcome, sequence });
      const hash = chained(last.hash, text);
      const { timeMs, actor, action, subject } = entry;
      insert.run(sequence, timeMs, actor, action, subject, AUDIT_OUTCOMES.indexOf(outcome), text, hash);
      last = { sequence, hash };
    }
    setMark(db, 'head', last);
  });
}

function find(db: DatabaseSync, query: AuditQuery): Page<AuditEntry> {
  const { limit, cursor } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new Problem('invalid_request', `\`limit\` must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
    throw new Problem('invalid_request', `the cursor "${cursor.slice(0, 64)}" is none of this query's`);
  }
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('sequence < ?', cursor === undefined ? undefined : Number(cursor));
  where('actor = ?', query.actor);
  for (const column of ['action', 'subject'] as const) {
    const wanted = query[column];
    if (wanted?.includes('*')) where(`${column} GLOB ?`, wanted.replace(/[[?]/g, '[$&]'));
    else where(`${column} = ?`, wanted);
  }
  where('outcome = ?', query.outcome === undefined ? undefined : AUDIT_OUTCOMES.indexOf(query.outcome));
  where('time_ms >= ?', query.fromMs);
  where('time_ms < ?', query.toMs);
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = db
    .prepare(`SELECT text, hash FROM entries ${filter} ORDER BY sequence DESC LIMIT ?`)
    .all(...values, limit + 1) as unknown as Pick<Row, 'text' | 'hash'>[];
  const items = rows.slice(0, limit).map(({ text, hash }) => ({ ...(JSON.parse(text) as AuditEntry), hash }));
  return { items, ...(rows.length > limit && { cursor: String(items.at(-1)!.sequence) }) };
}

async function verify(db: DatabaseSync, expected: AuditMark | undefined): Promise<AuditVerdict> {
  const anchor = mark(db, 'anchor');
  let last = anchor ?? { sequence: 0, hash: GENESIS };
  let entries = 0;
  let isAsExpected = expected === undefined || isSame(last, expected);
  const verdict = (broken?: AuditVerdict['broken']): AuditVerdict => ({
    intact: broken === undefined,
    entries,
    ...(anchor !== undefined && { anchor }),
    ...(last.sequence > 0 && { head: last }),
    ...(broken !== undefined && { broken }),
  });
  // What is appended meanwhile belongs to the next look.
  const head = mark(db, 'head') ?? last;
  for (;;) {
    const rows = db
      .prepare('SELECT * FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?')
      .all(last.sequence, SLICE) as unknown as Row[];
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.sequence > head.sequence) break;
      const why = fault(row, last);
      if (why !== undefined) return verdict({ sequence: row.sequence, why });
      last = { sequence: row.sequence, hash: row.hash };
      entries++;
      isAsExpected ||= isSame(last, expected!);
    }
    if (last.sequence >= head.sequence) break;
    await setImmediate();
  }
  if (!isSame(last, head)) {
    return verdict({ sequence: last.sequence + 1, why: `the newest entries up to ${head.sequence} are gone` });
  }
  if (entriesBefore(db, anchor))
    return verdict({ sequence: anchor!.sequence, why: 'an entry stands before the anchor' });
  if (!isAsExpected) {
    return verdict({ sequence: expected!.sequence, why: 'it is not what it was when it was noted' });
  }
  return verdict();
}

function entriesBefore(db: DatabaseSync, anchor: AuditMark | undefined): boolean {
  const row = db.prepare('SELECT 1 FROM entries WHERE sequence <= ? LIMIT 1').get(anchor?.sequence ?? 0);
  return row !== undefined;
}

/** What is wrong with an entry, as it follows the one before. */
function fault(row: Row, last: AuditMark): string | undefined {
  if (row.sequence !== last.sequence + 1) return `the entries before it, from ${last.sequence + 1} on, are gone`;
  if (row.hash !== chained(last.hash, row.text)) return 'it was changed, or is not the one that stood here';
  let entry: AuditEntry;
  try {
    entry = JSON.parse(row.text) as AuditEntry;
  } catch {
    return 'it is no entry';
  }
  const isAsShown =
    entry.sequence === row.sequence &&
    entry.timeMs === row.time_ms &&
    entry.actor === row.actor &&
    entry.action === row.action &&
    entry.subject === row.subject &&
    AUDIT_OUTCOMES.indexOf(entry.outcome) === row.outcome;
  return isAsShown ? undefined : 'what queries find it by was changed';
}

function isSame(one: AuditMark, other: AuditMark): boolean {
  return one.sequence === other.sequence && one.hash === other.hash;
}

/** Removes a slice of the oldest entries, up to the first that is to stay. */
function removeOldest(db: DatabaseSync, keepFromMs: number): number {
  return inTransaction(db, () => {
    const rows = db
      .prepare('SELECT sequence, hash, time_ms FROM entries ORDER BY sequence LIMIT ?')
      .all(SLICE) as unknown as Row[];
    const firstKept = rows.findIndex((row) => row.time_ms >= keepFromMs);
    const old = firstKept === -1 ? rows : rows.slice(0, firstKept);
    const last = old.at(-1);
    if (last === undefined) return 0;
    db.prepare('DELETE FROM entries WHERE sequence <= ?').run(last.sequence);
    setMark(db, 'anchor', last);
    return old.length;
  });
}

/** Entries of the journal, where earlier versions wrote them. */
function earlierEntries(path: string): NewAuditEntry[] {
  if (!existsSync(path)) return [];
  const journal = new DatabaseSync(path, { readOnly: true, timeout: 2_000 });
  try {
    const rows = journal.prepare('SELECT key, actor, action, subject, details FROM audit ORDER BY key').all();
    return rows.map(({ key, actor, action, subject, details }) => ({
      timeMs: timeOfKey(key as number),
      actor: actor as string,
      action: action as string,
      subject: subject as string,
      details: JSON.parse(details as string),
    }));
  } catch {
    // A journal of another shape has none.
    return [];
  } finally {
    journal.close();
  }
}
