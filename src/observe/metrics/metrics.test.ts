import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { openMetrics, type RunningMetrics } from './create-metrics.ts';
import type { Statistic } from './metrics.ts';
import { MAX_SERIES_OF_FUNCTION } from './series-set.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const log = pino({ level: 'silent' });
const settings = {
  metricsMinuteMaxAgeMs: 15 * 24 * HOUR_MS,
  metricsHourMaxAgeMs: 456 * 24 * HOUR_MS,
  metricsMaxBytes: 2 ** 30,
};

/** A point in time of a node that has metrics: they end and begin again as its node does. */
class Node {
  readonly clock = new FakeClock();
  metrics!: RunningMetrics;
  private readonly place = temporaryFolder();
  private store!: Store;

  async open(): Promise<void> {
    const { clock } = this;
    this.store = await openEmbeddedStore({ folder: this.place.folder, clock });
    this.metrics = await openMetrics({ store: this.store.series, settings, clock, log });
    this.metrics.start(() => {});
  }

  /** Lets time pass as it does: what falls due is done before more passes. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10_000) {
      this.clock.advance(Math.min(left, 10_000));
      await this.metrics.settled();
    }
  }

  async restart({ crash = false } = {}): Promise<void> {
    if (!crash) await this.metrics.close();
    await this.store.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.metrics.close();
    await this.store.close();
    this.place.remove();
  }

  call(given: Partial<InvocationRecord> = {}): void {
    this.metrics.observer.observe(record({ startedAtMs: this.clock.now(), ...given }));
  }

  recent(
    metric: string,
    statistic: Statistic,
    windowMs = 5 * MINUTE_MS,
    labels?: Record<string, string>,
  ): number | undefined {
    return this.metrics.recent({ metric, statistic, windowMs, ...(labels && { labels }) });
  }
}

function record(given: Partial<InvocationRecord>): InvocationRecord {
  return {
    invocationId: '019ab123-4567-7abc-8def-0123456789ab',
    function: 'hello',
    version: 1,
    door: 'fob',
    status: 'succeeded',
    startedAtMs: 0,
    queuedMs: 0.1,
    durationMs: 10,
    coldStart: false,
    sandboxId: 's',
    payloadBytes: 0,
    resultBytes: 0,
    memoryMb: 128,
    ...given,
  };
}

describe('metrics', () => {
  const nodes: Node[] = [];
  let node: Node;
  beforeEach(async () => {
    node = new Node();
    nodes.push(node);
    await node.open();
  });
  after(() => Promise.all(nodes.map((each) => each.close())));

  test('what happens is there at once, by what it is about', () => {
    node.call();
    node.call({ durationMs: 100, coldStart: true, alias: 'prod', peakMemoryBytes: 64 * 1024 * 1024 });
    node.call({ version: 2, lane: 'nightly', status: 'failed', reason: 'exception' });
    node.call({ status: 'timed_out' });
    node.call({ function: 'other', status: 'rejected', reason: 'throttled' });
    node.call({ function: 'other', status: 'rejected', reason: 'sandbox_failed' });
    node.metrics.observer.throttled('other', 1);
    const hello = { function: 'hello' };
    assert.equal(node.recent('invocations', 'sum'), 4);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, hello), 4);
    assert.equal(node.recent('invocations', 'rate', 100_000, hello), 4 / 90);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, { function: 'hello', alias: 'prod' }), 1);
    assert.equal(node.recent('errors', 'sum', MINUTE_MS, { trigger: 'nightly' }), 1);
    assert.equal(node.recent('errors.timed_out', 'sum', MINUTE_MS, hello), 1);
    assert.equal(node.recent('errorRate', 'average', MINUTE_MS, hello), 0.5);
    assert.equal(node.recent('coldStarts', 'sum', MINUTE_MS, { ...hello, version: '1' }), 1);
    assert.equal(node.recent('throttles', 'sum', MINUTE_MS, { function: 'other' }), 2);
    assert.equal(node.recent('refusals', 'sum'), 1);
    assert.equal(node.recent('duration', 'maximum', MINUTE_MS, hello), 100);
    assert.equal(node.recent('memory', 'average', MINUTE_MS, hello), 0.5);
    assert.equal(node.recent('billed', 'sum', MINUTE_MS, hello), ((10 + 100 + 10 + 10) * 128) / 1024 / 1000);
    assert.equal(node.recent('duration', 'p50', MINUTE_MS, { function: 'other' }), undefined);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, { function: 'nobody' }), 0);
    assert.equal(node.recent('nonsense', 'sum'), undefined);
    assert.equal(node.recent('events.dead', 'sum'), 0);
    assert.equal(node.recent('lag', 'maximum'), undefined);
    assert.equal(node.recent('invocations', 'p90'), undefined);
  });

  test('a window reaches back as far as was asked, and no further', async () => {
    node.call();
    await node.pass(30_000);
    node.call();
    assert.equal(node.recent('invocations', 'sum', 10_000), 1);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS), 2);
    await node.pass(5 * MINUTE_MS);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS), 0);
    assert.equal(node.recent('invocations', 'sum', 10 * MINUTE_MS), 2);
    await node.pass(20 * MINUTE_MS);
    assert.equal(node.recent('invocations', 'sum', 10 * MINUTE_MS), 0);
    assert.equal(node.recent('invocations', 'sum', HOUR_MS), 2);
    assert.equal(node.recent('invocations', 'sum', HOUR_MS, { function: 'hello' }), 2);
    await node.pass(4 * HOUR_MS);
    assert.equal(node.recent('invocations', 'sum', 3 * HOUR_MS), 0);
    assert.equal(node.metrics.series.count, 0, 'dead series are forgotten');
  });

  test('what goes on now tells apart what was counted since another version came to serve', async () => {
    const top = (atMs?: number) => {
      const changeOf = () => (atMs === undefined ? undefined : { atMs, versions: new Set([1]) });
      return node.metrics.top({ windowMs: 5 * MINUTE_MS, sort: 'calls', limit: 1, changeOf }).functions[0];
    };
    node.call({ status: 'failed', version: 2 });
    await node.pass(MINUTE_MS);
    node.call({ status: 'failed', version: 2 });
    const atMs = node.clock.now();
    assert.deepEqual(top(atMs)?.sinceChange, { atMs, invocations: 0, errors: 0, throttles: 0 });
    node.call({ status: 'succeeded', version: 1 });
    assert.deepEqual(top(atMs)?.sinceChange, { atMs, invocations: 1, errors: 0, throttles: 0 });
    await node.pass(20_000);
    node.call({ status: 'failed', version: 1 });
    assert.deepEqual(top(atMs)?.sinceChange, { atMs, invocations: 2, errors: 1, throttles: 0 });
    assert.deepEqual([top()?.invocations, top()?.errors, top()?.sinceChange], [4, 3, undefined]);
    assert.equal(top(atMs - 10 * MINUTE_MS)?.sinceChange, undefined, 'all of it is since then');
  });

  test('a query finds memory and disk as one', async () => {
    const fromMs = node.clock.now();
    for (let minute = 0; minute < 5; minute++) {
      node.call({ version: 1 + (minute % 2), durationMs: 10 * (minute + 1) });
      await node.pass(MINUTE_MS);
    }
    node.call({ durationMs: 1_000 });
    const toMs = fromMs + 6 * MINUTE_MS;
    const query = { statistic: 'sum', labels: { function: 'hello' }, fromMs, toMs } as const;
    const all = await node.metrics.query({ metric: 'invocations', ...query });
    assert.deepEqual(all, [
      { labels: {}, points: [0, 1, 2, 3, 4, 5].map((n) => ({ timeMs: fromMs + n * MINUTE_MS, value: 1 })) },
    ]);
    const by = await node.metrics.query({ metric: 'invocations', ...query, by: ['version'], stepMs: 10 * MINUTE_MS });
    assert.deepEqual(by.map(({ labels, points }) => [labels.version, points.map(({ value }) => value)]).sort(), [
      ['1', [4]],
      ['2', [2]],
    ]);
    const [sum, p90] = await node.metrics.queryAll([
      { metric: 'duration', ...query },
      { metric: 'duration', ...query, statistic: 'p90' },
    ]);
    assert.equal(sum!.unit, 'ms');
    assert.deepEqual(
      sum!.series[0]!.points.map(({ value }) => value),
      [10, 20, 30, 40, 50, 1_000],
    );
    assert.equal(p90!.series[0]!.points.at(-1)!.value, 1_000);
  });

  test('an orderly end keeps everything, a crash all but the minute under way', async () => {
    const fromMs = node.clock.now();
    const total = async (): Promise<number> => {
      const [series] = await node.metrics.query({
        metric: 'invocations',
        statistic: 'sum',
        fromMs,
        toMs: fromMs + HOUR_MS,
        stepMs: HOUR_MS,
      });
      return series?.points[0]?.value ?? 0;
    };
    node.call();
    await node.pass(MINUTE_MS + 20_000);
    node.call();
    await node.restart();
    assert.equal(await total(), 2);
    assert.equal(node.recent('invocations', 'sum'), 2);
    assert.equal(node.recent('invocations', 'sum', 5 * MINUTE_MS, { function: 'hello', version: '1' }), 2);
    node.call();
    assert.equal(await total(), 3);
    assert.equal(node.recent('invocations', 'sum'), 3);
    await node.pass(MINUTE_MS);
    node.call();
    await node.pass(20_000);
    await node.restart({ crash: true });
    assert.equal(await total(), 3);
    assert.equal(node.recent('invocations', 'sum', HOUR_MS), 3);
  });

  test('a clock that jumps ahead or back does no harm', async () => {
    const startMs = node.clock.now();
    node.call();
    await node.pass(20_000);
    // Ahead by a day, within a slot, without any timer.
    node.clock.advance(24 * HOUR_MS);
    node.call();
    await node.pass(MINUTE_MS);
    assert.equal(node.recent('invocations', 'sum'), 1);
    const back = new FakeClock(startMs + 30_000);
    node.clock.now = () => back.now();
    node.call();
    await node.pass(MINUTE_MS);
    back.advance(MINUTE_MS);
    await node.pass(20_000);
    assert.equal(node.recent('invocations', 'sum'), 2, 'what lies ahead is not recent');
    const days = await node.metrics.query({
      metric: 'invocations',
      statistic: 'sum',
      fromMs: startMs,
      toMs: startMs + 48 * HOUR_MS,
      stepMs: HOUR_MS,
    });
    assert.deepEqual(
      days[0]!.points.map(({ timeMs, value }) => [(timeMs - startMs) / HOUR_MS, value]),
      [
        [0, 2],
        [24, 1],
      ],
    );
  });

  test('a clock that is far ahead for a while makes nothing old', async () => {
    const fromMs = node.clock.now();
    node.call();
    await node.pass(2 * MINUTE_MS);
    const aheadMs = 500 * 24 * HOUR_MS;
    node.clock.jump(aheadMs);
    await node.pass(25 * MINUTE_MS);
    node.clock.jump(-aheadMs);
    await node.restart();
    const range = { fromMs, toMs: fromMs + HOUR_MS, stepMs: MINUTE_MS };
    const [calls] = await node.metrics.query({ metric: 'invocations', statistic: 'sum', ...range });
    assert.deepEqual(calls?.points, [{ timeMs: fromMs, value: 1 }]);
  });

  test('too many versions of a function count together', async () => {
    for (let version = 1; version <= MAX_SERIES_OF_FUNCTION + 10; version++) node.call({ version });
    const labels = { function: 'hello' };
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, labels), MAX_SERIES_OF_FUNCTION + 10);
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, { ...labels, version: 'other' }), 10);
    assert.equal(node.metrics.series.overflowed, 10);
    await node.restart();
    assert.equal(node.recent('invocations', 'sum', MINUTE_MS, { ...labels, version: 'other' }), 10);
  });

  test('what cannot be answered is said, and what may be meant', async () => {
    const span = { fromMs: node.clock.now() - HOUR_MS, toMs: node.clock.now() };
    const ask = (given: object) => node.metrics.query({ metric: 'invocations', statistic: 'sum', ...span, ...given });
    await assert.rejects(ask({ metric: 'invocation' }), { code: 'not_found', message: /did you mean "invocations"/ });
    await assert.rejects(ask({ metric: 'qqqqqqqqq' }), { code: 'not_found', message: /GET \/v1\/metrics/ });
    await assert.rejects(ask({ statistic: 'p90' }), { code: 'invalid_request', message: /it has sum, rate/ });
    await assert.rejects(ask({ toMs: 0 }), { code: 'invalid_request', message: /ends before it begins/ });
    await assert.rejects(ask({ stepMs: 90_000 }), { code: 'invalid_request', message: /whole number of minutes/ });
    await assert.rejects(ask({ fromMs: 0, stepMs: MINUTE_MS }), {
      code: 'invalid_request',
      message: /points a series/,
    });
    assert.deepEqual(await ask({}), []);
  });

  test('the list says what there is', () => {
    node.metrics.observer.measure('shop/orders', { function: 'hello', service: 'a' }, 'Count', 3);
    const orders = node.metrics.list({ function: 'hello' }).find(({ metric }) => metric === 'shop/orders');
    assert.deepEqual(orders?.labels, ['function', 'service']);
    assert.equal(node.recent('shop/orders', 'sum', MINUTE_MS, { function: 'hello' }), 3);
    const names = node.metrics.list({ function: 'another' }).map(({ metric }) => metric);
    assert.ok(names.includes('duration') && !names.includes('node.cpu') && !names.includes('shop/orders'));
  });
});
