import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { InvocationStatus } from '../model/invocation.ts';
import { COMPARISON_OPERATORS, type LogCondition, lineMeets } from '../model/log-condition.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import {
  type Journal,
  LOG_LEVELS,
  type LogCountQuery,
  type LogQuery,
  type LogRecord,
  type LogStreamQuery,
} from './journal.ts';
import { all, idAt, invocation, isWithin, logLine, withoutId } from './testing/journal-records.ts';

/** What every journal must do with log lines. */
export function journalLogsConformance(adapter: Adapter<Journal>): void {
  describe(`${adapter.name} journal's log lines`, () => {
    const clock = new FakeClock();
    const startMs = clock.now();
    let opened: Opened<Journal>;
    let journal: Journal;
    let functions = 0;
    let fn = '';
    before(async () => {
      opened = await adapter.create(clock);
      journal = opened.port;
    });
    after(() => opened.dispose());
    const fresh = (): string => (fn = `function-${++functions}`);

    test('log lines of one millisecond keep their order, however many', async () => {
      fresh();
      const texts = Array.from({ length: 5_000 }, (_, n) => `line ${n}`);
      for (const text of texts) journal.appendLog(logLine(fn, startMs + 3_600_000, text));
      await journal.flush();
      const lines = await all((cursor) => journal.logs({ function: fn, limit: 1_000, ...cursor }));
      assert.deepEqual(
        lines.map((line) => line.text),
        texts.toReversed(),
      );
    });

    test('lines are counted by level in equal parts of a time, as a search finds them', async () => {
      fresh();
      const fromMs = startMs + 7_200_000;
      const put = (name: string, offsetMs: number, level: 'info' | 'error', text = 'a line') =>
        journal.appendLog({ ...logLine(name, fromMs + offsetMs, text), level });
      for (const offsetMs of [-1, 0, 10, 999]) put(fn, offsetMs, 'info');
      put(fn, 1_000, 'error', 'broken');
      for (let at = 0; at < 30_000; at++) put(fn, 3_500, 'info');
      put(`${fn}-other`, 3_600, 'error');
      put(fn, 4_000, 'info');
      await journal.flush();
      const asked = { function: fn, fromMs, toMs: fromMs + 4_000, parts: 4 };
      const { counts, countedFromMs } = await journal.logCounts(asked);
      assert.deepEqual(counts, [
        { part: 0, level: 'info', lines: 3 },
        { part: 1, level: 'error', lines: 1 },
        { part: 3, level: 'info', lines: 30_000 },
      ]);
      assert.equal(countedFromMs, undefined);
      assert.deepEqual((await journal.logCounts({ ...asked, text: 'BROKEN' })).counts, [
        { part: 1, level: 'error', lines: 1 },
      ]);
      assert.deepEqual(
        (await journal.logCounts({ ...asked, function: [fn, `${fn}-other`], minLevel: 'error' })).counts,
        [
          { part: 1, level: 'error', lines: 1 },
          { part: 3, level: 'error', lines: 1 },
        ],
      );
      assert.deepEqual((await journal.logCounts({ ...asked, function: [] })).counts, []);
      const few = await journal.logCounts({ ...asked, maxRows: 1 });
      assert.ok(few.countedFromMs! > fromMs, 'the newest are counted, and it says back to when');
      assert.equal(few.counts.at(-1)?.part, 3);
      for (const wrong of [{ parts: 0 }, { parts: 501 }, { parts: 1.5 }, { toMs: fromMs }])
        await assert.rejects(journal.logCounts({ ...asked, ...wrong }), { code: 'invalid_request' });
    });

    test('ends of invocations that did not succeed are counted where they are asked for, in the part in which they ended', async () => {
      fresh();
      const fromMs = startMs + 14_400_000;
      const put = (name: string, offsetMs: number, status: InvocationStatus, durationMs = 10) =>
        journal.appendInvocation({ ...invocation(name, fromMs + offsetMs), status, queuedMs: 0, durationMs });
      put(fn, 0, 'succeeded');
      put(fn, 0, 'failed');
      put(fn, 500, 'timed_out', 1_000);
      put(fn, 990, 'rejected', 0);
      put(fn, -500, 'crashed', 600);
      put(fn, -500, 'failed', 100);
      put(fn, 3_990, 'failed', 20);
      put(`${fn}-other`, 2_000, 'failed');
      journal.appendLog(logLine(fn, fromMs + 2_000, 'printed'));
      await journal.flush();
      const counts = async (more: Partial<LogCountQuery>) =>
        (await journal.logCounts({ function: fn, fromMs, toMs: fromMs + 4_000, parts: 4, ...more })).counts.map(
          ({ part, level, lines }) => `${part} ${level} ${lines}`,
        );
      const printed = '2 info 1';
      assert.deepEqual(await counts({}), [printed]);
      assert.deepEqual(await counts({ failures: true }), ['0 warn 1', '0 error 2', '1 error 1', printed]);
      assert.deepEqual(await counts({ failures: true, minLevel: 'error' }), ['0 error 2', '1 error 1']);
      assert.deepEqual(await counts({ failures: true, function: [fn, `${fn}-other`], minLevel: 'error' }), [
        '0 error 2',
        '1 error 1',
        '2 error 1',
      ]);
      assert.deepEqual(await counts({ failures: true, among: [fn], function: `${fn}-other` }), []);
      assert.deepEqual(await counts({ failures: true, version: 4 }), []);
      assert.deepEqual(await counts({ failures: true, text: 'printed' }), [printed]);
    });

    test('lines of an invocation are found by it', async () => {
      fresh();
      const { invocationId } = invocation(fn, startMs);
      const mine = { ...logLine(fn, startMs, 'mine'), invocationId };
      journal.appendLog(mine);
      journal.appendLog(logLine(fn, startMs, 'of nobody'));
      assert.deepEqual((await journal.logs({ invocationId, limit: 10 })).items.map(withoutId), [mine]);
      assert.deepEqual((await journal.logs({ invocationId, function: 'another', limit: 10 })).items, []);
      assert.deepEqual((await journal.logs({ invocationId: 'no id', limit: 10 })).items, []);
    });

    test('text is found whatever its case, and wildcards are text', async () => {
      fresh();
      for (const text of ['Grüße aus KÖLN', '100% sure', 'under_score', 'back\\slash', 'plain']) {
        journal.appendLog(logLine(fn, startMs, text));
      }
      const found = async (text: string): Promise<string[]> =>
        (await journal.logs({ function: fn, text, limit: 10 })).items.map((line) => line.text);
      assert.deepEqual(await found('köln'), ['Grüße aus KÖLN']);
      assert.deepEqual(await found('AUS k'), ['Grüße aus KÖLN']);
      assert.deepEqual(await found('%'), ['100% sure']);
      assert.deepEqual(await found('r_s'), ['under_score']);
      assert.deepEqual(await found('k\\S'), ['back\\slash']);
      assert.deepEqual(await found('nowhere'), []);
    });

    test('a query of log lines is a filter of all that were recorded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(logLines, { maxLength: 40 }), logQueries, async (partials, query) => {
          const one = fresh();
          const two = fresh();
          const lines = partials.map(({ second, atMs, ...rest }) => ({
            ...logLine(second ? two : one, startMs + atMs, ''),
            // Of streams of their own, which may be printed in any order.
            sandboxId: `sandbox-${++streams}`,
            ...rest,
          }));
          for (const line of lines) journal.appendLog(line);
          const { ofSecond, fromMs, toMs, limit, ...filters } = query;
          const real: LogQuery = {
            function: ofSecond ? two : one,
            limit,
            ...filters,
            ...(fromMs !== undefined && { fromMs: startMs + fromMs }),
            ...(toMs !== undefined && { toMs: startMs + toMs }),
          };
          const found = await all((cursor) => journal.logs({ ...real, ...cursor }));
          const matching = lines.filter((line) => logMatches(line, real));
          const expected = matching.toReversed().sort((a, b) => b.timeMs - a.timeMs);
          assert.deepEqual(found.map(withoutId), expected);
          const oldest = await all((cursor) => journal.logs({ ...real, first: 'oldest', ...cursor }));
          const byTime = matching.sort((a, b) => a.timeMs - b.timeMs);
          assert.deepEqual(oldest.map(withoutId), byTime);
        }),
        { numRuns: 40 },
      );
    });

    test('a condition on fields finds the lines that meet it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(jsonLines, { maxLength: 20 }), conditions, async (texts, where) => {
          fresh();
          for (const text of texts) journal.appendLog(logLine(fn, startMs, text));
          const { items } = await journal.logs({ function: fn, where, limit: 100, first: 'oldest' });
          const found = items.map((line) => line.text);
          assert.deepEqual(
            found,
            texts.filter((text) => lineMeets(text, where)),
          );
        }),
        { numRuns: 150 },
      );
    });

    test('a line that is a JSON object has the level that it says', async () => {
      fresh();
      const shown: string[] = [];
      const stop = journal.tail({ function: fn }, ({ level }) => shown.push(level));
      for (const text of ['{"level":"error"}', '{"level":20}', '{"severity":"WARNING"}', '{"level":"loud"}', 'error']) {
        journal.appendLog(logLine(fn, startMs, text));
      }
      stop();
      const { items } = await journal.logs({ function: fn, limit: 10, first: 'oldest' });
      const levels = items.map(({ level }) => level);
      assert.deepEqual(levels, ['error', 'debug', 'warn', 'info', 'info']);
      assert.deepEqual(shown, levels);
      assert.equal((await journal.logs({ function: fn, minLevel: 'warn', limit: 10 })).items.length, 2);
      assert.equal((await journal.logs({ function: fn, minLevel: 'fatal', limit: 10 })).items.length, 0);
    });

    test('lines are found across functions, by trace, version and stream, page by page', async () => {
      fresh();
      const [one, two, three] = [`${fn}-1`, `${fn}-2`, `${fn}-3`];
      const first = idAt(startMs);
      const second = idAt(startMs);
      const traceId = first.replaceAll('-', '');
      journal.appendInvocation({ ...invocation(two, startMs), invocationId: second, traceId });
      const lines = [one, two, three, two, one].map((name, n) => ({
        ...logLine(name, startMs + n, `line ${n}`),
        version: n,
        sandboxId: `box-of-${name}`,
        ...(n < 4 && name !== three && { invocationId: name === one ? first : second }),
      }));
      for (const line of lines) journal.appendLog(line);
      const texts = async (query: Partial<LogQuery>): Promise<string[]> => {
        const found = await all((cursor) => journal.logs({ limit: 1, ...query, ...cursor }));
        const whole = await journal.logs({ limit: 10, ...query });
        assert.deepEqual(whole.items, found);
        return found.map(({ text }) => text.replace('line ', ''));
      };
      assert.deepEqual(await texts({ function: [one, two, 'nobody'] }), ['4', '3', '1', '0']);
      assert.deepEqual(await texts({ function: [one, two], first: 'oldest' }), ['0', '1', '3', '4']);
      assert.deepEqual(await texts({ function: [] }), []);
      const many = Array.from({ length: 100 }, (_, n) => `nobody-${n}`);
      assert.deepEqual(await texts({ among: [...many, two] }), ['3', '1']);
      assert.deepEqual(await texts({ among: [...many, one, two], function: one }), ['4', '0']);
      assert.deepEqual(await texts({ among: many, traceId }), []);
      assert.deepEqual(await texts({ traceId }), ['3', '1', '0']);
      assert.deepEqual(await texts({ traceId, function: one }), ['0']);
      assert.deepEqual(await texts({ traceId: 'no trace' }), []);
      assert.deepEqual(await texts({ function: two, version: 3 }), ['3']);
      assert.deepEqual(await texts({ sandboxId: `box-of-${two}` }), ['3', '1']);
      assert.deepEqual(await texts({ sandboxId: `box-of-${two}`, function: one }), []);
      assert.deepEqual(await texts({ sandboxId: 'no box' }), []);
      await assert.rejects(journal.logs({ limit: 1, function: Array.from({ length: 51 }, () => one) }), {
        code: 'invalid_request',
      });
    });

    test('a line comes with what stands beside it in its stream', async () => {
      fresh();
      for (let n = 0; n < 12; n++) {
        journal.appendLog({ ...logLine(fn, startMs + n, `line ${n}`), sandboxId: `${fn}-${n % 2}` });
      }
      const { items } = await journal.logs({ function: fn, text: 'LINE 6', context: 2, limit: 10 });
      assert.equal(items.length, 1);
      const { before, after } = items[0]!;
      assert.deepEqual(
        [before, after].map((lines) => lines!.map(({ text }) => text)),
        [
          ['line 2', 'line 4'],
          ['line 8', 'line 10'],
        ],
      );
      await assert.rejects(journal.logs({ context: 51, limit: 1 }), { code: 'invalid_request' });
      await assert.rejects(journal.logs({ context: 1, limit: 201 }), { code: 'invalid_request' });
    });

    test('a search that would look at too much ends, says so, and can go on', async () => {
      fresh();
      journal.appendLog(logLine(fn, startMs, 'needle'));
      for (let n = 1; n < 5_000; n++) journal.appendLog(logLine(fn, startMs + n, 'hay'));
      const query: LogQuery = { function: fn, text: 'needle', fromMs: startMs, limit: 10, maxRows: 1_000 };
      const first = await journal.logs(query);
      assert.deepEqual([first.items, first.searched?.complete], [[], false]);
      assert.ok(first.searched!.lines >= 1_000 && first.searched!.lines < 5_000);
      assert.ok(first.searched!.fromMs! > startMs);
      const rest = await journal.logs({ ...query, cursor: first.cursor!, maxRows: 1e9 });
      assert.deepEqual([rest.items.length, rest.searched?.complete, rest.cursor], [1, true, undefined]);
      assert.equal(first.searched!.lines + rest.searched!.lines, 5_000);
      const oldest = await all((cursor) =>
        journal.logs({ ...query, text: 'hay', first: 'oldest', limit: 1_000, ...cursor }),
      );
      assert.equal(oldest.length, 4_999);
      assert.equal((await journal.logs({ function: fn, limit: 1 })).searched, undefined);
    });

    test('a page of long lines has fewer of them, and pages together have all', async () => {
      fresh();
      const text = 'x'.repeat(50_000);
      for (let n = 0; n < 200; n++) journal.appendLog(logLine(fn, startMs + n, `${n} ${text}`));
      const query: LogQuery = { function: fn, limit: 200 };
      // Several at once, each of which could have all the text there is.
      const pages = await Promise.all(Array.from({ length: 20 }, () => journal.logs(query)));
      for (const { items, cursor } of pages) {
        assert.ok(items.length > 0 && items.length < 100, `${items.length} lines of 50,000 characters`);
        assert.ok(cursor !== undefined);
      }
      const numbers = (lines: readonly LogRecord[]) => lines.map((line) => Number.parseInt(line.text, 10));
      const expected = Array.from({ length: 200 }, (_, n) => n);
      for (const more of [{}, { context: 50 }, { text: 'X' }, { text: 'x', function: [fn, 'another'] }]) {
        const oldest = await all((cursor) => journal.logs({ ...query, ...more, first: 'oldest', ...cursor }));
        assert.deepEqual(numbers(oldest), expected);
      }
      assert.deepEqual(numbers(await all((cursor) => journal.logs({ ...query, ...cursor }))), expected.toReversed());
    });

    test('each sandbox is a stream of its function', async () => {
      fresh();
      const [a, b] = [`${fn}-a`, `${fn}-b`];
      journal.appendInvocation({ ...invocation(fn, startMs), sandboxId: a });
      for (const n of [1, 2, 3]) journal.appendLog({ ...logLine(fn, startMs + n, 'x'), sandboxId: n < 3 ? a : b });
      const of = (sandboxId: string, firstMs: number, lastMs: number, lines: number, invocations: number) => ({
        sandboxId,
        function: fn,
        version: 3,
        firstMs: startMs + firstMs,
        lastMs: startMs + lastMs,
        lines,
        invocations,
      });
      const streams = async (query: Partial<LogStreamQuery>) =>
        all((cursor) => journal.logStreams({ limit: 1, ...query, ...cursor }));
      assert.deepEqual(await streams({ function: fn }), [of(b, 3, 3, 1, 0), of(a, 0, 2, 2, 1)]);
      assert.deepEqual(await streams({ function: fn, fromMs: startMs + 3 }), [of(b, 3, 3, 1, 0)]);
      assert.deepEqual(await streams({ prefix: a }), [of(a, 0, 2, 2, 1)]);
      assert.deepEqual(await streams({ function: fn, prefix: `${fn}%` }), []);
      assert.deepEqual(await streams({ function: 'nobody' }), []);
      journal.appendLog({ ...logLine(fn, startMs + 4, 'x'), sandboxId: a });
      assert.deepEqual(await streams({ prefix: a }), [of(a, 0, 4, 3, 1)]);
      await assert.rejects(streams({ cursor: 'nonsense' }), { code: 'invalid_request' });
      await assert.rejects(streams({ limit: 1_001 }), { code: 'invalid_request' });
    });

    test('a clock that is set back does not mix up a stream', async () => {
      fresh();
      const steps: readonly (readonly [number, string])[] = [
        [10_000, 'a'],
        [2_000, 'b'],
        [9_000, 'c'],
        [10_001, 'd'],
        [-3_600_000, 'e'],
        [-3_599_000, 'f'],
      ];
      for (const [afterMs, text] of steps) journal.appendLog(logLine(fn, startMs + afterMs, text));
      const { items } = await journal.logs({ function: fn, limit: 10, first: 'oldest' });
      assert.equal(items.map(({ text }) => text).join(''), 'efabcd');
      assert.deepEqual(
        items.slice(2).map(({ timeMs }) => timeMs - startMs),
        [10_000, 10_000, 10_000, 10_001],
      );
    });

    test('a tail shows invocations as they end', () => {
      fresh();
      const ended: string[] = [];
      const stop = journal.tail(
        { function: fn },
        () => {},
        ({ invocationId }) => ended.push(invocationId),
      );
      const record = invocation(fn, startMs);
      journal.appendInvocation(record);
      journal.appendInvocation(invocation('another', startMs));
      stop();
      journal.appendInvocation(invocation(fn, startMs));
      assert.deepEqual(ended, [record.invocationId]);
    });

    test('log lines of some functions are kept for another time', async () => {
      const nowMs = clock.now();
      const [short, usual, long] = ['short', 'usual', 'long'].map((name) => `${name}-${++functions}`);
      for (const name of [short!, usual!, long!]) {
        for (const agoMs of [50_000, 2_000, 100]) {
          journal.appendLog({ ...logLine(name, nowMs - agoMs, 'x'), sandboxId: `box-${name}` });
          if (name === short) journal.appendInvocation(invocation(name, nowMs - 100));
        }
      }
      await journal.flush();
      const kept = async (): Promise<number[]> => {
        const pages = [short!, usual!, long!].map((name) => journal.logs({ function: name, limit: 10 }));
        return (await Promise.all(pages)).map(({ items }) => items.length);
      };
      await journal.retain({
        maxAgeMs: 10_000,
        maxBytes: 1e12,
        logMaxAgeMs: { [short!]: 1_000, [long!]: 100_000, nobody: 1 },
      });
      assert.deepEqual(await kept(), [1, 2, 3]);
      const [stream] = (await journal.logStreams({ prefix: `box-${short}`, limit: 10 })).items;
      assert.equal(stream!.lines, 1);
      assert.ok(stream!.firstMs > nowMs - 2_000 - 1);
      await journal.retain({ maxAgeMs: 10_000, maxBytes: 1e12, logMaxAgeMs: { [usual!]: 1_000 } });
      assert.deepEqual(await kept(), [1, 1, 2]);
      await journal.retain({ maxAgeMs: 10_000, maxBytes: 1e12, logMaxAgeMs: { [short!]: 50, [long!]: 50 } });
      assert.deepEqual(await kept(), [0, 1, 0]);
      const left = await Promise.all([short!, long!].map((name) => journal.logStreams({ function: name, limit: 10 })));
      assert.deepEqual(
        left.map(({ items }) => items.length),
        [1, 0],
        'an invocation of the first is kept',
      );
    });
  });
}

let streams = 0;
const atMs = fc.integer({ min: 0, max: 50 });
const logLines = fc.record({
  second: fc.boolean(),
  atMs,
  level: fc.constantFrom(...LOG_LEVELS),
  stream: fc.constantFrom('stdout', 'stderr', 'platform'),
  text: fc.stringMatching(/^[aB%_\\]{0,6}$/),
});
const logQueries = fc.record(
  {
    ofSecond: fc.boolean(),
    minLevel: fc.constantFrom(...LOG_LEVELS),
    text: fc.stringMatching(/^[Ab%_\\]{0,2}$/),
    fromMs: atMs,
    toMs: atMs,
    limit: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ['limit'] },
);

const jsonLines = fc.oneof(
  fc.constantFrom('', '{', '{"a"', 'a', '[1]', '{"a":1,}'),
  fc
    .dictionary(
      fc.constantFrom('a', 'b', 'a.b', 'ä ö', '__proto__'),
      fc.oneof(
        fc.constantFrom(1, 0, -2.5, 10, true, false, null, '1', 'true', 'x', 'X%', '', 'Ä'),
        fc.dictionary(fc.constantFrom('b', 'ä ö'), fc.constantFrom(1, 'x', null, true), { noNullPrototype: true }),
        fc.constant([1, 'x']),
      ),
      { noNullPrototype: true },
    )
    .map((fields) => JSON.stringify(fields)),
);
const leaves: fc.Arbitrary<LogCondition> = fc.oneof(
  fc.record({ kind: fc.constant('exists' as const), field: fc.constantFrom('a', 'a.b', 'ä ö', '__proto__', 'c.d.e') }),
  fc.record({
    kind: fc.constant('compare' as const),
    field: fc.constantFrom('a', 'b', 'a.b', 'ä ö', '__proto__', "'; --"),
    operator: fc.constantFrom(...COMPARISON_OPERATORS),
    value: fc.constantFrom('1', '0', '-2.5', '1e1', 'true', 'false', 'null', 'x', '%', '', 'ä', "'", '"'),
    quoted: fc.boolean(),
  }),
);
const conditions = fc.letrec<{ condition: LogCondition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaves,
    tie('condition').map((of) => ({ kind: 'not' as const, of })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).condition;

function logMatches(line: LogRecord, query: LogQuery): boolean {
  return (
    line.function === query.function &&
    LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(query.minLevel ?? 'trace') &&
    line.text.toLowerCase().includes((query.text ?? '').toLowerCase()) &&
    isWithin(line.timeMs, query)
  );
}
