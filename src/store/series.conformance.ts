import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { COUNTERS, Point } from '../model/measure/point.ts';
import { addEncoded, encodePoint } from '../model/measure/point-codec.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import type { SeriesAnswer, SeriesLimits, SeriesMinute, SeriesName, SeriesQuery, SeriesStore } from './series.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What every store of series must do. */
export function seriesConformance(adapter: Adapter<SeriesStore>): void {
  describe(`${adapter.name} series`, () => {
    const clock = new FakeClock();
    const startMs = clock.now();
    let opened: Opened<SeriesStore>;
    let store: SeriesStore;
    let functions = 0;
    let fn = '';
    before(async () => {
      opened = await adapter.create(clock);
      store = opened.port;
    });
    beforeEach(() => {
      fn = `function-${++functions}`;
    });
    after(() => opened.dispose());

    test('what was written is read, added up into steps and groups', async () => {
      await store.write([
        calls({ function: fn, version: '1' }, startMs, 3),
        calls({ function: fn, version: '2' }, startMs, 4),
        calls({ function: fn, version: '1' }, startMs + MINUTE_MS, 5),
        calls({ function: 'another', version: '1' }, startMs, 100),
      ]);
      const all = await store.read(query({ labels: { function: fn } }));
      assert.deepEqual(counts(all), [
        {
          labels: {},
          points: [
            [startMs, 7],
            [startMs + MINUTE_MS, 5],
          ],
        },
      ]);
      const by = await store.read(query({ labels: { function: fn }, by: ['version'], stepMs: 5 * MINUTE_MS }));
      assert.deepEqual(counts(by), [
        { labels: { version: '1' }, points: [[startMs, 8]] },
        { labels: { version: '2' }, points: [[startMs, 4]] },
      ]);
    });

    test('of one series and minute everything counts together', async () => {
      const labels = { function: fn, version: '1' };
      await store.write([calls(labels, startMs, 1), calls(labels, startMs, 2)]);
      await store.write([calls(labels, startMs, 4)]);
      assert.deepEqual(counts(await store.read(query({ labels: { function: fn } }))), [
        { labels: {}, points: [[startMs, 7]] },
      ]);
    });

    test('a read sees what was written before it, and what is there after a restart', async () => {
      const writing = store.write([calls({ function: fn, version: '1' }, startMs, 2)]);
      const read = store.read(query({ labels: { function: fn } }));
      assert.deepEqual(counts(await read), [{ labels: {}, points: [[startMs, 2]] }]);
      await writing;
      store = await opened.reopen();
      assert.deepEqual(counts(await store.read(query({ labels: { function: fn } }))), [
        { labels: {}, points: [[startMs, 2]] },
      ]);
    });

    test("a function's own metric counts once, whatever its sets of dimensions", async () => {
      const own = (labels: Record<string, string>, value: number): SeriesMinute =>
        minuteOf(
          { kind: 'value', metric: 'shop/orders', labels: { function: fn, ...labels }, unit: 'Count' },
          startMs,
          (point) => point.distributions[0]!.add(value),
        );
      await store.write([
        own({}, 7),
        own({ service: 'a' }, 3),
        own({ service: 'b' }, 4),
        own({ service: 'a', route: 'x' }, 3),
      ]);
      const of = async (by: string[]) => {
        const answer = await store.read(
          query({ kind: 'value', metric: 'shop/orders', labels: { function: fn }, by, oneSet: true }),
        );
        return answer.groups.map((group) => {
          const point = new Point('value');
          for (const each of group.points) addEncoded(point, each.point);
          return [group.labels, point.distributions[0]!.sum];
        });
      };
      assert.deepEqual(await of([]), [[{}, 7]]);
      assert.deepEqual(
        (await of(['service'])).sort((a, b) => Number(a[1]) - Number(b[1])),
        [
          [{ service: 'a' }, 3],
          [{ service: 'b' }, 4],
        ],
      );
      assert.deepEqual(await of(['route']), [[{ route: 'x' }, 3]]);
      assert.ok((await store.own(10)).some(({ metric, unit }) => metric === 'shop/orders' && unit === 'Count'));
    });

    test('the largest groups come first, the others are counted', async () => {
      const minutes = [1, 5, 3].map((n) => calls({ function: fn, version: String(n) }, startMs, n));
      await store.write(minutes);
      const answer = await store.read(query({ labels: { function: fn }, by: ['version'], maxGroups: 2 }));
      assert.deepEqual(
        answer.groups.map(({ labels }) => labels.version),
        ['5', '3'],
      );
      assert.equal(answer.leftOut, 1);
    });

    test('a read of too much is refused', async () => {
      await store.write(
        Array.from({ length: 20 }, (_, n) => calls({ function: fn, version: '1' }, startMs + n * MINUTE_MS, 1)),
      );
      await assert.rejects(store.read(query({ labels: { function: fn }, maxRows: 10 })), {
        code: 'invalid_request',
        message: /more than 10 points/,
      });
    });

    test('hours are the minutes that they are of, before and after they are added up', async () => {
      const labels = { function: fn, version: '1' };
      await store.write(Array.from({ length: 180 }, (_, n) => calls(labels, startMs + n * MINUTE_MS, 1)));
      const byHour = query({ labels: { function: fn }, stepMs: HOUR_MS, toMs: startMs + 3 * HOUR_MS });
      const expected = [{ labels: {}, points: [0, 1, 2].map((hour) => [startMs + hour * HOUR_MS, 60]) }];
      assert.deepEqual(counts(await store.read(byHour)), expected);
      await store.retain(limits({ nowMs: startMs + 2 * HOUR_MS + 30 * MINUTE_MS }));
      assert.deepEqual(counts(await store.read(byHour)), expected);
      // A minute that comes late is added to its hour.
      await store.write([calls(labels, startMs + MINUTE_MS, 10)]);
      await store.retain(limits({ nowMs: startMs + 3 * HOUR_MS }));
      expected[0]!.points[0]![1] = 70;
      assert.deepEqual(counts(await store.read(byHour)), expected);
    });

    test('any minutes come to the same sums by the minute, by the hour and after restarts', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 3 }), fc.nat({ max: 50 })), {
            maxLength: 60,
          }),
          fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
          async (made, retainAfter) => {
            fn = `function-${++functions}`;
            const sums = new Map<number, number>();
            for (const [at, [minute, version, count]] of made.entries()) {
              await store.write([
                calls({ function: fn, version: String(version) }, startMs + minute * MINUTE_MS, count),
              ]);
              const hourMs = startMs + Math.floor(minute / 60) * HOUR_MS;
              sums.set(hourMs, (sums.get(hourMs) ?? 0) + count);
              if (retainAfter.includes(at)) await store.retain(limits({ nowMs: startMs + minute * MINUTE_MS }));
            }
            const expected = [...sums].sort(([a], [b]) => a - b);
            const toMs = startMs + 8 * HOUR_MS;
            const hours = await store.read(query({ labels: { function: fn }, stepMs: HOUR_MS, toMs }));
            assert.deepEqual(counts(hours)[0]?.points ?? [], expected);
            const minutes = await store.read(query({ labels: { function: fn }, toMs }));
            const total = (counts(minutes)[0]?.points ?? []).reduce((sum, [, count]) => sum + count!, 0);
            assert.equal(
              total,
              made.reduce((sum, [, , count]) => sum + count, 0),
            );
          },
        ),
        { numRuns: 20 },
      );
    });

    test('what is too old goes: minutes first, hours later', async () => {
      const labels = { function: fn, version: '1' };
      await store.write([calls(labels, startMs, 2), calls(labels, startMs + 2 * DAY_MS, 3)]);
      const nowMs = startMs + 2 * DAY_MS + HOUR_MS;
      await store.retain(limits({ nowMs, minuteMaxAgeMs: DAY_MS }));
      const toMs = startMs + 3 * DAY_MS;
      const read = async (stepMs: number) =>
        counts(await store.read(query({ labels: { function: fn }, stepMs, toMs })))[0]?.points;
      assert.deepEqual(await read(MINUTE_MS), [[startMs + 2 * DAY_MS, 3]]);
      assert.deepEqual(await read(HOUR_MS), [
        [startMs, 2],
        [startMs + 2 * DAY_MS, 3],
      ]);
      // A clock that was set back writes to an hour whose minutes are gone.
      await store.write([calls(labels, startMs, 1)]);
      await store.retain(limits({ nowMs, minuteMaxAgeMs: DAY_MS }));
      assert.deepEqual(await read(HOUR_MS), [
        [startMs, 3],
        [startMs + 2 * DAY_MS, 3],
      ]);
      await store.retain(limits({ nowMs, minuteMaxAgeMs: DAY_MS, hourMaxAgeMs: DAY_MS }));
      assert.deepEqual(await read(HOUR_MS), [[startMs + 2 * DAY_MS, 3]]);
    });

    test('beyond its size the oldest minutes go, and their hours stay', async () => {
      const other = await adapter.create(clock);
      try {
        const labels = (n: number) => ({ function: fn, version: String(n) });
        for (let hour = 0; hour < 4; hour++) {
          const minutes = [];
          for (let minute = 0; minute < 60; minute++)
            for (let n = 0; n < 20; n++)
              minutes.push(calls(labels(n), startMs + hour * HOUR_MS + minute * MINUTE_MS, 1));
          await other.port.write(minutes);
        }
        const before = await other.port.stats();
        const removed = await other.port.retain(limits({ nowMs: startMs + 4 * HOUR_MS, maxBytes: before.bytes * 0.7 }));
        assert.ok(removed > 0);
        const after = await other.port.stats();
        assert.ok(after.minutes < before.minutes && after.minutes > 0, `${after.minutes} minutes`);
        const hours = await other.port.read(
          query({ labels: { function: fn }, stepMs: HOUR_MS, toMs: startMs + 4 * HOUR_MS }),
        );
        assert.deepEqual(
          counts(hours)[0]!.points.map(([, count]) => count),
          [1_200, 1_200, 1_200, 1_200],
        );
      } finally {
        await other.dispose();
      }
    });

    test('everything since a time is given by the minute', async () => {
      const labels = { function: fn, version: '1' };
      const at = startMs + 100 * DAY_MS;
      await store.write([calls(labels, at - MINUTE_MS, 1), calls(labels, at, 2)]);
      const since = await store.since(at);
      assert.deepEqual(
        since.map(({ series, minuteMs }) => [series.labels, minuteMs]),
        [[labels, at]],
      );
    });

    test('after its end it refuses', async () => {
      const other = await adapter.create(clock);
      await other.dispose();
      await assert.rejects(other.port.write([]), { code: 'unavailable' });
    });
  });

  const query = (given: Partial<SeriesQuery>): SeriesQuery => {
    const start = new FakeClock().now();
    return {
      kind: 'calls',
      metric: '',
      labels: {},
      by: [],
      oneSet: false,
      fromMs: start,
      toMs: start + HOUR_MS,
      stepMs: MINUTE_MS,
      maxGroups: 10,
      maxRows: 1_000_000,
      ...given,
    };
  };
}

function limits(given: Partial<SeriesLimits> & { nowMs: number }): SeriesLimits {
  return { minuteMaxAgeMs: 400 * DAY_MS, hourMaxAgeMs: 400 * DAY_MS, maxBytes: 2 ** 30, ...given };
}

function calls(labels: Record<string, string>, minuteMs: number, count: number): SeriesMinute {
  return minuteOf({ kind: 'calls', metric: '', labels, unit: '' }, minuteMs, (point) => {
    point.counters[COUNTERS.indexOf('invocations')] = count;
    for (let n = 0; n < count; n++) point.distributions[0]!.add(1 + n);
  });
}

function minuteOf(series: SeriesName, minuteMs: number, fill: (point: Point) => void): SeriesMinute {
  const point = new Point(series.kind);
  fill(point);
  return { series, minuteMs, point: encodePoint(point) };
}

/** How many invocations each group had in each step. */
function counts(answer: SeriesAnswer): { labels: SeriesAnswer['groups'][number]['labels']; points: number[][] }[] {
  return answer.groups.map(({ labels, points }) => ({
    labels,
    points: points.map(({ timeMs, point: bytes }) => {
      const point = new Point('calls');
      addEncoded(point, bytes);
      return [timeMs, point.counters[COUNTERS.indexOf('invocations')]!];
    }),
  }));
}
