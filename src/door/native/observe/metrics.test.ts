import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../../model/clock.ts';
import { openMetrics, type RunningMetrics } from '../../../observe/metrics/create-metrics.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Store } from '../../../store/store.ts';
import { temporaryFolder } from '../../../store/testing/folder-adapter.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const HOUR_MS = 3_600_000;

describe('metrics over HTTP', () => {
  const place = temporaryFolder();
  let store: Store;
  let metrics: RunningMetrics;
  let node: TestServer;

  before(async () => {
    store = await openEmbeddedStore({ folder: place.folder });
    const settings = {
      metricsMinuteMaxAgeMs: 24 * HOUR_MS,
      metricsHourMaxAgeMs: 48 * HOUR_MS,
      metricsMaxBytes: 2 ** 30,
    };
    metrics = await openMetrics({ store: store.series, settings, clock: systemClock, log: pino({ level: 'silent' }) });
    node = await startTestServer({}, { metrics });
    for (let n = 0; n < 10; n++)
      metrics.observer.observe({
        invocationId: 'i',
        function: n === 9 ? 'other' : 'hello',
        version: 1 + (n % 2),
        door: 'fob',
        status: n === 0 ? 'timed_out' : 'succeeded',
        startedAtMs: Date.now(),
        queuedMs: 0,
        durationMs: 100,
        coldStart: false,
        sandboxId: 's',
        payloadBytes: 0,
        resultBytes: 0,
        memoryMb: 128,
      });
    metrics.observer.measure('shop/orders', { function: 'hello', region: 'eu,west' }, 'Count', 7);
  });
  after(async () => {
    await node.server.close();
    await metrics.close();
    await store.close();
    place.remove();
  });

  const get = (path: string) => ask(node, 'GET', path);

  test('several metrics are one request, each with its usual statistic or the one that is named', async () => {
    const { status, json } = await get(
      '/v1/metrics/query?metric=invocations,duration,duration:p50&function=hello&step=1h',
    );
    assert.equal(status, 200);
    assert.deepEqual(
      json.metrics.map((each: { metric: string; statistic: string; unit: string }) => [
        each.metric,
        each.statistic,
        each.unit,
      ]),
      [
        ['invocations', 'sum', 'count'],
        ['duration', 'p90', 'ms'],
        ['duration', 'p50', 'ms'],
      ],
    );
    assert.equal(json.metrics[0].series[0].points.at(-1)[1], 9);
    assert.equal(json.metrics[1].series[0].points.at(-1)[1], 100);
    assert.equal(json.metrics[0].stepMs, HOUR_MS);
    assert.equal(json.metrics[0].leftOut, 0);
  });

  test('by labels, of a version, of a dimension', async () => {
    const by = await get('/v1/metrics/query?metric=invocations&by=function,version&step=1h');
    const found = by.json.metrics[0].series.map(
      ({ labels, points }: { labels: Record<string, string>; points: number[][] }) => [
        labels.function,
        labels.version,
        points.at(-1)![1],
      ],
    );
    assert.deepEqual(found.sort(), [
      ['hello', '1', 5],
      ['hello', '2', 4],
      ['other', '2', 1],
    ]);
    const errors = await get('/v1/metrics/query?metric=errors.timed_out&function=hello&version=1&step=1h');
    assert.equal(errors.json.metrics[0].series[0].points.at(-1)[1], 1);
    const own = await get(`/v1/metrics/query?metric=shop/orders&label=${encodeURIComponent('region=eu,west')}&step=1h`);
    assert.equal(own.json.metrics[0].series[0].points.at(-1)[1], 7);
    assert.deepEqual((await get('/v1/metrics/query?metric=shop/orders&label=region%3Dus')).json.metrics[0].series, []);
  });

  test('what is wrong is said', async () => {
    const problems: [string, number, RegExp][] = [
      ['metric=invocatons', 404, /did you mean "invocations"/],
      ['metric=duration:p95', 400, /no statistic "p95"/],
      ['metric=invocations:p90', 400, /it has sum, rate/],
      ['metric=', 400, /names no metric/],
      ['metric=invocations&step=7', 400, /"step".*1m/],
      ['metric=invocations&step=90s', 400, /"step"/],
      ['metric=invocations&from=yesterday', 400, /no time/],
      ['metric=invocations&from=1h&to=2h', 400, /ends before it begins/],
      ['metric=invocations&from=30d&step=1m', 400, /points a series/],
      ['metric=invocations&label=region', 400, /name=value/],
      ['metric=invocations&by=colour', 400, /not told apart by "colour": it is by function, version, alias, trigger/],
      ['metric=invocations&colour=red', 400, /colour/],
      [`metric=${new Array(51).fill('errors').join(',')}`, 400, /too many/],
    ];
    for (const [query, status, detail] of problems) {
      const answer = await get(`/v1/metrics/query?${query}`);
      assert.equal(answer.status, status, query);
      assert.match(answer.json.detail, detail);
    }
  });

  test('the list has the built-in ones and those of functions', async () => {
    const { json } = await get('/v1/metrics');
    const orders = json.metrics.find((each: { metric: string }) => each.metric === 'shop/orders');
    assert.deepEqual([orders.unit, orders.usual, orders.labels], ['Count', 'sum', ['function', 'region']]);
    const of = await get('/v1/metrics?function=other');
    assert.ok(
      of.json.metrics.every((each: { metric: string }) => each.metric !== 'shop/orders' && each.metric !== 'node.cpu'),
    );
  });

  test('what goes on now is ordered, filtered, and has the node with it', async () => {
    const { json } = await get('/v1/top?window=5m');
    assert.deepEqual(
      json.functions.map((row: { function: string }) => row.function),
      ['hello', 'other'],
    );
    assert.equal(json.functions[0].invocations, 9);
    assert.equal(json.functions[0].errors, 1);
    assert.equal(json.functions[0].p90Ms, 100);
    assert.equal(json.all.invocations, 10);
    assert.equal(json.node.state, 'ready');
    const byName = await get('/v1/top?window=5m&sort=name&limit=1');
    assert.deepEqual([byName.json.functions[0].function, byName.json.total], ['hello', 2]);
    assert.equal((await get('/v1/top?window=5m&sort=p90&filter=OTH')).json.all.invocations, 1);
    const cheap = (await get('/v1/top?window=5m&percentiles=1')).json.functions;
    assert.deepEqual([cheap[0].p90Ms, cheap[1].p90Ms, cheap[1].invocations], [100, undefined, 1]);
    assert.equal((await get('/v1/top?limit=5000')).status, 200);
    assert.equal((await get('/v1/top?window=2d')).status, 400);
    assert.equal((await get('/v1/top?sort=colour')).status, 400);
  });

  test('a scraper finds them', async () => {
    const { text } = await get('/metrics');
    assert.match(text, /^fob_errors_total\{function="hello",reason="timed_out"\} 1$/m);
    assert.match(text, /^fob_own_shop_orders_sum\{function="hello",region="eu,west"\} 7$/m);
  });
});
