import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import {
  type EventQuery,
  type EventRecord,
  type InvocationQuery,
  type InvocationRecord,
  type Journal,
  SPAN_KINDS,
  type SpanRecord,
} from './journal.ts';
import { all, event, idAt, invocation, isWithin, logLine, span } from './testing/journal-records.ts';

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
      assert.deepEqual(await found({ function: fn, unsuccessful: true }), [failed]);
      assert.deepEqual(await found({ function: fn, sandboxId: 'no box' }), []);
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
      const other = invocation(`${fn}-other`, startMs);
      journal.appendInvocation(other);
      const among = ['nobody', `${fn}-other`];
      assert.deepEqual(await journal.invocations({ among, limit: 1 }), { items: [other] });
      assert.deepEqual(await found({ among, status: 'failed' }), []);
      assert.deepEqual(await found({ among: [fn, ...among], traceId, status: 'failed' }), [third]);
      // Of several functions, page by page as of one.
      const ours = [`${fn}-a`, `${fn}-b`, `${fn}-c`];
      const mixed = Array.from({ length: 40 }, (_, n): InvocationRecord => {
        const record = invocation([...ours, fn][((n * n) % 7) % 4]!, startMs + 100 + Math.floor(n / 2));
        return n % 3 === 0 ? { ...record, status: 'failed', reason: 'exception' } : record;
      });
      for (const record of mixed) journal.appendInvocation(record);
      const newest = mixed.filter((record) => ours.includes(record.function)).reverse();
      const ids = (records: readonly InvocationRecord[]) =>
        records
          .map(({ invocationId }) => invocationId)
          .sort()
          .reverse();
      for (const limit of [1, 4, 100])
        for (const status of [undefined, 'failed'] as const) {
          const wanted = newest.filter((record) => status === undefined || record.status === status);
          const query = { among: ['nobody', ...ours], fromMs: startMs + 50, limit, ...(status && { status }) };
          const several = await all((cursor) => journal.invocations({ ...query, ...cursor }));
          assert.deepEqual(
            several.map(({ invocationId }) => invocationId),
            ids(wanted),
          );
        }
      assert.deepEqual(await journal.invocations({ among: ['nobody'], limit: 1 }), { items: [] });
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

    test('a page of records with much text has fewer of them, and pages together have all', async () => {
      fresh();
      const stack = 'x'.repeat(20_000);
      const ids: string[] = [];
      for (let n = 0; n < 300; n++) {
        const record = {
          ...invocation(fn, startMs + n),
          status: 'failed',
          reason: 'exception',
          errorStack: stack,
        } as const;
        journal.appendInvocation(record);
        journal.appendEvent({ ...event(fn, startMs + n), state: 'dead', message: stack });
        ids.unshift(record.invocationId);
      }
      for (const more of [{}, { unsuccessful: true }] as const) {
        const query: InvocationQuery = { function: fn, limit: 1_000, ...more };
        const { items } = await journal.invocations(query);
        assert.ok(items.length > 0 && items.length <= 110, `${items.length} records of 20,000 characters`);
        const found = await all((cursor) => journal.invocations({ ...query, ...cursor }));
        assert.deepEqual(
          found.map(({ invocationId }) => invocationId),
          ids,
        );
      }
      assert.ok((await journal.events({ function: fn, limit: 1_000 })).items.length <= 110);
      assert.equal((await all((cursor) => journal.events({ function: fn, limit: 1_000, ...cursor }))).length, 300);
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
