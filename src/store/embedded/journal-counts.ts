import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { checkOpen, type Pager, type Scan, sourceOf } from './journal-page.ts';

/** Rows that are counted before the thread does something else. */
const SLICE_ROWS = 20_000;

/** Into which parts keys fall: the first begins at `base`. */
export interface Parts {
  readonly base: number;
  readonly width: number;
}

/** Of one scan. */
export interface Bounds {
  readonly maxRows: number;
  readonly maxMs: number;
}

/** What is counted: rows, and of each, in SQL, when it is, as a key, and its level. */
export interface Counting extends Omit<Scan, 'columns' | 'limit'> {
  readonly at?: string;
  readonly level?: string;
}

interface Counted {
  readonly counts: readonly { readonly part: number; readonly level: number; readonly lines: number }[];
  /** What lies before this key was not counted. */
  readonly edge?: number;
}

/** Counts lines by part and level, the newest first, slice by slice, so that batches get in between. */
export async function countLines(
  db: DatabaseSync,
  prepare: Pager['prepare'],
  countings: readonly Counting[],
  parts: Parts,
  bounds: Bounds,
): Promise<Counted> {
  const sums = new Map<string, { part: number; level: number; lines: number }>();
  let edge: number | undefined;
  for (const counting of countings) {
    const reached = await countOne(db, prepare, counting, parts, bounds, ({ part, level, lines }) => {
      const key = `${part} ${level}`;
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, { part, level, lines });
      else sum.lines += lines;
    });
    if (reached !== undefined && (edge === undefined || reached > edge)) edge = reached;
  }
  const counts = [...sums.values()].sort((a, b) => a.part - b.part || a.level - b.level);
  return { counts, ...(edge !== undefined && { edge }) };
}

/** Returns how far it got where that was not to the end. */
async function countOne(
  db: DatabaseSync,
  prepare: Pager['prepare'],
  counting: Counting,
  { base, width }: Parts,
  { maxRows, maxMs }: Bounds,
  add: (found: { part: number; level: number; lines: number }) => void,
): Promise<number | undefined> {
  const { at = 'key', level = 'level' } = counting;
  const { from, conditions } = sourceOf(counting);
  const boundary = `SELECT key FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY key DESC LIMIT 1 OFFSET :rows`;
  const count = `SELECT CAST((${at} - :base) / :width AS INTEGER) AS part, ${level} AS level, count(*) AS lines FROM ${from}
    WHERE ${[...conditions, ...counting.filters].join(' AND ')} GROUP BY 1, 2`;
  const parameters: Record<string, SQLInputValue> = { ...counting.parameters, base, width };
  const startedMs = performance.now();
  let { high } = counting;
  for (let rows = SLICE_ROWS; ; rows += SLICE_ROWS) {
    checkOpen(db);
    const last = prepare(boundary).get({ ...parameters, low: counting.low, high, rows: SLICE_ROWS });
    const edge = last?.key as number | undefined;
    for (const row of prepare(count).all({ ...parameters, low: edge ?? counting.low, high }))
      add(row as { part: number; level: number; lines: number });
    if (edge === undefined) return undefined;
    if (rows >= maxRows || performance.now() - startedMs > maxMs) return edge;
    high = edge;
    await setImmediate();
  }
}
