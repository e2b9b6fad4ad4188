import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { isId } from '../../model/id.ts';
import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';
import {
  type EventQuery,
  type EventRecord,
  type InvocationQuery,
  type InvocationRecord,
  LOG_LEVELS,
  type LogQuery,
  type LogRecord,
  type Page,
  type SpanRecord,
} from '../journal.ts';
import type { Names } from './journal-append.ts';
import { eventOf, type InvocationRow, invocationOf, logOf, type SpanRow, spanOf } from './journal-records.ts';
import { EVENT_STATES, KEYS_PER_MS, keyAt, keyOfId, parseHex, parseId, timeOfKey } from './journal-row.ts';
import { notACursor, validLimit } from './page.ts';

/** Rows that a filter looks at before the thread does something else: few at first, for the usual quick answer. */
const FIRST_SLICE_ROWS = 1_000;
const SLICE_ROWS = 20_000;
/** How far an invocation's start may be from the time in its id. */
const START_SLACK_MS = 60_000;

/** The most spans of one answer. */
const MAX_SPANS = 10_000;
const TRACE_ID = /^[0-9a-f]{32}$/;
/** What came in a trace, and the invocation that began it, whose id is the trace's. */
const IN_TRACE = `key IN (SELECT key FROM invocations INDEXED BY invocations_trace WHERE trace = :trace UNION ALL
  SELECT key FROM invocations WHERE key >= :traceKey AND key < :traceKey + ${2 * KEYS_PER_MS} AND id = :trace AND trace IS NULL)`;

interface Scan {
  readonly table: 'invocations' | 'logs' | 'events';
  readonly columns: string;
  /** What an index answers: the index named, or, without one, an own selection of few keys. */
  readonly scope?: { readonly condition: string; readonly index?: string } | undefined;
  /** What each row is looked at for. */
  readonly filters: readonly string[];
  readonly parameters: Readonly<Record<string, SQLInputValue>>;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
}

const INVOCATION_COLUMNS = `invocations.*, (SELECT name FROM names WHERE names.id = function) AS function_name,
  (SELECT name FROM names WHERE names.id = caller) AS caller_name`;
const LOG_COLUMNS = `logs.*, (SELECT name FROM names WHERE names.id = function) AS function_name`;

const EVENT_COLUMNS = `events.*, (SELECT name FROM names WHERE names.id = function) AS function_name`;

/** Answers queries, newest first. A long search lets batches in between its slices. */
export function journalQueries(db: DatabaseSync, names: Names) {
  const statements = new Map<string, StatementSync>();
  db.function('contains_folded', { deterministic: true }, (text, folded) =>
    String(text).toLowerCase().includes(String(folded)) ? 1 : 0,
  );

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    statements.set(sql, statement);
    return statement;
  }

  async function page<Row extends { key: number }, T>(scan: Scan, toRecord: (row: Row) => T): Promise<Page<T>> {
    const { table, columns, scope, filters, parameters, low, limit } = scan;
    const from = scope?.index ? `${table} INDEXED BY ${scope.index}` : table;
    // With a selection of keys, the range of keys is not what rows are to be found by.
    const range = scope && !scope.index ? ['+key < :high', '+key >= :low'] : ['key < :high', 'key >= :low'];
    const conditions = [...range, ...(scope ? [scope.condition] : [])];
    const boundary = `SELECT key FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY key DESC LIMIT 1 OFFSET :rows`;
    const select = `SELECT ${columns} FROM ${from} WHERE ${[...conditions, ...filters].join(' AND ')} ORDER BY key DESC LIMIT :limit`;
    const found: Row[] = [];
    let high = scan.high;
    for (let rows = FIRST_SLICE_ROWS; ; rows = SLICE_ROWS) {
      checkOpen(db);
      const last = filters.length > 0 ? prepare(boundary).get({ ...parameters, high, low, rows }) : undefined;
      const sliceLow = (last?.key as number | undefined) ?? low;
      const wanted = { ...parameters, high, low: sliceLow, limit: limit + 1 - found.length };
      found.push(...(prepare(select).all(wanted) as unknown[] as Row[]));
      if (found.length > limit || last === undefined) break;
      high = sliceLow;
      await setImmediate();
    }
    const items = found.slice(0, limit);
    return {
      items: items.map(toRecord),
      ...(found.length > limit && { cursor: String(items.at(-1)?.key) }),
    };
  }

  return {
    invocation(invocationId: string): InvocationRecord | undefined {
      if (!isId(invocationId)) return undefined;
      const id = parseId(invocationId);
      const key = keyOfId(id);
      const sql = `SELECT ${INVOCATION_COLUMNS} FROM invocations WHERE key >= :key AND key < :end AND id = :id LIMIT 1`;
      const row = prepare(sql).get({ key, end: key + 2 * KEYS_PER_MS, id }) as unknown as InvocationRow | undefined;
      return row && invocationOf(row);
    },

    async invocations(query: InvocationQuery): Promise<Page<InvocationRecord>> {
      const { status, coldStart, minDurationMs, fromMs, toMs, eventId, lane, version, alias, caller, traceId } = query;
      const functionNumber = query.function === undefined ? undefined : names.find(query.function);
      if (query.function !== undefined && functionNumber === undefined) return { items: [] };
      if (eventId !== undefined && !isId(eventId)) return { items: [] };
      if (traceId !== undefined && !TRACE_ID.test(traceId)) return { items: [] };
      const callerNumber = caller === undefined ? undefined : names.find(caller);
      if (caller !== undefined && callerNumber === undefined) return { items: [] };
      const unsuccessful = status !== undefined && status !== 'succeeded';
      const byFunction = functionNumber !== undefined && {
        condition: 'function = :function',
        index: 'invocations_function',
      };
      const byEvent = eventId !== undefined && { condition: 'event = :event', index: 'invocations_event' };
      const byTrace = traceId !== undefined && { condition: IN_TRACE };
      const byCaller = callerNumber !== undefined && { condition: 'caller = :caller', index: 'invocations_caller' };
      const byStatus = unsuccessful && {
        condition: 'status = :status AND status <> 0',
        index: 'invocations_unsuccessful',
      };
      const scope = byEvent || byTrace || byStatus || byCaller || byFunction || undefined;
      const filters: string[] = [];
      if (byFunction && scope !== byFunction) filters.push('function = :function');
      if (byTrace && scope !== byTrace) filters.push(IN_TRACE);
      if (byCaller && scope !== byCaller) filters.push('caller = :caller');
      if (status !== undefined && scope !== byStatus) filters.push('status = :status');
      if (version !== undefined) filters.push('version = :version');
      if (alias !== undefined) filters.push('alias = :alias');
      if (lane !== undefined) filters.push('lane = :lane');
      if (coldStart !== undefined) filters.push('cold_start = :coldStart');
      if (minDurationMs !== undefined) filters.push('duration_us >= :minDurationUs');
      const startedMs = `(key >> 12) + ${timeOfKey(0)} + started_offset_ms`;
      if (fromMs !== undefined) filters.push(`${startedMs} >= :fromMs`);
      if (toMs !== undefined) filters.push(`${startedMs} < :toMs`);
      const traceBytes = traceId === undefined ? null : parseHex(traceId);
      return page(
        {
          table: 'invocations',
          columns: INVOCATION_COLUMNS,
          scope,
          filters,
          parameters: {
            function: functionNumber ?? null,
            status: status === undefined ? null : INVOCATION_STATUSES.indexOf(status),
            event: eventId === undefined ? null : parseId(eventId),
            trace: traceBytes,
            traceKey: traceBytes === null ? null : keyOfId(traceBytes),
            caller: callerNumber ?? null,
            version: version ?? null,
            alias: alias ?? null,
            lane: lane ?? null,
            coldStart: coldStart ? 1 : 0,
            minDurationUs: Math.round((minDurationMs ?? 0) * 1000),
            fromMs: fromMs ?? null,
            toMs: toMs ?? null,
          },
          ...keyRange(
            fromMs === undefined ? undefined : fromMs - START_SLACK_MS,
            toMs === undefined ? undefined : toMs + START_SLACK_MS,
            query.cursor,
          ),
          limit: validLimit(query.limit),
        },
        invocationOf,
      );
    },

    async logs(query: LogQuery): Promise<Page<LogRecord>> {
      const { invocationId, minLevel, text } = query;
      const functionNumber = query.function === undefined ? undefined : names.find(query.function);
      if (query.function !== undefined && functionNumber === undefined) return { items: [] };
      if (invocationId !== undefined && !isId(invocationId)) return { items: [] };
      const filters: string[] = [];
      if (invocationId !== undefined && functionNumber !== undefined) filters.push('function = :function');
      if (minLevel !== undefined && minLevel !== 'trace') filters.push('level >= :minLevel');
      if (text) filters.push(isAscii(text) ? "text LIKE :pattern ESCAPE '\\'" : 'contains_folded(text, :folded)');
      const byInvocation = invocationId !== undefined && {
        condition: 'invocation = :invocation',
        index: 'logs_invocation',
      };
      const byFunction = functionNumber !== undefined && { condition: 'function = :function', index: 'logs_function' };
      return page(
        {
          table: 'logs',
          columns: LOG_COLUMNS,
          scope: byInvocation || byFunction || undefined,
          filters,
          parameters: {
            function: functionNumber ?? null,
            invocation: invocationId === undefined ? null : parseId(invocationId),
            minLevel: minLevel === undefined ? 0 : LOG_LEVELS.indexOf(minLevel),
            pattern: `%${(text ?? '').replace(/[\\%_]/g, '\\$&')}%`,
            folded: (text ?? '').toLowerCase(),
          },
          ...keyRange(query.fromMs, query.toMs, query.cursor),
          limit: validLimit(query.limit),
        },
        logOf,
      );
    },

    spans(of: { traceId: string } | { invocationId: string }, limit: number): SpanRecord[] {
      const most = validLimit(limit, MAX_SPANS);
      const byTrace = 'traceId' in of;
      if (byTrace ? !TRACE_ID.test(of.traceId) : !isId(of.invocationId)) return [];
      const scope = byTrace ? 'INDEXED BY spans_trace WHERE trace' : 'INDEXED BY spans_invocation WHERE invocation';
      const id = byTrace ? parseHex(of.traceId) : parseId(of.invocationId);
      const rows = prepare(`SELECT * FROM spans ${scope} = ? ORDER BY key LIMIT ?`).all(id, most);
      return (rows as unknown as SpanRow[]).map(spanOf);
    },

    async events(query: EventQuery): Promise<Page<EventRecord>> {
      const { lane, state, eventId } = query;
      const functionNumber = query.function === undefined ? undefined : names.find(query.function);
      if (query.function !== undefined && functionNumber === undefined) return { items: [] };
      if (eventId !== undefined && !isId(eventId)) return { items: [] };
      const undelivered = state !== undefined && state !== 'delivered';
      const byEvent = eventId !== undefined && { condition: 'id = :id', index: 'events_id' };
      const byState = undelivered && { condition: 'state = :state AND state <> 0', index: 'events_undelivered' };
      const byFunction = functionNumber !== undefined && {
        condition: 'function = :function',
        index: 'events_function',
      };
      const scope = byEvent || byState || byFunction || undefined;
      const filters: string[] = [];
      if (scope !== byFunction && functionNumber !== undefined) filters.push('function = :function');
      if (scope !== byState && state !== undefined) filters.push('state = :state');
      if (lane !== undefined) filters.push('lane = :lane');
      return page(
        {
          table: 'events',
          columns: EVENT_COLUMNS,
          scope,
          filters,
          parameters: {
            function: functionNumber ?? null,
            id: eventId === undefined ? null : parseId(eventId),
            state: state === undefined ? null : EVENT_STATES.indexOf(state),
            lane: lane ?? null,
          },
          ...keyRange(query.fromMs, query.toMs, query.cursor),
          limit: validLimit(query.limit),
        },
        eventOf,
      );
    },
  };
}

function keyRange(fromMs: number | undefined, toMs: number | undefined, cursor: string | undefined) {
  const high = toMs === undefined ? Number.MAX_SAFE_INTEGER : keyAt(Math.ceil(toMs));
  const low = fromMs === undefined ? Number.MIN_SAFE_INTEGER : keyAt(Math.ceil(fromMs));
  return { low, high: cursor === undefined ? high : Math.min(high, keyOfCursor(cursor)) };
}

function keyOfCursor(cursor: string): number {
  const key = Number(cursor);
  if (/^-?\d{1,16}$/.test(cursor) && Number.isSafeInteger(key)) return key;
  throw notACursor(cursor);
}

/** A restore puts another database into this one's place, also between two slices of a search. */
function checkOpen(db: DatabaseSync): void {
  if (!db.isOpen) throw new Problem('unavailable', 'the journal was replaced during this query; ask again');
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the range of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}
