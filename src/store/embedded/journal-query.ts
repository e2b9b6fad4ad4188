import type { DatabaseSync } from 'node:sqlite';
import { isId } from '../../model/id.ts';
import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import type { EventQuery, EventRecord, InvocationQuery, InvocationRecord, Page, SpanRecord } from '../journal.ts';
import type { Names } from './journal-append.ts';
import { logQueries } from './journal-logs.ts';
import { AMONG, type Found, journalPager, keyRange, MAX_CHARACTERS, numbersOf, type Scan } from './journal-page.ts';
import { eventOf, type InvocationRow, invocationOf, type SpanRow, spanOf } from './journal-records.ts';
import { EVENT_STATES, KEYS_PER_MS, keyOfId, parseHex, parseId, TRACE_ID, timeOfKey } from './journal-row.ts';
import { validLimit } from './page.ts';

/** How far an invocation's start may be from the time in its id. */
const START_SLACK_MS = 60_000;

/** Of so many functions at most, each is looked for by itself; of more, some will be among what is newest. */
const MAX_APART = 50;
/** The most spans of one answer. */
const MAX_SPANS = 10_000;
/** What came in a trace, and the invocation that began it, whose id is the trace's. */
const IN_TRACE = `key IN (SELECT key FROM invocations INDEXED BY invocations_trace WHERE trace = :trace UNION ALL
  SELECT key FROM invocations WHERE key >= :traceKey AND key < :traceKey + ${2 * KEYS_PER_MS} AND id = :trace AND trace IS NULL)`;

const STARTED_MS = `(key >> 12) + ${timeOfKey(0)} + started_offset_ms`;
const INVOCATION_COLUMNS = `invocations.*, (SELECT name FROM names WHERE names.id = function) AS function_name,
  (SELECT name FROM names WHERE names.id = caller) AS caller_name`;
const EVENT_COLUMNS = `events.*, (SELECT name FROM names WHERE names.id = function) AS function_name`;

type Rows<Row> = Pick<Found<Row>, 'rows' | 'cursor'>;

function pageOf<Row, T>({ rows, cursor }: Rows<Row>, toRecord: (row: Row) => T): Page<T> {
  return { items: rows.map(toRecord), ...(cursor !== undefined && { cursor: String(cursor) }) };
}

/** Answers queries, newest first. A long search lets batches in between its slices. */
export function journalQueries(db: DatabaseSync, names: Names) {
  const pager = journalPager(db);
  const { prepare } = pager;

  async function page<Row extends { key: number }, T>(scan: Scan, toRecord: (row: Row) => T): Promise<Page<T>> {
    return pageOf(await pager.page<Row>(scan), toRecord);
  }

  async function invocationRows(query: InvocationQuery, maxCharacters?: number): Promise<Rows<InvocationRow>> {
    const { status, coldStart, minDurationMs, fromMs, toMs, eventId, lane, version, alias, caller, traceId } = query;
    const functionNumber = query.function === undefined ? undefined : names.find(query.function);
    if (query.function !== undefined && functionNumber === undefined) return { rows: [] };
    if (eventId !== undefined && !isId(eventId)) return { rows: [] };
    if (traceId !== undefined && !TRACE_ID.test(traceId)) return { rows: [] };
    const callerNumber = caller === undefined ? undefined : names.find(caller);
    if (caller !== undefined && callerNumber === undefined) return { rows: [] };
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
    const byFunctionStatus = byFunction &&
      byStatus && {
        condition: 'function = :function AND status = :status AND status <> 0',
        index: 'invocations_function_unsuccessful',
      };
    const byFailure = query.unsuccessful && {
      condition: byFunction ? 'function = :function AND status <> 0' : 'status <> 0',
      index: byFunction ? 'invocations_function_failures' : 'invocations_failures',
    };
    const scope =
      byEvent || byTrace || byFunctionStatus || byStatus || byCaller || byFailure || byFunction || undefined;
    const filters: string[] = [];
    const isByFunction = scope === byFunction || scope === byFunctionStatus || scope === byFailure;
    if (byFunction && !isByFunction) filters.push('function = :function');
    if (byTrace && scope !== byTrace) filters.push(IN_TRACE);
    if (byCaller && scope !== byCaller) filters.push('caller = :caller');
    if (status !== undefined && scope !== byStatus && scope !== byFunctionStatus) filters.push('status = :status');
    if (version !== undefined) filters.push('version = :version');
    if (alias !== undefined) filters.push('alias = :alias');
    if (lane !== undefined) filters.push('lane = :lane');
    if (query.among !== undefined) filters.push(AMONG);
    if (query.unsuccessful && scope !== byFailure) filters.push('status <> 0');
    if (query.sandboxId !== undefined) filters.push('sandbox = :sandbox');
    if (coldStart !== undefined) filters.push('cold_start = :coldStart');
    if (minDurationMs !== undefined) filters.push('duration_us >= :minDurationUs');
    if (query.endedFromMs !== undefined)
      filters.push(`${STARTED_MS} + (queued_us + duration_us) / 1000.0 >= :endedFromMs`);
    if (fromMs !== undefined) filters.push(`${STARTED_MS} >= :fromMs`);
    if (toMs !== undefined) filters.push(`${STARTED_MS} < :toMs`);
    const traceBytes = traceId === undefined ? null : parseHex(traceId);
    return pager.page<InvocationRow>({
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
        among: numbersOf(names, query.among),
        version: version ?? null,
        alias: alias ?? null,
        lane: lane ?? null,
        sandbox: query.sandboxId ?? null,
        coldStart: coldStart ? 1 : 0,
        minDurationUs: Math.round((minDurationMs ?? 0) * 1000),
        fromMs: fromMs ?? null,
        toMs: toMs ?? null,
        endedFromMs: query.endedFromMs ?? null,
      },
      ...keyRange(
        fromMs === undefined ? undefined : fromMs - START_SLACK_MS,
        toMs === undefined ? undefined : toMs + START_SLACK_MS,
        query.cursor,
      ),
      limit: validLimit(query.limit),
      ...(maxCharacters !== undefined && { maxCharacters }),
    });
  }

  /** Each function by its own index: what others have, however much it is, is not looked at. */
  async function newestOf(functions: readonly string[], query: InvocationQuery): Promise<Rows<InvocationRow>> {
    const limit = validLimit(query.limit);
    const found: Rows<InvocationRow>[] = [];
    for (const name of functions)
      found.push(await invocationRows({ ...query, function: name }, MAX_CHARACTERS / functions.length));
    // One that ended, for it found enough, says nothing of what is older.
    const edge = Math.max(...found.map(({ cursor }) => cursor ?? Number.MIN_SAFE_INTEGER));
    const all = found.flatMap(({ rows }) => rows).sort((one, other) => other.key - one.key);
    const rows = all.filter(({ key }) => key >= edge).slice(0, limit);
    const isAll = rows.length === all.length && found.every(({ cursor }) => cursor === undefined);
    return { rows, ...(!isAll && { cursor: rows.at(-1)!.key }) };
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
      const { among, ...others } = query;
      const { function: name, eventId, traceId, caller } = others;
      const apart = among?.filter((each) => names.find(each) !== undefined) ?? [];
      const isFew = eventId !== undefined || traceId !== undefined || caller !== undefined;
      const found =
        among === undefined || name !== undefined || isFew || apart.length > MAX_APART
          ? await invocationRows(query)
          : await newestOf(apart, others);
      return pageOf(found, invocationOf);
    },

    ...logQueries(db, names, pager),

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
