import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { middleOf } from '../../model/measure/buckets.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { Observer } from '../metrics/observer.ts';
import { SeriesSet } from '../metrics/series-set.ts';
import { otlpTarget } from './client.ts';
import { startMetricsExporter } from './metrics-exporter.ts';

// biome-ignore lint/suspicious/noExplicitAny: what was received is of any shape
type Json = any;

/** A collector that keeps what it gets and answers as it is told. */
async function collector() {
  const requests: { path: string; headers: IncomingHttpHeaders; body: Json }[] = [];
  const answers: { status: number; headers?: Record<string, string>; body?: string }[] = [];
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      requests.push({ path: req.url!, headers: req.headers, body: JSON.parse(body) });
      const { status, headers, body: says = '{}' } = answers.shift() ?? { status: 200 };
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(says);
      server.emit('received');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, requests, answers, server };
}

describe('metrics to a collector', () => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function setUp(headers: string[] = []) {
    const clock = new FakeClock();
    const set = new SeriesSet(clock);
    const observer = new Observer(set, clock);
    const to = await collector();
    endings.push(() => to.server.close());
    const warnings: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    const target = otlpTarget({ otlpEndpoint: `${to.endpoint}/`, otlpHeaders: headers })!;
    const exporter = startMetricsExporter({
      target,
      set,
      node: { version: '1.2.3', host: 'here' },
      intervalMs: 60_000,
      clock,
      log,
    });
    endings.push(() => exporter.close());
    /** Moves the clock until so many requests came. */
    const until = async (requests: number): Promise<void> => {
      while (to.requests.length < requests) {
        clock.advance(1_000);
        await setImmediate();
      }
    };
    return { ...to, clock, observer, exporter, warnings, until };
  }

  test('come as counts, histograms and gauges that can be decoded', async () => {
    const { observer, requests, until, clock } = await setUp(['Authorization=Bearer abc=', 'x-tenant=7']);
    const startMs = clock.now();
    const call = (durationMs: number, failed = false): void =>
      observer.observe({
        invocationId: 'i',
        function: 'hello',
        version: 3,
        alias: 'prod',
        door: 'fob',
        status: failed ? 'timed_out' : 'succeeded',
        startedAtMs: 0,
        queuedMs: 0,
        durationMs,
        coldStart: false,
        sandboxId: '',
        payloadBytes: 0,
        resultBytes: 0,
        memoryMb: 512,
      });
    const durations = [1, 2, 4, 100, 100, 1_000];
    for (const ms of durations) call(ms);
    call(50, true);
    observer.measure('shop/orders', { function: 'hello', region: 'eu' }, 'Count', 3);
    clock.advance(20_000);
    call(1);
    observer.measure('concurrency', { function: 'hello' }, 'count', 4);
    await until(1);
    const [{ path, headers, body }] = requests as [{ path: string; headers: IncomingHttpHeaders; body: Json }];
    assert.equal(path, '/v1/metrics');
    assert.equal(headers.authorization, 'Bearer abc=');
    assert.equal(headers['x-tenant'], '7');
    const [{ resource, scopeMetrics }] = body.resourceMetrics;
    assert.deepEqual(resource.attributes[0], { key: 'service.name', value: { stringValue: 'fob' } });
    const metrics = new Map<string, Json>(scopeMetrics[0].metrics.map((each: Json) => [each.name, each]));

    const { sum } = metrics.get('fob.invocations');
    assert.equal(sum.aggregationTemporality, 2);
    assert.equal(sum.isMonotonic, true);
    assert.equal(sum.dataPoints[0].asInt, '8');
    assert.equal(sum.dataPoints[0].startTimeUnixNano, `${startMs}000000`);
    assert.deepEqual(
      Object.fromEntries(sum.dataPoints[0].attributes.map(({ key, value }: Json) => [key, value.stringValue])),
      { function: 'hello', version: '3', alias: 'prod' },
    );
    const errors = metrics.get('fob.errors').sum.dataPoints[0];
    assert.equal(errors.asInt, '1');
    assert.deepEqual(errors.attributes.at(-1), { key: 'reason', value: { stringValue: 'timed_out' } });

    const histogram = metrics.get('fob.duration').exponentialHistogram.dataPoints[0];
    assert.equal(histogram.count, '8');
    assert.equal(histogram.sum, durations.reduce((a, b) => a + b, 0) + 51);
    assert.equal(histogram.max, 1_000);
    const { offset, bucketCounts } = histogram.positive;
    const counted = bucketCounts.flatMap((count: string, at: number) =>
      new Array(Number(count)).fill(middleOf(offset + at)),
    );
    const expected = [...durations, 50, 1].sort((a, b) => a - b);
    assert.equal(counted.length, expected.length);
    for (const [at, value] of expected.entries()) assert.ok(Math.abs(counted[at] - value) <= 0.05 * value);
    assert.equal(metrics.get('fob.queued').exponentialHistogram.dataPoints[0].zeroCount, '8');
    assert.equal(metrics.get('fob.concurrency').gauge.dataPoints[0].asDouble, 4);
    assert.equal(metrics.get('shop/orders').exponentialHistogram.dataPoints[0].sum, 3);
  });

  test('are sent again when the collector says so, and told once when it does not take them', async () => {
    const { observer, answers, requests, until, warnings } = await setUp();
    observer.measure('node.loop', { node: 'here' }, 'share', 0.1);
    answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '2' } }, { status: 200 });
    await until(3);
    assert.deepEqual(requests[0]!.body, requests[2]!.body);
    assert.equal(warnings.length, 0);
    answers.push({ status: 400 }, { status: 400 });
    await until(5);
    await until(6);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /status 400/);
  });

  test('what a collector says is told as one short line, whatever it is', async () => {
    const { observer, answers, until, warnings } = await setUp();
    observer.measure('node.loop', { node: 'here' }, 'share', 0.1);
    const body = `no\r\n\u001b]0;title\u0007 \u202eback\u0000 ${'x'.repeat(5_000_000)}`;
    answers.push({ status: 400, body });
    await until(2);
    const { reason } = JSON.parse(warnings[0]!) as { reason: string };
    assert.match(reason, /answered with status 400: no \]0;title back x{100,200}…$/);
  });

  test('come a last time at the end', async () => {
    const { observer, requests, exporter } = await setUp();
    observer.measure('shop/orders', { function: 'hello' }, 'Count', 1);
    await exporter.close();
    assert.equal(requests.length, 1);
  });
});

test('what is no collector and no header is refused', () => {
  assert.equal(otlpTarget({ otlpEndpoint: '', otlpHeaders: [] }), undefined);
  for (const otlpEndpoint of ['localhost:4318', 'ftp://x', 'http://user:password@host', 'http://x/?key=1'])
    assert.throws(() => otlpTarget({ otlpEndpoint, otlpHeaders: [] }), {
      code: 'invalid_request',
      message: /otlpEndpoint/,
    });
  for (const header of ['secret', '=secret', 'a b=secret', 'a=secret\nb'])
    assert.throws(
      () => otlpTarget({ otlpEndpoint: 'http://x', otlpHeaders: ['a=b', header] }),
      (error: Error) => /number 2/.test(error.message) && !error.message.includes('secret'),
    );
});
