import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { type InvocationRecord, LOG_LEVELS, type LogPage, type LogRecord } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { idAt, invocation, logLine } from '../../store/testing/journal-records.ts';
import { platformLines } from './platform-lines.ts';
import { type LogReading, readLogs } from './read-logs.ts';

const START_MS = Date.UTC(2026, 0, 1);

describe('reading logs', () => {
  let store: Store;
  let remove: () => void;
  let functions = 0;
  before(async () => {
    const folder = temporaryFolder();
    ({ remove } = folder);
    store = await openEmbeddedStore({ folder: folder.folder });
  });
  after(async () => {
    await store.close();
    remove();
  });

  const all = async (reading: LogReading): Promise<LogRecord[]> => {
    const lines: LogRecord[] = [];
    let cursor: string | undefined;
    do {
      const page: LogPage = await readLogs(store.journal, { ...reading, ...(cursor !== undefined && { cursor }) });
      assert.ok(page.items.length <= reading.limit);
      lines.push(...page.items.map(({ id: _, ...line }) => line));
      assert.notEqual(page.cursor, cursor ?? '', 'it goes on');
      cursor = page.cursor;
    } while (cursor !== undefined);
    return lines;
  };

  const runs = fc.record({
    second: fc.boolean(),
    atMs: fc.integer({ min: 0, max: 30 }),
    queuedMs: fc.constantFrom(0, 0.5, 3),
    durationMs: fc.constantFrom(0, 0.25, 1, 7.75, 40),
    status: fc.constantFrom('succeeded', 'failed', 'rejected'),
    lines: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
  });
  const readings = fc.record(
    {
      platform: fc.constantFrom('all', 'report', 'failures', 'none'),
      of: fc.constantFrom('one', 'both', 'invocation'),
      minLevel: fc.constantFrom(...LOG_LEVELS),
      text: fc.constantFrom('', 'li', 'end', 'failed'),
      fromMs: fc.integer({ min: 0, max: 40 }),
      toMs: fc.integer({ min: 0, max: 40 }),
      limit: fc.integer({ min: 1, max: 12 }),
    },
    { requiredKeys: ['platform', 'of', 'limit'] },
  );

  it('gives each line and what the platform says once, in order of time, whatever the pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(runs, { maxLength: 12 }), readings, async (made, { of, fromMs, toMs, ...rest }) => {
        const [one, two] = [`one-${++functions}`, `two-${functions}`];
        const records: InvocationRecord[] = [];
        const lines: LogRecord[] = [];
        for (const { second, atMs, lines: printed, ...run } of made) {
          const record: InvocationRecord = { ...invocation(second ? two : one, START_MS + atMs), ...run };
          records.push(record);
          store.journal.appendInvocation(record);
          for (const [n, afterMs] of printed.sort((a, b) => a - b).entries()) {
            const line = { ...logLine(record.function, START_MS + atMs + afterMs, `line ${n}`), sandboxId: idAt(0) };
            lines.push({ ...line, invocationId: record.invocationId });
            store.journal.appendLog(lines.at(-1)!);
          }
        }
        const invocationId = of === 'invocation' ? records[0]?.invocationId : undefined;
        const reading: LogReading = {
          ...rest,
          ...(invocationId === undefined ? { function: of === 'both' ? [one, two] : one } : { invocationId }),
          ...(fromMs !== undefined && { fromMs: START_MS + fromMs }),
          ...(toMs !== undefined && { toMs: START_MS + toMs }),
        };
        const leavesOut = rest.text && invocationId === undefined && rest.platform !== 'failures';
        const platform = leavesOut ? 'none' : rest.platform;
        const expected = [...lines, ...records.flatMap((record) => platformLines(record, platform))].filter(
          (line) =>
            (invocationId === undefined
              ? line.function === one || (of === 'both' && line.function === two)
              : line.invocationId === invocationId) &&
            LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(rest.minLevel ?? 'trace') &&
            line.text.toLowerCase().includes(rest.text ?? '') &&
            line.timeMs >= (reading.fromMs ?? 0) &&
            line.timeMs < (reading.toMs ?? Number.POSITIVE_INFINITY),
        );
        const found = await all(reading);
        const sorted = (list: readonly LogRecord[]) =>
          list.map((line) => JSON.stringify(line, Object.keys(line).sort())).sort();
        assert.deepEqual(sorted(found), sorted(expected));
        for (const [index, line] of found.entries()) {
          const next = found[index + 1];
          const moved = next?.stream === 'platform' || line.stream === 'platform' ? 50 : 0;
          assert.ok(next === undefined || next.timeMs <= line.timeMs + moved);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives an invocation once that is among the newest and began below the time of its page', async () => {
    const name = `once-${++functions}`;
    // When each ended, and printed.
    const runs: readonly [number, readonly number[]][] = [
      [0, [0, 0]],
      [7.75, []],
      [0, [1]],
      [0, [1, 1]],
    ];
    for (const [durationMs, printed] of runs) {
      const record = { ...invocation(name, START_MS), durationMs };
      store.journal.appendInvocation(record);
      for (const [n, afterMs] of printed.entries()) {
        const { invocationId } = record;
        store.journal.appendLog({ ...logLine(name, START_MS + afterMs, `line ${n} of ${invocationId}`), invocationId });
      }
    }
    const found = await all({ function: name, platform: 'all', limit: 1 });
    assert.equal(found.length, 17);
    assert.equal(new Set(found.map(({ text }) => text)).size, 17);
  });

  it('holds only so much text at once, however long the lines are and however many of them are of one millisecond', async () => {
    for (const apartMs of [0, 1]) {
      const name = `long-${++functions}`;
      const started = { ...invocation(name, START_MS), status: 'failed', durationMs: 400 } as const;
      store.journal.appendInvocation({ ...started, reason: 'exception', errorStack: 'x'.repeat(16_000) });
      const sandboxId = idAt(0);
      for (let n = 0; n < 300; n++)
        store.journal.appendLog({
          ...logLine(name, START_MS + 1 + n * apartMs, `${n} ${'x'.repeat(60_000)}`),
          sandboxId,
        });
      const reading: LogReading = { function: name, platform: 'all', limit: 1_000 };
      const { items } = await readLogs(store.journal, reading);
      const characters = items.reduce((sum, { text }) => sum + text.length, 0);
      assert.ok(characters > 1_000_000 && characters < 9_000_000, `${characters} characters`);
      const found = await all(reading);
      assert.deepEqual(
        found.filter(({ stream }) => stream === 'stdout').map(({ text }) => Number.parseInt(text, 10)),
        Array.from({ length: 300 }, (_, n) => 299 - n),
      );
      assert.equal(found.length, 303);
      const whole = found.filter(({ text }) => text.length > 60_000).length;
      if (apartMs > 0) assert.equal(whole, 300);
      else assert.match(found.find(({ text }) => text.startsWith('0 '))!.text, /cut: .* platform=none shows it whole/);
    }
  });

  it('shows an invocation from START to REPORT around its lines', async () => {
    const name = `shown-${++functions}`;
    const record: InvocationRecord = {
      ...invocation(name, START_MS),
      door: 'native',
      queuedMs: 0.2,
      durationMs: 0.6,
      status: 'failed',
      reason: 'exception',
      errorType: 'TypeError',
      errorMessage: 'x is\nundefined',
      alias: 'prod',
      coldStart: true,
      startMs: 0,
      loadMs: 12,
      memoryMb: 128,
      peakMemoryBytes: 20 * 1024 * 1024,
    };
    store.journal.appendInvocation(record);
    const { invocationId } = record;
    store.journal.appendLog({ ...logLine(name, START_MS, 'first'), invocationId });
    store.journal.appendLog({ ...logLine(name, START_MS + 1, 'last'), invocationId });
    const { items } = await readLogs(store.journal, { function: name, platform: 'all', limit: 10 });
    assert.deepEqual(
      items.map(({ text }) => text.replaceAll(invocationId, '<id>').replace(/trace \w+/, 'trace <trace>')).reverse(),
      [
        'START <id> version 3 (prod), by API',
        'first',
        'last',
        'END <id> failed (exception): TypeError: x is undefined',
        'REPORT <id> duration 0.6 ms, billed 1 ms, memory 20 of 128 MB, cold start (prewarmed, load 12 ms), trace <trace>',
      ],
    );
    const times = items.map(({ timeMs }) => timeMs).reverse();
    assert.deepEqual(times, times.toSorted(), 'the function printed before it ended');
    assert.deepEqual(items.map(({ level }) => level).filter((level) => level === 'error').length, 1);
  });

  it('refuses cursors of other queries', async () => {
    for (const [platform, cursor] of [
      ['all', '5'],
      ['none', '5.0'],
      ['all', 'x.y'],
    ] as const) {
      await assert.rejects(readLogs(store.journal, { platform, cursor, limit: 1 }), { code: 'invalid_request' });
    }
    await assert.rejects(readLogs(store.journal, { platform: 'all', first: 'oldest', limit: 1 }), {
      code: 'invalid_request',
    });
  });
});
