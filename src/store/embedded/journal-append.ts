import type { DatabaseSync } from 'node:sqlite';
import { levelOfLine } from '../../model/structured-line.ts';
import { LOG_LEVELS } from '../journal.ts';
import {
  type JournalBatch,
  type UnpackedEvent,
  type UnpackedInvocation,
  type UnpackedLog,
  type UnpackedSpan,
  unpackEvents,
  unpackInvocations,
  unpackLogs,
  unpackSpans,
} from './journal-batch.ts';
import { KEYS_PER_MS, keyAt, keyOfId, parseHex, parseId, timeOfKey } from './journal-row.ts';
import { journalStreams, orderInStreams } from './journal-streams.ts';
import { inTransaction } from './transaction.ts';

/** Milliseconds whose next free key is remembered; older ones are looked up. */
const REMEMBERED_MS = 10_000;

/** Gives each row of a table a key of its own: by time, and within a millisecond in order of arrival. */
function timeKeys(db: DatabaseSync, table: 'logs' | 'events' | 'spans'): (timeMs: number) => number {
  const lastBelow = db.prepare(`SELECT max(key) AS key FROM ${table} WHERE key >= ? AND key < ?`);
  const newest = db.prepare(`SELECT max(key) AS key FROM ${table}`).get() as { key: number | null };
  let newestMs = newest.key === null ? Number.NEGATIVE_INFINITY : timeOfKey(newest.key);
  const nextFree = new Map<number, number>();

  const freeIn = (timeMs: number): number => {
    const known = nextFree.get(timeMs);
    if (known !== undefined) return known;
    const first = keyAt(timeMs);
    if (timeMs > newestMs) return first;
    const last = lastBelow.get(first, first + KEYS_PER_MS) as { key: number | null };
    return last.key === null ? first : last.key + 1;
  };

  return (wantedMs) => {
    // A time that no key can hold would never find a free one; it goes where the newest rows are.
    const lastMs = Number.isFinite(newestMs) ? newestMs : 0;
    let timeMs = Number.isSafeInteger(keyAt(wantedMs + 1)) ? Math.floor(wantedMs) : lastMs;
    let key = freeIn(timeMs);
    // More rows than one millisecond has keys go on in the next one.
    while (key >= keyAt(timeMs + 1)) key = freeIn(++timeMs);
    newestMs = Math.max(newestMs, timeMs);
    if (nextFree.size >= REMEMBERED_MS) nextFree.clear();
    nextFree.set(timeMs, key + 1);
    return key;
  };
}

/** Gives each function name a number, the same for ever. */
function numberedNames(db: DatabaseSync) {
  const select = db.prepare('SELECT id FROM names WHERE name = ?');
  const insert = db.prepare('INSERT INTO names (name) VALUES (?)');
  const known = new Map<string, number>();
  return {
    find(name: string): number | undefined {
      return known.get(name) ?? (select.get(name) as { id: number } | undefined)?.id;
    },
    numberOf(name: string): number {
      const found = known.get(name);
      if (found !== undefined) return found;
      const number = this.find(name) ?? Number(insert.run(name).lastInsertRowid);
      known.set(name, number);
      return number;
    },
    forget: () => known.clear(),
  };
}

export type Names = ReturnType<typeof numberedNames>;

/** Writes batches; each is one transaction, written wholly or not at all. */
export function journalAppender(db: DatabaseSync) {
  const insertInvocation = db.prepare(
    `INSERT INTO invocations (key, id, function, version, door, status, started_offset_ms, queued_us, duration_us, cold_start,
       sandbox, payload_bytes, result_bytes, error, event, lane, attempt, memory_mb, peak_bytes, alias, caller,
       trace, parent_span, start_us, place_us, load_us)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO NOTHING`,
  );
  const idAt = db.prepare('SELECT id FROM invocations WHERE key = ?');
  const insertLog = db.prepare(
    'INSERT INTO logs (key, function, version, invocation, sandbox, stream, level, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertEvent = db.prepare(
    `INSERT INTO events (key, id, function, lane, state, attempts, accepted_ms, invocation, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertSpan = db.prepare(
    `INSERT INTO spans (key, trace, span, parent, invocation, function, name, kind, start_us, duration_us, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const count = db.prepare('UPDATE counters SET value = value + ? WHERE name = ?');
  const names = numberedNames(db);
  const streams = journalStreams(db);
  const inOrder = orderInStreams();
  let logKeys = timeKeys(db, 'logs');
  let eventKeys = timeKeys(db, 'events');
  let spanKeys = timeKeys(db, 'spans');
  const id = new Uint8Array(16);
  const otherId = new Uint8Array(16);

  /** False where this invocation is there already. */
  function addInvocation(record: UnpackedInvocation): boolean {
    parseId(record.id, id);
    const eventId = record.eventId === null ? null : parseId(record.eventId, otherId);
    const functionNumber = names.numberOf(record.function);
    const caller = record.caller === null ? null : names.numberOf(record.caller);
    const trace = record.traceId === null ? null : parseHex(record.traceId);
    const parentSpan = record.parentSpanId === null ? null : parseHex(record.parentSpanId);
    for (let key = keyOfId(id); ; key++) {
      const { changes } = insertInvocation.run(
        key,
        id,
        functionNumber,
        record.version,
        record.door,
        record.status,
        Math.floor(record.startedAtMs) - timeOfKey(key),
        Math.round(record.queuedMs * 1000),
        Math.round(record.durationMs * 1000),
        record.coldStart,
        record.sandboxId,
        record.payloadBytes,
        record.resultBytes,
        record.error,
        eventId,
        record.lane,
        record.attempt,
        record.memoryMb,
        record.peakMemoryBytes,
        record.alias,
        caller,
        trace,
        parentSpan,
        microseconds(record.startMs),
        microseconds(record.placeMs),
        microseconds(record.loadMs),
      );
      if (changes === 1) {
        if (record.sandboxId !== '') streams.count(record.sandboxId, functionNumber, record.version, key, 0, 1);
        return true;
      }
      if (Buffer.compare((idAt.get(key) as { id: Uint8Array }).id, id) === 0) return false;
    }
  }

  function addLog(line: UnpackedLog): void {
    const invocation = line.invocationId === null ? null : parseId(line.invocationId, id);
    const functionNumber = names.numberOf(line.function);
    const { version, sandboxId, stream, text } = line;
    const told = levelOfLine(text);
    const level = told === undefined ? line.level : LOG_LEVELS.indexOf(told);
    const key = logKeys(inOrder(sandboxId, line.timeMs));
    insertLog.run(key, functionNumber, version, invocation, sandboxId, stream, level, text);
    streams.count(sandboxId, functionNumber, version, key, 1, 0);
  }

  function addEvent(event: UnpackedEvent): void {
    parseId(event.id, id);
    const invocation = event.invocationId === null ? null : parseId(event.invocationId, otherId);
    const { lane, state, attempts, acceptedAtMs, details } = event;
    const functionNumber = names.numberOf(event.function);
    const key = eventKeys(event.endedAtMs);
    insertEvent.run(key, id, functionNumber, lane, state, attempts, Math.floor(acceptedAtMs), invocation, details);
  }

  function addSpan(span: UnpackedSpan): void {
    const invocation = span.invocationId === null ? null : parseId(span.invocationId, id);
    const parent = span.parentSpanId === null ? null : parseHex(span.parentSpanId);
    const startUs = Math.round(span.startedAtMs * 1000);
    const startMs = Math.floor(startUs / 1000);
    insertSpan.run(
      spanKeys(startMs),
      parseHex(span.traceId),
      parseHex(span.spanId),
      parent,
      invocation,
      span.function,
      span.name,
      span.kind,
      startUs - startMs * 1000,
      Math.round(span.durationMs * 1000),
      span.details,
    );
  }

  const write = (batch: JournalBatch, durable: boolean): void => {
    let invocations = 0;
    unpackInvocations(batch, (record) => {
      if (addInvocation(record)) invocations++;
    });
    unpackLogs(batch, addLog);
    unpackEvents(batch, addEvent);
    unpackSpans(batch, addSpan);
    streams.write();
    if (invocations > 0) count.run(invocations, 'invocations');
    if (batch.logs.rows > 0) count.run(batch.logs.rows, 'logs');
    if (batch.events.rows > 0) count.run(batch.events.rows, 'events');
    // A commit that writes nothing would not sync those before it.
    if (durable) count.run(1, 'flushes');
  };

  const forget = (): void => {
    names.forget();
    streams.forget();
    logKeys = timeKeys(db, 'logs');
    eventKeys = timeKeys(db, 'events');
    spanKeys = timeKeys(db, 'spans');
  };

  return {
    names,

    /** With `durable`, what was written until now is on disk when this returns. */
    append(batch: JournalBatch, durable: boolean): void {
      if (durable) db.exec('PRAGMA synchronous = FULL');
      try {
        inTransaction(db, () => write(batch, durable), forget);
      } finally {
        if (durable) db.exec('PRAGMA synchronous = NORMAL');
      }
    },
  };
}

function microseconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000);
}
