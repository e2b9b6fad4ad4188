import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../model/clock.ts';
import type { SpanRecord } from '../../store/journal.ts';
import { otlpTarget } from '../otlp/client.ts';
import { SpanExport } from './span-export.ts';

const span = (n: number, more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 'ab'.repeat(16),
  spanId: n.toString(16).padStart(16, '0'),
  name: `span ${n}`,
  kind: 'client',
  startedAtMs: 1_767_225_600_000.125,
  durationMs: 1.5,
  attributes: { bytes: 12, share: 0.5, coldStart: true, version: 3, resource: 'bucket:b' },
  ...more,
});

/** A receiver that takes what it is told to, and keeps what it got. */
async function receiver(answer: (attempt: number) => number) {
  const got: { path: string; headers: IncomingMessage['headers']; body: unknown }[] = [];
  let attempts = 0;
  let tell = (): void => {};
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    void json(req).then((body) => {
      const status = answer(++attempts);
      if (status === 200) got.push({ path: req.url!, headers: req.headers, body });
      res.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end('{}');
      if (status === 200) tell();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    got,
    attempts: () => attempts,
    taken: () => new Promise<void>((resolve) => (tell = resolve)),
    close: () => server.close(),
  };
}

describe('spans as OTLP', () => {
  const opened: { close(): unknown }[] = [];
  after(() => opened.forEach((each) => void each.close()));

  const exporter = (endpoint: string) =>
    new SpanExport({
      target: otlpTarget({ otlpEndpoint: endpoint, otlpHeaders: ['authorization=Bearer secret'] })!,
      resource: { 'service.name': 'fob' },
      version: '1.2.3',
      clock: systemClock,
      log: pino({ level: 'silent' }),
    });

  test('arrive at a collector as it reads them', async () => {
    const collector = await receiver(() => 200);
    opened.push(collector);
    const spans = exporter(collector.endpoint);
    spans.add([span(1, { parentSpanId: 'cd'.repeat(8), function: 'shop', invocationId: 'i', error: 'HTTP 500' })]);
    await spans.close();
    assert.equal(collector.got.length, 1);
    const [{ path, headers, body }] = collector.got as [(typeof collector.got)[0]];
    assert.equal(path, '/v1/traces');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, 'Bearer secret');
    assert.deepEqual(body, {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'fob' } }] },
          scopeSpans: [
            {
              scope: { name: 'fob', version: '1.2.3' },
              spans: [
                {
                  traceId: 'ab'.repeat(16),
                  spanId: '0000000000000001',
                  parentSpanId: 'cd'.repeat(8),
                  name: 'span 1',
                  kind: 3,
                  startTimeUnixNano: '1767225600000125000',
                  endTimeUnixNano: '1767225600001625000',
                  attributes: [
                    { key: 'faas.name', value: { stringValue: 'shop' } },
                    { key: 'faas.invocation_id', value: { stringValue: 'i' } },
                    { key: 'fob.bytes', value: { intValue: '12' } },
                    { key: 'fob.share', value: { doubleValue: 0.5 } },
                    { key: 'faas.coldstart', value: { boolValue: true } },
                    { key: 'faas.version', value: { stringValue: '3' } },
                    { key: 'fob.resource', value: { stringValue: 'bucket:b' } },
                  ],
                  status: { code: 2, message: 'HTTP 500' },
                },
              ],
            },
          ],
        },
      ],
    });
    assert.deepEqual([spans.sent, spans.dropped], [1, 0]);
  });

  test('are sent again while the collector is overloaded, and in batches', async () => {
    const collector = await receiver((attempt) => (attempt === 1 ? 503 : 200));
    opened.push(collector);
    const spans = exporter(collector.endpoint);
    const taken = collector.taken();
    spans.add(Array.from({ length: 1_000 }, (_, n) => span(n + 1)));
    await taken;
    await spans.close();
    const sizes = collector.got.map(
      ({ body }) =>
        (body as { resourceSpans: [{ scopeSpans: [{ spans: [] }] }] }).resourceSpans[0].scopeSpans[0].spans.length,
    );
    assert.deepEqual(sizes, [512, 488]);
    assert.equal(collector.attempts(), 3);
    assert.deepEqual([spans.sent, spans.dropped], [1_000, 0]);
  });

  test('are dropped and counted where there are too many, or nobody takes them', async () => {
    const collector = await receiver(() => 400);
    opened.push(collector);
    const spans = exporter(collector.endpoint);
    spans.add(Array.from({ length: 25_000 }, (_, n) => span(n + 1)));
    assert.equal(spans.dropped, 5_000);
    await spans.close();
    assert.deepEqual([spans.sent, spans.dropped], [0, 25_000]);
  });
});
