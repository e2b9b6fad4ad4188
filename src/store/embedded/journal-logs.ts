import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { isId } from '../../model/id.ts';
import { Problem } from '../../model/problem.ts';
import {
  LOG_LEVELS,
  type LogCountQuery,
  type LogCounts,
  type LogHit,
  type LogPage,
  type LogQuery,
  type LogRecord,
  type LogStream,
  type LogStreamQuery,
  type Page,
} from '../journal.ts';
import type { Names } from './journal-append.ts';
import { countLines } from './journal-counts.ts';
import { failureCounting } from './journal-failures.ts';
import { AMONG, type Found, keyRange, MAX_CHARACTERS, numbersOf, type Pager, type Scan } from './journal-page.ts';
import { type LogRow, logOf, type StreamRow, streamOf } from './journal-records.ts';
import { keyAt, parseHex, parseId, TRACE_ID, timeOfKey } from './journal-row.ts';
import { isAscii, likePattern, whereSql } from './journal-where.ts';
import { notACursor, validLimit } from './page.ts';
import { prefixEnd } from './prefix-end.ts';

/** A search ends here, and says how far it got. */
const MAX_ROWS = 2_000_000;
const MAX_MS = 4_000;
const MAX_FUNCTIONS = 50;
const MAX_PARTS = 500;
/** Views ask for counts again and again: each is to leave the thread to others most of the time. */
const MAX_COUNT_MS = 1_000;
const MAX_CONTEXT = 50;
const MAX_LIMIT_WITH_CONTEXT = 200;
/** Text of what stands beside the lines of one page. */
const MAX_CONTEXT_CHARACTERS = 8_388_608;
/** Lines of a function that are looked at for those of one stream beside a line. */
const CONTEXT_ROWS = 5_000;

const COLUMNS = 'logs.*, (SELECT name FROM names WHERE names.id = function) AS function_name';
/** The lines of each invocation that came in a trace, and of the one that began it, whose id is the trace's. */
const IN_TRACE = `invocation IN (SELECT id FROM invocations INDEXED BY invocations_trace WHERE trace = :trace UNION ALL SELECT :trace)`;
/** Lines at least as grave as this are few, and have indexes of their own. */
const GRAVE = LOG_LEVELS.indexOf('warn');

type Range = { readonly low: number; readonly high: number };
/** What one scan is about: a function, or all. */
interface Subject extends Range {
  readonly function: number | null;
}

/** Answers queries of log lines and their streams. */
export function logQueries(db: DatabaseSync, names: Names, { prepare, page }: Pager) {
  db.function('contains_folded', { deterministic: true }, (text, folded) =>
    String(text).toLowerCase().includes(String(folded)) ? 1 : 0,
  );

  async function logs(query: LogQuery): Promise<LogPage> {
    checkQuery(query);
    const ascending = query.first === 'oldest';
    const range = keyRange(query.fromMs, query.toMs, query.cursor, ascending);
    const { invocationId, traceId } = query;
    if ((invocationId !== undefined && !isId(invocationId)) || (traceId !== undefined && !TRACE_ID.test(traceId)))
      return { items: [] };
    const subjects = subjectsOf(query, range);
    const maxRows = Math.ceil((query.maxRows ?? MAX_ROWS) / Math.max(1, subjects.length));
    const maxMs = MAX_MS / Math.max(1, subjects.length);
    const maxCharacters = MAX_CHARACTERS / Math.max(1, subjects.length);
    const founds: Found<LogRow>[] = [];
    for (const subject of subjects)
      founds.push(await page<LogRow>({ ...scanOf(query, subject), ascending, maxRows, maxMs, maxCharacters }));
    const found = merged(founds, query.limit, ascending);
    const lines = found.rows.map(logOf);
    const items = query.context ? await withContext(found.rows, lines, query.context) : lines;
    if (items.length < lines.length) return { items, cursor: String(found.rows[items.length - 1]!.key) };
    return {
      items,
      ...(found.cursor !== undefined && { cursor: String(found.cursor) }),
      ...(found.lookedAt > 0 && { searched: searchedOf(query, range, found) }),
    };
  }

  /** One scan for each function; for a stream, the one that it belongs to, and only while it lived. */
  function subjectsOf(query: LogQuery, range: Range): Subject[] {
    const wanted = typeof query.function === 'string' ? [query.function] : query.function;
    const numbers = wanted && [...new Set(wanted)].map((name) => names.find(name)).filter((id) => id !== undefined);
    if (query.sandboxId === undefined) return (numbers ?? [null]).map((id) => ({ ...range, function: id }));
    const streams = prepare('SELECT function, first, last FROM streams WHERE sandbox = ?').all(query.sandboxId);
    return (streams as { function: number; first: number; last: number }[])
      .filter((stream) => numbers === undefined || numbers.includes(stream.function))
      .map(({ function: id, first, last }) => ({
        function: id,
        low: Math.max(range.low, first),
        high: Math.min(range.high, last + 1),
      }));
  }

  function scanOf(query: LogQuery, subject: Subject): Scan {
    const { among, version, invocationId, traceId, sandboxId, minLevel, text, where, limit } = query;
    const level = minLevel === undefined ? 0 : LOG_LEVELS.indexOf(minLevel);
    const parameters: Record<string, SQLInputValue> = {
      function: subject.function,
      invocation: invocationId === undefined ? null : parseId(invocationId),
      trace: traceId === undefined ? null : parseHex(traceId),
      version: version ?? null,
      sandbox: sandboxId ?? null,
      minLevel: level,
      pattern: likePattern(text ?? ''),
      folded: (text ?? '').toLowerCase(),
      among: numbersOf(names, among),
    };
    const byInvocation = invocationId !== undefined && {
      condition: 'invocation = :invocation',
      index: 'logs_invocation',
    };
    const byTrace = traceId !== undefined && { condition: IN_TRACE };
    const byFunction = subject.function !== null && { condition: 'function = :function', index: 'logs_function' };
    const byGraveFunction = byFunction &&
      level >= GRAVE && { condition: `function = :function AND level >= ${GRAVE}`, index: 'logs_grave_function' };
    const byGrave = level >= GRAVE && { condition: `level >= ${GRAVE}`, index: 'logs_grave' };
    const scope = byInvocation || byTrace || byGraveFunction || byFunction || byGrave || undefined;
    const filters: string[] = [];
    if (byFunction && scope !== byFunction && scope !== byGraveFunction) filters.push('function = :function');
    if (byTrace && scope !== byTrace) filters.push(IN_TRACE);
    if (among !== undefined) filters.push(AMONG);
    if (version !== undefined) filters.push('version = :version');
    if (sandboxId !== undefined) filters.push('sandbox = :sandbox');
    const isByGravity = (scope === byGraveFunction || scope === byGrave) && level === GRAVE;
    if (level > 0 && !isByGravity) filters.push('level >= :minLevel');
    if (text) filters.push(isAscii(text) ? "text LIKE :pattern ESCAPE '\\'" : 'contains_folded(text, :folded)');
    if (where !== undefined) filters.push(whereSql(where, parameters));
    const { low, high } = subject;
    return { table: 'logs', columns: COLUMNS, scope, filters, parameters, low, high, limit };
  }

  /** The lines with what stands beside them; only the first of them where that is too much text. */
  async function withContext(rows: readonly LogRow[], items: readonly LogRecord[], lines: number): Promise<LogHit[]> {
    const beside = (row: LogRow, comparison: '<' | '>', order: 'DESC' | 'ASC'): LogRecord[] => {
      const near = `SELECT * FROM logs INDEXED BY logs_function WHERE function = :function AND key ${comparison} :key
        ORDER BY key ${order} LIMIT ${CONTEXT_ROWS}`;
      const sql = `SELECT near.*, (SELECT name FROM names WHERE names.id = function) AS function_name
        FROM (${near}) AS near WHERE sandbox = :sandbox LIMIT :lines`;
      const wanted = { function: row.function, key: row.key, sandbox: row.sandbox, lines };
      return (prepare(sql).all(wanted) as unknown as LogRow[]).map(logOf);
    };
    const hits: LogHit[] = [];
    let characters = 0;
    for (const [index, row] of rows.entries()) {
      const hit = { ...items[index]!, before: beside(row, '<', 'DESC').reverse(), after: beside(row, '>', 'ASC') };
      for (const { text } of [...hit.before, ...hit.after]) characters += text.length;
      if (characters > MAX_CONTEXT_CHARACTERS && hits.length > 0) return hits;
      hits.push(hit);
      if (index % 10 === 9) await setImmediate();
      if (!db.isOpen) throw new Problem('unavailable', 'the journal was replaced during this query; ask again');
    }
    return hits;
  }

  function logStreams(query: LogStreamQuery): Page<LogStream> {
    const limit = validLimit(query.limit);
    const { prefix, fromMs, cursor } = query;
    const functionNumber = query.function === undefined ? undefined : names.find(query.function);
    if (query.function !== undefined && functionNumber === undefined) return { items: [] };
    const conditions = ['last >= :from', '(last, sandbox) < (:last, :sandbox)'];
    if (functionNumber !== undefined) conditions.push('function = :function');
    if (query.among !== undefined) conditions.push(AMONG);
    if (prefix) conditions.push('sandbox >= :prefix AND sandbox < :prefixEnd');
    const [last, sandbox] = cursor === undefined ? [Number.MAX_SAFE_INTEGER, ''] : streamCursor(cursor);
    const sql = `SELECT streams.*, (SELECT name FROM names WHERE names.id = function) AS function_name FROM streams
      WHERE ${conditions.join(' AND ')} ORDER BY last DESC, sandbox DESC LIMIT :limit`;
    const rows = prepare(sql).all({
      function: functionNumber ?? null,
      among: numbersOf(names, query.among),
      from: fromMs === undefined ? Number.MIN_SAFE_INTEGER : keyAt(Math.ceil(fromMs)),
      prefix: prefix ?? null,
      prefixEnd: prefix ? (prefixEnd(prefix) ?? '\u{10ffff}') : null,
      last,
      sandbox,
      limit: limit + 1,
    }) as unknown as StreamRow[];
    const kept = rows.slice(0, limit);
    const end = kept.at(-1);
    return { items: kept.map(streamOf), ...(rows.length > limit && end && { cursor: `${end.last}:${end.sandbox}` }) };
  }

  async function logCounts(query: LogCountQuery): Promise<LogCounts> {
    const { fromMs, toMs, parts, maxRows = MAX_ROWS, invocationId, traceId } = query;
    checkFunctions(query);
    if (!Number.isInteger(parts) || parts < 1 || parts > MAX_PARTS || !(fromMs < toMs)) {
      throw new Problem(
        'invalid_request',
        `lines are counted in 1 to ${MAX_PARTS} parts of a time that ends after it begins, not in ${parts} from ${fromMs} to ${toMs}`,
      );
    }
    if ((invocationId !== undefined && !isId(invocationId)) || (traceId !== undefined && !TRACE_ID.test(traceId)))
      return { counts: [] };
    const range = keyRange(fromMs, toMs, undefined);
    const subjects = subjectsOf({ ...query, limit: 1 }, range);
    const share = Math.max(1, subjects.length);
    const lines = subjects.map((subject) => scanOf({ ...query, limit: 1 }, subject));
    const isOfLines = [query.text, query.where, invocationId, traceId].some((filter) => filter !== undefined);
    const failures =
      query.failures && !isOfLines ? subjects.map((subject) => failureCounting(query, subject, names)) : [];
    const counted = await countLines(
      db,
      prepare,
      [...lines, ...failures],
      { base: range.low, width: (range.high - range.low) / parts },
      {
        maxRows: Math.ceil(maxRows / share),
        maxMs: MAX_COUNT_MS / share,
      },
    );
    return {
      counts: counted.counts.map(({ part, level, lines }) => ({ part, level: LOG_LEVELS[level]!, lines })),
      ...(counted.edge !== undefined && { countedFromMs: timeOfKey(counted.edge) }),
    };
  }

  return { logs, logCounts, logStreams };
}

function checkQuery(query: LogQuery): void {
  const { limit, context = 0 } = query;
  validLimit(limit, context > 0 ? MAX_LIMIT_WITH_CONTEXT : undefined);
  if (!Number.isInteger(context) || context < 0 || context > MAX_CONTEXT) {
    throw new Problem('invalid_request', `context is ${context}, but must be a whole number from 0 to ${MAX_CONTEXT}`);
  }
  checkFunctions(query);
}

function checkFunctions({ function: wanted }: Pick<LogQuery, 'function'>): void {
  if (Array.isArray(wanted) && wanted.length > MAX_FUNCTIONS) {
    throw new Problem(
      'invalid_request',
      `${wanted.length} functions are asked for, but at most ${MAX_FUNCTIONS} can be at once`,
    );
  }
}

/** The pages of several scans as one: as far as each of them is complete. */
function merged(founds: readonly Found<LogRow>[], limit: number, ascending: boolean): Found<LogRow> {
  if (founds.length === 1) return founds[0]!;
  const sign = ascending ? 1 : -1;
  const cursors = founds.map(({ cursor }) => cursor).filter((cursor) => cursor !== undefined);
  const edge = cursors.length === 0 ? undefined : cursors.reduce((a, b) => (sign * (a - b) < 0 ? a : b));
  const isWithin = (row: LogRow): boolean => edge === undefined || sign * (row.key - edge) <= 0;
  const rows = founds.flatMap((found) => found.rows.filter(isWithin)).sort((a, b) => sign * (a.key - b.key));
  const lookedAt = founds.reduce((sum, found) => sum + found.lookedAt, 0);
  if (rows.length > limit) {
    return { rows: rows.slice(0, limit), cursor: rows[limit - 1]!.key, lookedAt, unfinished: false };
  }
  const unfinished = founds.some((found) => found.unfinished);
  return { rows, ...(edge !== undefined && { cursor: edge }), lookedAt, unfinished };
}

function searchedOf(query: LogQuery, range: Range, found: Found<LogRow>): NonNullable<LogPage['searched']> {
  const ascending = query.first === 'oldest';
  const reached = found.cursor === undefined ? undefined : timeOfKey(found.cursor);
  const low = range.low === Number.MIN_SAFE_INTEGER ? undefined : timeOfKey(range.low);
  const high = range.high === Number.MAX_SAFE_INTEGER ? undefined : timeOfKey(range.high);
  const fromMs = ascending ? low : (reached ?? low);
  const toMs = ascending ? (reached ?? high) : high;
  return {
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
    lines: found.lookedAt,
    complete: !found.unfinished,
  };
}

function streamCursor(cursor: string): [number, string] {
  const match = /^(-?\d{1,16}):(.*)$/s.exec(cursor);
  if (match === null) throw notACursor(cursor);
  return [Number(match[1]), match[2]!];
}
