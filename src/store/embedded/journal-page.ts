import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../../model/problem.ts';
import type { Names } from './journal-append.ts';
import { keyAt } from './journal-row.ts';
import { notACursor } from './page.ts';

/** Rows that a filter looks at before the thread does something else: few at first, for the usual quick answer. */
const FIRST_SLICE_ROWS = 1_000;
const SLICE_ROWS = 20_000;
/** Text of one page, so that long rows cannot take the thread's memory; the page has fewer rows then. */
export const MAX_CHARACTERS = 2_097_152;

export interface Scan {
  readonly table: 'invocations' | 'logs' | 'events';
  readonly columns: string;
  /** What an index answers: the index named, or, without one, an own selection of few keys. */
  readonly scope?: { readonly condition: string; readonly index?: string } | undefined;
  /** What each row is looked at for. */
  readonly filters: readonly string[];
  readonly parameters: Readonly<Record<string, SQLInputValue>>;
  /** Keys from `low` on and below `high`. */
  readonly low: number;
  readonly high: number;
  /** Oldest first; else newest first. */
  readonly ascending?: boolean;
  readonly limit: number;
  /** A search ends after so many rows, or so long, if it did not find enough by then. */
  readonly maxRows?: number;
  readonly maxMs?: number;
  /** Rows of more text than this, instead of `MAX_CHARACTERS`, are not held at once: there are fewer of them, one at least. */
  readonly maxCharacters?: number;
}

/** One of some functions, however many: `:among` is what `numbersOf` makes of their names. */
export const AMONG = 'function IN (SELECT value FROM json_each(:among))';

/** Names of functions as `AMONG` takes them; one of which nothing was recorded is left out. */
export function numbersOf(names: Names, among: readonly string[] = []): string {
  return JSON.stringify(among.flatMap((name) => names.find(name) ?? []));
}

/** A row, with what may be long in it. */
interface Keyed {
  readonly key: number;
  readonly text?: string;
  readonly error?: string | null;
  readonly details?: string | null;
}

export interface Found<Row> {
  readonly rows: Row[];
  /** Where to go on: beyond this key. Absent where there is no more. */
  readonly cursor?: number;
  /** Rows that a filter looked at, about. */
  readonly lookedAt: number;
  /** It ended before it found enough, and there is more to look at. */
  readonly unfinished: boolean;
}

export type Pager = ReturnType<typeof journalPager>;

/** Finds rows page by page. A long search lets batches in between its slices. */
export function journalPager(db: DatabaseSync) {
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    if (statements.size >= 200) statements.clear();
    statements.set(sql, statement);
    return statement;
  }

  async function page<Row extends Keyed>(scan: Scan): Promise<Found<Row>> {
    const { columns, filters, parameters, ascending = false, limit, maxCharacters = MAX_CHARACTERS } = scan;
    const { maxRows = Number.POSITIVE_INFINITY, maxMs = Number.POSITIVE_INFINITY } = scan;
    const { from, conditions } = sourceOf(scan);
    const order = `ORDER BY key ${ascending ? 'ASC' : 'DESC'}`;
    const boundary = `SELECT key FROM ${from} WHERE ${conditions.join(' AND ')} ${order} LIMIT 1 OFFSET :rows`;
    const count = `SELECT count(*) AS rows FROM ${from} WHERE ${conditions.join(' AND ')}`;
    const select = `SELECT ${columns} FROM ${from} WHERE ${[...conditions, ...filters].join(' AND ')} ${order} LIMIT :limit`;
    const startedMs = performance.now();
    const found: Row[] = [];
    let { low, high } = scan;
    let lookedAt = 0;
    let characters = 0;
    for (let rows = FIRST_SLICE_ROWS; ; rows = SLICE_ROWS) {
      checkOpen(db);
      const last = filters.length > 0 ? prepare(boundary).get({ ...parameters, high, low, rows }) : undefined;
      const edge = last?.key as number | undefined;
      const slice = edge === undefined ? { low, high } : ascending ? { low, high: edge + 1 } : { low: edge, high };
      const wanted = { ...parameters, ...slice, limit: limit + 1 - found.length };
      let most = limit;
      for (const row of prepare(select).iterate(wanted) as Iterable<unknown> as Iterable<Row>) {
        characters += (row.text ?? row.error ?? row.details)?.length ?? 0;
        if (characters > maxCharacters && found.length > 0) most = found.length;
        found.push(row);
        if (found.length > most) break;
      }
      if (found.length > most) {
        const cursor = found[most - 1]!.key;
        found.length = most;
        if (filters.length > 0) {
          const seen = ascending ? { ...slice, high: cursor + 1 } : { ...slice, low: cursor };
          if (seen.low < seen.high) lookedAt += prepare(count).get({ ...parameters, ...seen })!.rows as number;
        }
        return { rows: found, cursor, lookedAt, unfinished: false };
      }
      if (edge === undefined) {
        if (filters.length > 0) lookedAt += prepare(count).get({ ...parameters, ...slice })!.rows as number;
        return { rows: found, lookedAt, unfinished: false };
      }
      lookedAt += rows + 1;
      if (lookedAt >= maxRows || performance.now() - startedMs > maxMs) {
        return { rows: found, cursor: edge, lookedAt, unfinished: true };
      }
      if (ascending) low = edge + 1;
      else high = edge;
      await setImmediate();
    }
  }

  return { prepare, page };
}

/** Where the rows of a scan come from, and what an index answers of it; `:low` and `:high` are the range of keys. */
export function sourceOf({ table, scope }: Pick<Scan, 'table' | 'scope'>): {
  readonly from: string;
  readonly conditions: readonly string[];
} {
  const from = scope?.index ? `${table} INDEXED BY ${scope.index}` : table;
  // With a selection of keys, the range of keys is not what rows are to be found by.
  const range = scope && !scope.index ? ['+key < :high', '+key >= :low'] : ['key < :high', 'key >= :low'];
  return { from, conditions: [...range, ...(scope ? [scope.condition] : [])] };
}

/** The keys of a time, and beyond a cursor. */
export function keyRange(
  fromMs: number | undefined,
  toMs: number | undefined,
  cursor: string | undefined,
  ascending = false,
): { low: number; high: number } {
  const high = toMs === undefined ? Number.MAX_SAFE_INTEGER : keyAt(Math.ceil(toMs));
  const low = fromMs === undefined ? Number.MIN_SAFE_INTEGER : keyAt(Math.ceil(fromMs));
  if (cursor === undefined) return { low, high };
  const key = keyOfCursor(cursor);
  return ascending ? { low: Math.max(low, key + 1), high } : { low, high: Math.min(high, key) };
}

function keyOfCursor(cursor: string): number {
  const key = Number(cursor);
  if (/^-?\d{1,16}$/.test(cursor) && Number.isSafeInteger(key)) return key;
  throw notACursor(cursor);
}

/** A restore puts another database into this one's place, also between two slices of a search. */
export function checkOpen(db: DatabaseSync): void {
  if (!db.isOpen) throw new Problem('unavailable', 'the journal was replaced during this query; ask again');
}
