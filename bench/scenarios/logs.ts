import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { formatId } from '../../src/model/id.ts';
import { readLogs } from '../../src/observe/logs/read-logs.ts';
import { parseWhere } from '../../src/observe/logs/where.ts';
import { KEYS_PER_MS } from '../../src/store/embedded/journal-row.ts';
import { openEmbeddedStore } from '../../src/store/embedded/store.ts';
import type { Journal, LogQuery } from '../../src/store/journal.ts';
import type { Row, Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const FUNCTIONS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PARTS = 20;
/** Appended before the journal's thread is waited for, well below the backlog at which lines are dropped. */
const FILL_CHUNK = 10_000;

/** A journal of a day with ten million lines and as many records, and what people ask of it. */
export const logs: Scenario = {
  name: 'logs',
  title: 'Logs and records: searching among millions',
  async run(bench) {
    const count = bench.quick ? 200_000 : 10_000_000;
    const folder = bench.path('journal');
    const began = performance.now();
    const endMs = Date.now();
    // A part of the day is written as a node writes; the rest of it is copied from that, which takes a tenth of the time.
    const filled = await openEmbeddedStore({ folder });
    const written = await fillJournal(filled.journal, count / PARTS, endMs, DAY_MS / PARTS).finally(() =>
      filled.close(),
    );
    copyParts(join(folder, 'journal.db'), DAY_MS / PARTS);
    const store = await openEmbeddedStore({ folder });
    try {
      const { journal } = store;
      const { bytes, logLines, invocations } = await journal.stats();
      const size = `${logLines.toLocaleString('en-US')} lines and ${invocations.toLocaleString('en-US')} records, ${(bytes / 1e9).toFixed(1)} GB`;
      bench.say(`${size}; filled in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
      const rows = await questions(journal, endMs, bench.quick);
      return { rows: [{ ...written, note: `${written.note}; then ${size}` }, ...rows] };
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Copies what a journal has to earlier times, once for each further part of the day; indexes are made anew at the end. */
function copyParts(path: string, partMs: number): void {
  const db = new DatabaseSync(path);
  try {
    const columns = (table: string): string[] =>
      (db.prepare(`PRAGMA table_info(${table})`).all() as { name: string }[]).map(({ name }) => name);
    const indexes = db
      .prepare(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('logs', 'invocations', 'streams')",
      )
      .all() as { name: string; sql: string }[];
    db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
    for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
    const { top } = db.prepare('SELECT min(key) AS top FROM logs').get() as { top: number };
    for (let part = 1; part < PARTS; part++) {
      const shift = part * partMs * KEYS_PER_MS;
      const changed: Readonly<Record<string, string>> = {
        key: `key - ${shift}`,
        first: `first - ${shift}`,
        last: `last - ${shift}`,
        id: 'randomblob(16)',
        invocation: 'randomblob(16)',
        sandbox: `sandbox || '-${part}'`,
      };
      for (const table of ['logs', 'invocations', 'streams']) {
        const names = columns(table);
        const values = names.map((name) => changed[name] ?? name);
        const of = table === 'streams' ? 'last' : 'key';
        db.exec(
          `INSERT INTO ${table} (${names.join()}) SELECT ${values.join()} FROM ${table} WHERE ${of} >= ${top} ORDER BY ${of}`,
        );
      }
    }
    for (const { sql } of indexes) db.exec(sql);
    db.exec(
      `UPDATE counters SET value = value * ${PARTS} WHERE name IN ('logs', 'invocations'); PRAGMA wal_checkpoint(TRUNCATE)`,
    );
  } finally {
    db.close();
  }
}

async function fillJournal(journal: Journal, count: number, endMs: number, spanMs: number): Promise<Row> {
  const startMs = endMs - spanMs;
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    const timeMs = Math.floor(startMs + (n * spanMs) / count);
    const number = (n * 7_919) % FUNCTIONS;
    const name = `function-${number}`;
    const invocationId = idAt(timeMs, n);
    const sandboxId = `sandbox-${number}-${Math.floor((timeMs - startMs) / HOUR_MS)}`;
    const failed = n % 100 === 0;
    journal.appendInvocation({
      invocationId,
      function: name,
      version: 1,
      door: 'native',
      status: failed ? 'failed' : 'succeeded',
      ...(failed && { reason: 'exception', errorType: 'Error', errorMessage: 'no stock' }),
      startedAtMs: timeMs,
      queuedMs: 0.2,
      durationMs: 12,
      coldStart: false,
      sandboxId,
      payloadBytes: 100,
      resultBytes: 100,
      memoryMb: 128,
      peakMemoryBytes: 30_000_000,
    });
    journal.appendLog({
      timeMs,
      function: name,
      version: 1,
      invocationId,
      sandboxId,
      stream: 'stdout',
      level: 'info',
      text:
        n % 2 === 0
          ? jsonText(n, failed)
          : `order ${n} of customer ${n % 10_007} was handled by the back office in ${n % 37} ms`,
    });
    if (n % FILL_CHUNK === FILL_CHUNK - 1) await journal.stats();
  }
  await journal.flush();
  const tookMs = performance.now() - began;
  const { dropped } = await journal.stats();
  return {
    measure: 'a line and a record appended and written',
    value: (tookMs * 1_000) / count,
    unit: 'µs',
    note: `of ${FUNCTIONS} functions and sandboxes in turn`,
    ...(dropped > 0 && { fault: `${dropped} were dropped` }),
  };
}

function jsonText(n: number, failed: boolean): string {
  return JSON.stringify({
    level: failed ? 'error' : 'info',
    msg: failed ? 'no stock' : 'order placed',
    order: n,
    status: failed ? 503 : 200,
    user: { id: n % 10_007 },
    tookMs: n % 37,
  });
}

async function questions(journal: Journal, endMs: number, quick: boolean): Promise<Row[]> {
  const rounds = quick ? 5 : 50;
  const hourBack = (hours: number) => ({ fromMs: endMs - (hours + 1) * HOUR_MS, toMs: endMs - hours * HOUR_MS });
  /** The 99th percentile of a question that is asked about ever another function and hour. */
  const asked = async (count: number, ask: (round: number) => Promise<unknown>): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < count; round++) {
      const began = performance.now();
      await ask(round);
      times.push(performance.now() - began);
    }
    return percentile(times, 99);
  };
  const oneFunction = (measure: string, ask: (name: string) => Promise<unknown>) =>
    row(
      measure,
      50,
      asked(rounds, (round) => ask(`function-${(round * 97) % FUNCTIONS}`)),
    );
  const oneHour = (measure: string, query: Partial<LogQuery>) =>
    row(
      measure,
      1_000,
      asked(Math.min(rounds, 20), (round) => journal.logs({ ...query, ...hourBack(round % 24), limit: 100 })),
    );
  const lastHour = hourBack(0);
  const rows = [
    await oneFunction("one function's last hour: 100 records", (name) =>
      journal.invocations({ function: name, ...lastHour, limit: 100 }),
    ),
    await oneFunction('the same: all records', (name) =>
      journal.invocations({ function: name, ...lastHour, limit: 1_000 }),
    ),
    await oneFunction('the same: 100 lines with those of the platform', (name) =>
      readLogs(journal, { function: name, ...lastHour, limit: 100, platform: 'all' }),
    ),
    await oneFunction('the same: a text that no line has', (name) =>
      journal.logs({ function: name, ...lastHour, text: 'nowhere', limit: 100 }),
    ),
    await oneFunction('the same: failed runs', (name) =>
      journal.invocations({ function: name, ...lastHour, status: 'failed', limit: 100 }),
    ),
    await oneFunction('its streams', (name) => journal.logStreams({ function: name, limit: 100 })),
    await oneHour('an hour of all functions: a text that no line has', { text: 'nowhere' }),
    await oneHour('the same, not ASCII', { text: 'nirgends ß' }),
    await oneHour('the same: a field that no line has', { where: parseWhere('status>=900 and user.id=42') }),
    await oneHour('the same: a field that few lines have', { where: parseWhere('status>=500') }),
    await oneHour('the same: level error', { minLevel: 'error' }),
    await oneHour('the same: level fatal, which no line has', { minLevel: 'fatal' }),
  ];
  const began = performance.now();
  const whole = await journal.logs({ text: 'nowhere', limit: 100 });
  rows.push({
    measure: 'a text that no line has, without a time: until the search ends by itself',
    value: performance.now() - began,
    unit: 'ms',
    note: `${whole.searched?.lines.toLocaleString('en-US')} lines looked at, ${whole.searched?.complete ? 'all' : 'and a cursor to go on'}`,
  });
  return rows;
}

async function row(measure: string, atMost: number, value: Promise<number>): Promise<Row> {
  return { measure: `${measure}, p99`, value: await value, unit: 'ms', goal: { atMost } };
}

/** A UUID version 7 of that time. */
function idAt(timeMs: number, n: number): string {
  const id = Buffer.alloc(16);
  id.writeUIntBE(timeMs, 0, 6);
  id.writeUInt16BE(0x7000 | (n & 0xfff), 6);
  id.writeUInt32BE(0x80000000, 8);
  id.writeUInt32BE(n, 12);
  return formatId(id);
}
