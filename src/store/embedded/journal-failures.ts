import type { SQLInputValue } from 'node:sqlite';
import { TIMEOUT_MS } from '../../model/function.ts';
import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import { LOG_LEVELS, type LogCountQuery, levelOfEnd } from '../journal.ts';
import type { Names } from './journal-append.ts';
import type { Counting } from './journal-counts.ts';
import { AMONG, numbersOf } from './journal-page.ts';
import { KEYS_PER_MS } from './journal-row.ts';

/** An invocation may wait this long before it runs, besides its timeout. */
const WAITING_MS = 60_000;
const LONGEST_KEYS = (TIMEOUT_MS.maximum + WAITING_MS) * KEYS_PER_MS;

/** When it ended, as a key. */
const END = `(key + (started_offset_ms + (queued_us + duration_us + 999) / 1000) * ${KEYS_PER_MS})`;
const LEVEL = `CASE status ${INVOCATION_STATUSES.map((status, n) => `WHEN ${n} THEN ${LOG_LEVELS.indexOf(levelOfEnd(status))}`).join(' ')} END`;

/** What counts the ends of invocations that did not succeed as lines: of one function, by its number, or of all. */
export function failureCounting(
  query: LogCountQuery,
  { function: number, low, high }: { readonly function: number | null; readonly low: number; readonly high: number },
  names: Names,
): Counting {
  const { among, version, sandboxId, minLevel } = query;
  const parameters: Record<string, SQLInputValue> = {
    function: number,
    version: version ?? null,
    sandbox: sandboxId ?? null,
    minLevel: minLevel === undefined ? 0 : LOG_LEVELS.indexOf(minLevel),
    among: numbersOf(names, among),
    from: low,
    to: high,
  };
  const filters = [`${END} >= :from`, `${END} < :to`];
  if (minLevel !== undefined) filters.push(`${LEVEL} >= :minLevel`);
  if (among !== undefined) filters.push(AMONG);
  if (version !== undefined) filters.push('version = :version');
  if (sandboxId !== undefined) filters.push('sandbox = :sandbox');
  const scope =
    number === null
      ? { condition: 'status <> 0', index: 'invocations_failures' }
      : { condition: 'function = :function AND status <> 0', index: 'invocations_function_failures' };
  return { table: 'invocations', scope, filters, parameters, low: low - LONGEST_KEYS, high, at: END, level: LEVEL };
}
