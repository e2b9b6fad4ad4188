import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { formatId } from '../model/id.ts';
import { COMPARISON_OPERATORS, type LogCondition, lineMeets } from '../model/log-condition.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import {
  type EventQuery,
  type EventRecord,
  type InvocationQuery,
  type InvocationRecord,
  type Journal,
  LOG_LEVELS,
  type LogQuery,
  type LogRecord,
  type LogStreamQuery,
  type Page,
  SPAN_KINDS,
  type SpanRecord,
} from './journal.ts';

/** What every journal must do. */
export function journalConformance(adapter: Adapter<Journal>): void {
  describe(`${adapter.name} journal`, () => {
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

    test('an invocation is found by its id, as it was recorded', async () => {
      fresh();
      const plain = invocation(fn, startMs);
      const failed: InvocationRecord = {
        ...invocation(fn, startMs),
        status: 'failed',
        reason: 'exception',
        errorType: 'ValueError',
        errorMessage: 'ä "quoted"\nsecond line',
        errorStack: 'at x',
        coldStart: true,
      };
      const delivering: InvocationRecord = {
        ...invocation(fn, startMs),
        eventId: idAt(startMs - 60_000),
        lane: 'nightly',
        attempt: 3,
      };
      const rejected: InvocationRecord = { ...invocation(fn, startMs), status: 'rejected', reason: 'throttled' };
      const known: InvocationRecord = {
        ...invocation(fn, startMs),
        alias: 'prod',
        caller: 'another',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        parentSpanId: '00f067aa0ba902b7',
        memoryMb: 128,
        peakMemoryBytes: 20_000_000_000,
        coldStart: true,
        startMs: 0,
        placeMs: 0.5,
        loadMs: 12.125,
      };
      const records = [plain, failed, delivering, rejected, known];
      for (const record of records) journal.appendInvocation(record);
      await journal.flush();
      for (const record of records) {
        assert.deepEqual(await journal.invocation(record.invocationId), record);
      }
      assert.equal(await journal.invocation(invocation(fn, startMs).invocationId), undefined);
      assert.equal(await journal.invocation('not an id'), undefined);
    });

    test('an invocation that is appended twice is recorded once', async () => {
      fresh();
      const record = invocation(fn, startMs);
      const { invocations } = await journal.stats();
      journal.appendInvocation(record);
      journal.appendInvocation(record);
      await journal.flush();
      assert.deepEqual((await journal.invocations({ function: fn, limit: 10 })).items, [record]);
      assert.equal((await journal.stats()).invocations, invocations + 1);
    });

    test('invocations are found by the event that they delivered, and by its lane', async () => {
      fresh();
      const eventId = idAt(startMs);
      const attempts = [1, 2].map((attempt) => ({ ...invocation(fn, startMs), eventId, lane: 'a', attempt }));
      const other = { ...invocation(fn, startMs), eventId: idAt(startMs), lane: 'b', attempt: 1 };
      const failed: InvocationRecord = { ...attempts[0]!, status: 'failed', reason: 'exception' };
      for (const record of [failed, attempts[1]!, other, invocation(fn, startMs)]) journal.appendInvocation(record);
      const found = async (query: Partial<InvocationQuery>): Promise<InvocationRecord[]> =>
        (await journal.invocations({ limit: 10, ...query })).items;
      assert.deepEqual(await found({ eventId }), [attempts[1], failed]);
      assert.deepEqual(await found({ eventId, status: 'failed' }), [failed]);
      assert.deepEqual(await found({ eventId, status: 'succeeded' }), [attempts[1]]);
      assert.deepEqual(await found({ eventId, function: fn, lane: 'a' }), [attempts[1], failed]);
      assert.deepEqual(await found({ eventId, lane: 'b' }), []);
      assert.deepEqual(await found({ function: fn, lane: 'b' }), [other]);
      assert.deepEqual(await found({ function: fn, lane: 'a', status: 'failed' }), [failed]);
      assert.deepEqual(await found({ eventId: 'no id' }), []);
    });

    test('invocations are found by trace, and by what began it; by caller, version and alias', async () => {
      fresh();
      const first = invocation(fn, startMs);
      const traceId = first.invocationId.replaceAll('-', '');
      const second = { ...invocation(fn, startMs), traceId, caller: `${fn}-caller`, version: 4 };
      const third: InvocationRecord = { ...invocation(fn, startMs), traceId, alias: 'prod', status: 'failed' };
      const foreign = 'f'.repeat(31);
      const elsewhere = { ...invocation(fn, startMs), traceId: `${foreign}a`, alias: 'prod' };
      for (const record of [first, second, third, elsewhere]) journal.appendInvocation(record);
      const found = async (query: Partial<InvocationQuery>): Promise<InvocationRecord[]> =>
        (await journal.invocations({ limit: 10, ...query })).items;
      assert.deepEqual(await found({ traceId }), [third, second, first]);
      assert.deepEqual(await found({ traceId, status: 'failed' }), [third]);
      assert.deepEqual(await found({ traceId, function: 'another' }), []);
      assert.deepEqual(await found({ traceId: `${foreign}a` }), [elsewhere]);
      assert.deepEqual(await found({ traceId: `${foreign}b` }), []);
      assert.deepEqual(await found({ traceId: 'no trace' }), []);
      assert.deepEqual(await found({ caller: `${fn}-caller` }), [second]);
      assert.deepEqual(await found({ caller: 'nobody' }), []);
      assert.deepEqual(await found({ caller: `${fn}-caller`, function: fn, version: 3 }), []);
      assert.deepEqual(await found({ function: fn, version: 4 }), [second]);
      assert.deepEqual(await found({ function: fn, alias: 'prod' }), [elsewhere, third]);
      assert.deepEqual(await found({ function: fn, alias: 'prod', status: 'succeeded' }), [elsewhere]);
      const pages = await all((cursor) => journal.invocations({ traceId, limit: 1, ...cursor }));
      assert.deepEqual(pages, [third, second, first]);
    });

    test('spans are found by trace and by invocation, in order of their start', async () => {
      const traceId = 'a'.repeat(32);
      const invocationId = idAt(startMs);
      const full: SpanRecord = {
        traceId,
        spanId: '00f067aa0ba902b7',
        parentSpanId: 'ffffffffffffffff',
        invocationId,
        function: 'orders',
        name: 'PUT bucket "photos"',
        kind: 'client',
        startedAtMs: startMs + 0.25,
        durationMs: 1.125,
        error: 'no such bucket',
        attributes: { bucket: 'photos', bytes: 12.5, warm: false },
      };
      const kinds = SPAN_KINDS.map((kind, n) => ({ ...span(traceId, startMs + 5 - n), kind }));
      for (const record of [full, ...kinds, span('b'.repeat(32), startMs)]) journal.appendSpan(record);
      assert.deepEqual(await journal.spans({ traceId }, 10), [full, ...kinds.toReversed()]);
      assert.deepEqual(await journal.spans({ traceId }, 1), [full]);
      assert.deepEqual(await journal.spans({ invocationId }, 10), [full]);
      assert.deepEqual(await journal.spans({ invocationId: 'no id' }, 10), []);
      assert.deepEqual(await journal.spans({ traceId: 'no trace' }, 10), []);
      for (const limit of [0, 10_001]) {
        await assert.rejects(journal.spans({ traceId }, limit), { code: 'invalid_request' });
      }
    });

    test('an event is recorded each time it ends', async () => {
      fresh();
      const dead: EventRecord = {
        ...event(fn, startMs),
        state: 'dead',
        attempts: 3,
        invocationId: idAt(startMs),
        reason: 'exception',
        message: 'ä "quoted"\nsecond line',
        source: '/github',
        sourceId: 'delivery-1',
      };
      const redriven: EventRecord = { ...dead, state: 'delivered', attempts: 4, endedAtMs: startMs + 60_000 };
      const plain = event(fn, startMs + 1);
      for (const record of [dead, redriven, plain]) journal.appendEvent(record);
      await journal.flush();
      assert.deepEqual((await journal.events({ function: fn, limit: 10 })).items, [redriven, plain, dead]);
      assert.deepEqual((await journal.events({ eventId: dead.eventId, limit: 10 })).items, [redriven, dead]);
      assert.deepEqual((await journal.events({ eventId: 'no id', limit: 10 })).items, []);
      for (const limit of [0, 1_001]) await assert.rejects(journal.events({ limit }), { code: 'invalid_request' });
      await assert.rejects(journal.events({ limit: 1, cursor: 'nonsense' }), { code: 'invalid_request' });
    });

    test('events that end in one millisecond keep their order, however many', async () => {
      fresh();
      const records = Array.from({ length: 5_000 }, () => event(fn, startMs + 7_200_000));
      for (const record of records) journal.appendEvent(record);
      const found = await all((cursor) => journal.events({ function: fn, limit: 1_000, ...cursor }));
      assert.deepEqual(
        found.map((record) => record.eventId),
        records.map((record) => record.eventId).toReversed(),
      );
    });

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

    test('limits and cursors that make no sense are refused', async () => {
      for (const limit of [0, -1, 1.5, 1_001]) {
        await assert.rejects(journal.invocations({ limit }), { code: 'invalid_request' });
        await assert.rejects(journal.logs({ limit }), { code: 'invalid_request' });
      }
      await assert.rejects(journal.logs({ limit: 1, cursor: 'nonsense' }), { code: 'invalid_request' });
    });

    test('tail shows lines as they are appended, until it ends', () => {
      fresh();
      const mine: string[] = [];
      const everything: string[] = [];
      const stops = [
        journal.tail({ function: fn }, (line) => mine.push(line.text)),
        journal.tail({}, (line) => everything.push(line.text)),
      ];
      journal.appendLog(logLine(fn, startMs, 'a'));
      journal.appendLog(logLine('another', startMs, 'b'));
      assert.deepEqual([mine, everything], [['a'], ['a', 'b']]);
      for (const stop of stops) stop();
      journal.appendLog(logLine(fn, startMs, 'c'));
      assert.deepEqual([mine, everything], [['a'], ['a', 'b']]);
    });

    test('a query of invocations is a filter of all that were recorded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(invocations, { maxLength: 40 }), invocationQueries, async (partials, query) => {
          const one = fresh();
          const two = fresh();
          const records = partials.map(({ second, atMs, ...rest }) => ({
            ...invocation(second ? two : one, startMs + atMs),
            ...rest,
          }));
          for (const record of records) journal.appendInvocation(record);
          const { ofSecond, fromMs, toMs, limit, ...filters } = query;
          const real: InvocationQuery = {
            function: ofSecond ? two : one,
            limit,
            ...filters,
            ...(fromMs !== undefined && { fromMs: startMs + fromMs }),
            ...(toMs !== undefined && { toMs: startMs + toMs }),
          };
          const found = await all((cursor) => journal.invocations({ ...real, ...cursor }));
          assert.deepEqual(found, records.filter((record) => invocationMatches(record, real)).sort(newestFirst));
        }),
        { numRuns: 40 },
      );
    });

    test('a query of events is a filter of all that were recorded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(events, { maxLength: 40 }), eventQueries, async (partials, query) => {
          const one = fresh();
          const two = fresh();
          const records = partials.map(({ second, atMs, ...rest }) => ({
            ...event(second ? two : one, startMs + atMs),
            ...rest,
          }));
          for (const record of records) journal.appendEvent(record);
          const { ofSecond, ofFirstEvent, fromMs, toMs, limit, ...filters } = query;
          const real: EventQuery = {
            function: ofSecond ? two : one,
            limit,
            ...filters,
            ...(ofFirstEvent && records[0] && { eventId: records[0].eventId }),
            ...(fromMs !== undefined && { fromMs: startMs + fromMs }),
            ...(toMs !== undefined && { toMs: startMs + toMs }),
          };
          const found = await all((cursor) => journal.events({ ...real, ...cursor }));
          const matching = records.filter((record) => eventMatches(record, real));
          assert.deepEqual(
            found,
            matching.toReversed().sort((a, b) => b.endedAtMs - a.endedAtMs),
          );
        }),
        { numRuns: 40 },
      );
    });

    test('a query of log lines is a filter of all that were recorded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(logLines, { maxLength: 40 }), logQueries, async (partials, query) => {
          const one = fresh();
          const two = fresh();
          const lines = partials.map(({ second, atMs, ...rest }) => ({
            ...logLine(second ? two : one, startMs + atMs, ''),
            // Of streams of their own, which may be printed in any order.
            sandboxId: `sandbox-${++ids}`,
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

    test('invocations are found by when they ended', async () => {
      fresh();
      const records = [0, 10, 20].map((atMs) => ({ ...invocation(fn, startMs + atMs), queuedMs: 1.5, durationMs: 3 }));
      for (const record of records) journal.appendInvocation(record);
      const found = await journal.invocations({ function: fn, endedFromMs: startMs + 14.5, limit: 10 });
      assert.deepEqual(found.items, [records[2], records[1]]);
    });

    test('a filter finds the few among many', async () => {
      fresh();
      const rare = { ...invocation(fn, startMs), durationMs: 5_000 };
      journal.appendInvocation(rare);
      for (let n = 0; n < 25_000; n++) journal.appendInvocation(invocation(fn, startMs + 1 + (n >> 4)));
      const { items, cursor } = await journal.invocations({ function: fn, minDurationMs: 1_000, limit: 10 });
      assert.deepEqual([items, cursor], [[rare], undefined]);
    });

    test('after a restart everything flushed is there, and order goes on', async () => {
      fresh();
      const record = invocation(fn, startMs);
      journal.appendInvocation(record);
      const ended = event(fn, startMs);
      journal.appendLog(logLine(fn, startMs, 'before'));
      journal.appendEvent(ended);
      await journal.flush();
      const old = journal;
      journal = await opened.reopen();
      await assert.rejects(old.logs({ limit: 1 }), { code: 'unavailable' });
      old.appendLog(logLine(fn, startMs, 'too late'));
      journal.appendLog(logLine(fn, startMs, 'after'));
      assert.deepEqual(await journal.invocation(record.invocationId), record);
      const next = event(fn, startMs);
      journal.appendEvent(next);
      assert.deepEqual((await journal.events({ function: fn, limit: 10 })).items, [next, ended]);
      const { items } = await journal.logs({ function: fn, limit: 10 });
      assert.deepEqual(
        items.map((line) => line.text),
        ['after', 'before'],
      );
    });

    test('closing writes what waits', async () => {
      fresh();
      journal.appendLog(logLine(fn, startMs, 'just so'));
      journal = await opened.reopen();
      assert.equal((await journal.logs({ function: fn, limit: 10 })).items.length, 1);
    });

    test('retention by age removes what is older, and only that', async () => {
      fresh();
      clock.advance(100_000_000);
      const nowMs = clock.now();
      for (const agoMs of [0, 999, 1_000, 1_001, 50_000]) {
        journal.appendInvocation(invocation(fn, nowMs - agoMs));
        journal.appendLog({ ...logLine(fn, nowMs - agoMs, `${agoMs}`), sandboxId: `sandbox-${agoMs}` });
        journal.appendEvent(event(fn, nowMs - agoMs));
        journal.appendSpan(span('c'.repeat(32), nowMs - agoMs));
      }
      await journal.flush();
      const before = await journal.stats();
      const removed = await journal.retain({ maxAgeMs: 1_000, maxBytes: 1e12 });
      const stats = await journal.stats();
      assert.deepEqual([stats.invocations, stats.logLines], [3, 3]);
      const events = await journal.events({ limit: 10 });
      assert.deepEqual(
        events.items.map((ended) => nowMs - ended.endedAtMs),
        [0, 999, 1_000],
      );
      const spans = await journal.spans({ traceId: 'c'.repeat(32) }, 10);
      assert.deepEqual(
        spans.map(({ startedAtMs }) => nowMs - startedAtMs),
        [1_000, 999, 0],
      );
      assert.ok(removed >= before.invocations + before.logLines - 6);
      const { items } = await journal.logs({ function: fn, limit: 10 });
      assert.deepEqual(
        items.map((line) => line.text),
        ['0', '999', '1000'],
      );
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
      const [stream] = (await journal.logStreams({ function: short!, limit: 10 })).items;
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

    test('retention by size removes the oldest until the rest fits', async () => {
      fresh();
      for (let n = 0; n < 10_000; n++) journal.appendLog(logLine(fn, clock.now() + n, 'x'.repeat(200)));
      await journal.flush();
      const { bytes } = await journal.stats();
      assert.ok((await journal.retain({ maxAgeMs: 1e12, maxBytes: bytes / 2 })) > 0);
      const stats = await journal.stats();
      assert.ok(stats.bytes <= bytes / 2, `${stats.bytes} of ${bytes} bytes are left`);
      assert.ok(stats.logLines > 1_000);
      const newest = await journal.logs({ function: fn, limit: 1 });
      assert.equal(newest.items[0]!.timeMs, clock.now() + 9_999);
    });

    test('retention by size counts events, and the names of their functions stay', async () => {
      fresh();
      const details = 'x'.repeat(300);
      const old = clock.now() - 10_000_000;
      for (let n = 0; n < 10_000; n++) journal.appendEvent({ ...event(fn, old + n), state: 'dead', message: details });
      await journal.flush();
      const { bytes } = await journal.stats();
      assert.ok((await journal.retain({ maxAgeMs: 1e12, maxBytes: bytes - 1_000_000 })) > 1_000);
      const left = await all((cursor) => journal.events({ function: fn, limit: 1_000, ...cursor }));
      assert.ok(left.length > 0 && left.length < 9_000, `${left.length} are left`);
      assert.equal(left[0]!.endedAtMs, old + 9_999);
      await journal.retain({ maxAgeMs: clock.now() - old + 1, maxBytes: 1e12 });
      assert.equal((await journal.events({ function: fn, limit: 1 })).items[0]?.function, fn);
    });

    test('log lines beyond the backlog are dropped and counted, invocations kept', async () => {
      fresh();
      const { dropped: before } = await journal.stats();
      const record = invocation(fn, clock.now());
      const text = 'x'.repeat(100_000);
      for (let n = 0; n < 2_000; n++) journal.appendLog(logLine(fn, clock.now(), text));
      journal.appendInvocation(record);
      await journal.flush();
      const dropped = (await journal.stats()).dropped - before;
      assert.ok(dropped > 0 && dropped < 2_000);
      const kept = await all((cursor) => journal.logs({ function: fn, limit: 100, ...cursor }));
      assert.equal(kept.length, 2_000 - dropped);
      assert.deepEqual(await journal.invocation(record.invocationId), record);
    });
  });

  describe(`${adapter.name} journal on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('drops and counts what it cannot write, and goes on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const journal = opened.port;
        journal.appendLog(logLine('f', Date.now(), 'before'));
        await journal.flush();
        await opened.fill();
        for (let n = 0; n < 10; n++) journal.appendLog(logLine('f', Date.now(), 'x'.repeat(100_000)));
        await assert.rejects(journal.flush(), { code: 'storage_full' });
        assert.equal((await journal.stats()).dropped, 10);
        await opened.free();
        journal.appendLog(logLine('f', Date.now(), 'after'));
        await journal.flush();
        const { items } = await journal.logs({ function: 'f', limit: 10 });
        assert.deepEqual(
          items.map((line) => line.text),
          ['after', 'before'],
        );
      } finally {
        await opened.dispose();
      }
    });
  });
}

let ids = 0;

function invocation(fn: string, startedAtMs: number): InvocationRecord {
  return {
    invocationId: idAt(startedAtMs),
    function: fn,
    version: 3,
    door: 'fob',
    status: 'succeeded',
    startedAtMs,
    queuedMs: 0.125,
    durationMs: 12.5,
    coldStart: false,
    sandboxId: 'sandbox-1',
    payloadBytes: 10,
    resultBytes: 20,
  };
}

function event(fn: string, endedAtMs: number): EventRecord {
  const acceptedAtMs = endedAtMs - 1_000;
  const eventId = idAt(acceptedAtMs);
  return { eventId, function: fn, lane: 'direct', state: 'delivered', attempts: 1, acceptedAtMs, endedAtMs };
}

function span(traceId: string, startedAtMs: number): SpanRecord {
  const spanId = (++ids).toString(16).padStart(16, '0');
  return { traceId, spanId, name: 'work', kind: 'internal', startedAtMs, durationMs: 1, attributes: {} };
}

function withoutId({ id, ...line }: LogRecord): LogRecord {
  assert.match(id ?? '', /^-?\d+$/);
  return line;
}

/** A UUID version 7 of that time. */
function idAt(timeMs: number): string {
  const id = Buffer.alloc(16);
  const n = ++ids;
  id.writeUIntBE(timeMs, 0, 6);
  id.writeUInt16BE(0x7000 | (n & 0xfff), 6);
  id.writeUInt32BE(0x80000000, 8);
  id.writeUInt32BE(n, 12);
  return formatId(id);
}

function logLine(fn: string, timeMs: number, text: string): LogRecord {
  return { timeMs, function: fn, version: 3, sandboxId: 'sandbox-1', stream: 'stdout', level: 'info', text };
}

async function all<T>(page: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: { cursor?: string } | undefined = {}; cursor; ) {
    const next: Page<T> = await page(cursor);
    items.push(...next.items);
    cursor = next.cursor === undefined ? undefined : { cursor: next.cursor };
  }
  return items;
}

const atMs = fc.integer({ min: 0, max: 50 });
const statuses = fc.constantFrom('succeeded', 'failed', 'timed_out', 'rejected');
const invocations = fc.record({
  second: fc.boolean(),
  atMs,
  status: statuses,
  coldStart: fc.boolean(),
  durationMs: fc.integer({ min: 0, max: 20 }),
});
const invocationQueries = fc.record(
  {
    ofSecond: fc.boolean(),
    status: statuses,
    coldStart: fc.boolean(),
    minDurationMs: fc.integer({ min: 0, max: 20 }),
    fromMs: atMs,
    toMs: atMs,
    limit: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ['limit'] },
);
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

const states = fc.constantFrom('delivered', 'dead', 'expired', 'dropped');
const lanes = fc.constantFrom('direct', 'nightly');
const events = fc.record({ second: fc.boolean(), atMs, state: states, lane: lanes });
const eventQueries = fc.record(
  {
    ofSecond: fc.boolean(),
    ofFirstEvent: fc.boolean(),
    state: states,
    lane: lanes,
    fromMs: atMs,
    toMs: atMs,
    limit: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ['limit'] },
);

function newestFirst(a: InvocationRecord, b: InvocationRecord): number {
  return a.invocationId < b.invocationId ? 1 : -1;
}

function invocationMatches(record: InvocationRecord, query: InvocationQuery): boolean {
  return (
    record.function === query.function &&
    (query.status === undefined || record.status === query.status) &&
    (query.coldStart === undefined || record.coldStart === query.coldStart) &&
    record.durationMs >= (query.minDurationMs ?? 0) &&
    isWithin(record.startedAtMs, query)
  );
}

function eventMatches(record: EventRecord, query: EventQuery): boolean {
  return (
    record.function === query.function &&
    (query.eventId === undefined || record.eventId === query.eventId) &&
    (query.state === undefined || record.state === query.state) &&
    (query.lane === undefined || record.lane === query.lane) &&
    isWithin(record.endedAtMs, query)
  );
}

function logMatches(line: LogRecord, query: LogQuery): boolean {
  return (
    line.function === query.function &&
    LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(query.minLevel ?? 'trace') &&
    line.text.toLowerCase().includes((query.text ?? '').toLowerCase()) &&
    isWithin(line.timeMs, query)
  );
}

function isWithin(timeMs: number, { fromMs, toMs }: { fromMs?: number; toMs?: number }): boolean {
  return timeMs >= (fromMs ?? 0) && timeMs < (toMs ?? Number.POSITIVE_INFINITY);
}
