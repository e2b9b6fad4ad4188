import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { LogRecord } from '../../store/journal.ts';
import { mayEmbed, readEmbedded } from './embedded-format.ts';
import { Observer } from './observer.ts';
import { MAX_OWN_METRICS, MAX_OWN_SERIES, OwnMetrics } from './own.ts';
import { recentValue } from './recent.ts';
import { SeriesSet } from './series-set.ts';

const embedded = (directive: object, members: object): string =>
  JSON.stringify({ _aws: { Timestamp: 1_700_000_000_000, CloudWatchMetrics: [directive] }, ...members });

describe('the embedded metric format', () => {
  test('gives values and arrays, with units and sets of dimensions', () => {
    const line = embedded(
      {
        Namespace: 'shop',
        Dimensions: [['service'], ['service', 'region'], []],
        Metrics: [
          { Name: 'orders', Unit: 'Count' },
          { Name: 'latency', Unit: 'Milliseconds', StorageResolution: 1 },
          { Name: 'absent' },
        ],
      },
      { service: 'pay', region: 'eu', orders: 3, latency: [1.5, 2.5], requestId: 'x' },
    );
    assert.ok(mayEmbed(line));
    const sets = [{ service: 'pay' }, { service: 'pay', region: 'eu' }, {}];
    assert.deepEqual(readEmbedded(line), [
      ...sets.map((dimensions) => ({ metric: 'shop/orders', unit: 'Count', dimensions, values: [3] })),
      ...sets.map((dimensions) => ({ metric: 'shop/latency', unit: 'Milliseconds', dimensions, values: [1.5, 2.5] })),
    ]);
  });

  test('needs no dimensions and no unit; a set whose values the line lacks is left out', () => {
    const plain = embedded({ Namespace: 'a b/c', Metrics: [{ Name: 'x,y:z' }] }, { 'x,y:z': 1 });
    assert.deepEqual(readEmbedded(plain), [{ metric: 'a b/c/x_y_z', unit: 'None', dimensions: {}, values: [1] }]);
    const lacks = embedded(
      { Namespace: 'n', Dimensions: [['gone'], ['kept', 'function']], Metrics: [{ Name: 'm' }] },
      { m: 1, kept: 'k', function: 'f' },
    );
    assert.deepEqual(
      readEmbedded(lacks)?.map(({ dimensions }) => dimensions),
      [{ kept: 'k' }],
    );
  });

  test('anything else is an ordinary line', () => {
    const good = { Namespace: 'n', Metrics: [{ Name: 'm' }] };
    for (const line of [
      'text with "_aws" in it',
      '{"_aws": {',
      '{"_aws": 3}',
      '["_aws"]',
      '{"_aws": {"CloudWatchMetrics": {}}}',
      embedded({ ...good, Namespace: '' }, { m: 1 }),
      embedded({ ...good, Namespace: 3 }, { m: 1 }),
      embedded({ ...good, Dimensions: 'service' }, { m: 1 }),
      embedded({ ...good, Dimensions: [[3]] }, { m: 1 }),
      embedded({ ...good, Metrics: [{}] }, { m: 1 }),
      embedded(good, { m: 'three' }),
      embedded(good, { m: [1, null] }),
      embedded(good, { m: Array.from({ length: 101 }, () => 1) }),
      embedded(good, { m: 1e31 }),
      embedded({ ...good, Metrics: Array.from({ length: 101 }, () => ({ Name: 'm' })) }, { m: 1 }),
    ])
      assert.equal(readEmbedded(line), undefined, line);
  });

  test('whatever is printed, nothing is thrown, and values are finite', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .record({ _aws: fc.record({ CloudWatchMetrics: fc.array(fc.anything()) }), m: fc.anything() })
            .map((value) => {
              try {
                return JSON.stringify(value) ?? '';
              } catch {
                return '';
              }
            }),
        ),
        (line) => {
          for (const { values } of readEmbedded(line) ?? []) assert.ok(values.every(Number.isFinite));
        },
      ),
    );
  });
});

describe("functions' own metrics", () => {
  const clock = new FakeClock();
  const setUp = () => {
    const set = new SeriesSet(clock);
    const told: string[] = [];
    const own = new OwnMetrics({
      set,
      observer: new Observer(set, clock),
      now: () => clock.now(),
      onTooMany: (_line, what) => told.push(what),
    });
    const print = (text: string, given: Partial<LogRecord> = {}) =>
      own.printed({
        timeMs: clock.now(),
        function: 'hello',
        version: 1,
        sandboxId: 's',
        stream: 'stdout',
        level: 'info',
        text,
        ...given,
      });
    const sum = (metric: string, labels: Record<string, string> = {}) =>
      recentValue(
        set,
        { metric, statistic: 'sum', windowMs: 60_000, labels: { function: 'hello', ...labels } },
        clock.now(),
      );
    return { set, print, sum, told };
  };

  test('are counted once, and by each of their dimensions', () => {
    const { print, sum } = setUp();
    const line = (region: string, orders: number) =>
      embedded({ Namespace: 'shop', Dimensions: [[], ['region']], Metrics: [{ Name: 'orders' }] }, { region, orders });
    print(line('eu', 2));
    print(line('us', 3), { stream: 'stderr' });
    print(line('us', 100), { stream: 'platform' });
    assert.equal(sum('shop/orders'), 5);
    assert.equal(sum('shop/orders', { region: 'us' }), 3);
    assert.equal(sum('shop/nothing'), undefined);
  });

  test('are bounded, and that is told once', () => {
    const { print, sum, told } = setUp();
    for (let n = 0; n < MAX_OWN_SERIES + 10; n++)
      print(embedded({ Namespace: 'n', Dimensions: [['user']], Metrics: [{ Name: 'm' }] }, { user: `u${n}`, m: 1 }));
    assert.equal(sum('n/m'), MAX_OWN_SERIES + 10);
    assert.equal(sum('n/m', { user: 'other' }), 10);
    assert.equal(told.length, 1);
    const dimensions = setUp();
    for (let n = 0; n < 5 * MAX_OWN_SERIES; n++)
      dimensions.print(
        embedded({ Namespace: 'n', Dimensions: [[`d${n}`]], Metrics: [{ Name: 'm' }] }, { [`d${n}`]: 'v', m: 1 }),
      );
    assert.equal(dimensions.set.count, MAX_OWN_SERIES, 'names of dimensions make no further series either');
    dimensions.print(embedded({ Namespace: 'n', Dimensions: [['d0']], Metrics: [{ Name: 'm' }] }, { d0: 'new', m: 1 }));
    assert.equal(dimensions.sum('n/m', { d0: 'other' }), 1);
    const names = setUp();
    for (let n = 0; n < MAX_OWN_METRICS + 10; n++)
      names.print(embedded({ Namespace: 'n', Metrics: [{ Name: `m${n}` }] }, { [`m${n}`]: 1 }));
    assert.equal(names.sum(`n/m${MAX_OWN_METRICS - 1}`), 1);
    assert.equal(names.sum(`n/m${MAX_OWN_METRICS}`), undefined);
    assert.match(names.told.join(), /more than 100 metrics/);
  });
});
