import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatId, newId } from '../../model/id.ts';
import { callSpanId, sentSpanId, spanIdOf, traceIdOf } from '../../model/trace.ts';
import type { InvocationRecord, SpanRecord } from '../../store/journal.ts';
import { waterfall } from './waterfall.ts';

const START = Date.UTC(2026, 0, 1);
let made = START;

function run(name: string, more: Partial<InvocationRecord> = {}): InvocationRecord {
  made += 10;
  return {
    invocationId: formatId(newId(made)),
    function: name,
    version: 1,
    door: 'native',
    status: 'succeeded',
    startedAtMs: made,
    queuedMs: 0,
    durationMs: 5,
    coldStart: false,
    sandboxId: 's',
    payloadBytes: 0,
    resultBytes: 0,
    ...more,
  };
}

function call(of: InvocationRecord, place: number, more: Partial<SpanRecord> = {}): SpanRecord {
  const spanId = spanIdOf(of.invocationId);
  return {
    traceId: of.traceId ?? traceIdOf(of.invocationId),
    spanId: callSpanId(spanId, place),
    parentSpanId: spanId,
    invocationId: of.invocationId,
    function: of.function,
    name: 'put bucket:b',
    kind: 'client',
    startedAtMs: of.startedAtMs + place,
    durationMs: 1,
    attributes: {},
    ...more,
  };
}

const shape = ({ spans }: ReturnType<typeof waterfall>) =>
  spans.map(({ name, depth }) => `${'  '.repeat(depth)}${name}`);

describe('a waterfall', () => {
  test('has what was called below what called it, also where the call itself was not kept', () => {
    const shop = run('shop');
    const traceId = traceIdOf(shop.invocationId);
    const kept = call(shop, 1, { name: 'invoke function:pay' });
    const pay = run('pay', { traceId, parentSpanId: kept.spanId, caller: 'shop' });
    const lost = call(shop, 2);
    const mail = run('mail', { traceId, parentSpanId: lost.spanId, caller: 'shop' });
    assert.deepEqual(shape(waterfall({ traceId, invocations: [mail, pay, shop], spans: [kept] })), [
      'shop',
      '  run',
      '  invoke function:pay',
      '    pay',
      '      run',
      '  mail',
      '    run',
    ]);
  });

  test('tells the phases of a cold start, and of one that had begun before only what was waited for', () => {
    const phases = { coldStart: true, startMs: 30, placeMs: 5, loadMs: 15 };
    const cold = run('cold', { ...phases, queuedMs: 60 });
    const { spans } = waterfall({ traceId: traceIdOf(cold.invocationId), invocations: [cold], spans: [] });
    assert.deepEqual(
      spans.map(({ name, startedAtMs, durationMs }) => [name, startedAtMs - cold.startedAtMs, durationMs]),
      [
        ['cold', 0, 65],
        ['queue', 0, 10],
        ['cold start: sandbox', 10, 30],
        ['cold start: code', 40, 5],
        ['cold start: load', 45, 15],
        ['run', 60, 5],
      ],
    );
    const late = run('late', { ...phases, queuedMs: 18 });
    const shown = waterfall({ traceId: traceIdOf(late.invocationId), invocations: [late], spans: [] }).spans;
    assert.deepEqual(
      shown.map(({ name, durationMs }) => [name, durationMs]),
      [
        ['late', 23],
        ['cold start: code', 3],
        ['cold start: load', 15],
        ['run', 5],
      ],
    );
  });

  test('has all attempts of an event below the event, which waits from its acceptance', () => {
    const sender = run('sender');
    const traceId = traceIdOf(sender.invocationId);
    made += 100;
    const eventId = formatId(newId(made));
    const event = { eventId, lane: 'jobs', door: 'events', traceId };
    const parentSpanId = sentSpanId(spanIdOf(sender.invocationId), 0);
    const first = run('worker', { ...event, parentSpanId, attempt: 1, status: 'failed', errorType: 'Error' });
    const second = run('worker', { ...event, parentSpanId, attempt: 2 });
    const shown = waterfall({ traceId, invocations: [second, sender, first], spans: [] });
    assert.deepEqual(shape(shown), [
      'sender',
      '  run',
      '  event of jobs',
      '    worker',
      '      run',
      '    worker',
      '      run',
    ]);
    assert.equal(shown.errors, 1);
    assert.equal(shown.spans[2]!.attributes.attempts, 2);
  });

  test('is a tree of everything, once, whatever hostile functions say of parents and ids', () => {
    const ids = fc.constantFrom(
      ...Array.from({ length: 8 }, (_, n) => `abcdef01234500${n.toString().padStart(2, '0')}`),
    );
    const spans = fc.array(
      fc.record({ spanId: ids, parentSpanId: fc.option(ids, { nil: undefined }), at: fc.nat(3) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(spans, fc.nat(3), (forged, howMany) => {
        const own = run('own');
        const traceId = traceIdOf(own.invocationId);
        const joined = Array.from({ length: howMany }, (_, n) =>
          run('joined', { traceId, parentSpanId: `abcdef01234500${n.toString().padStart(2, '0')}` }),
        );
        const parts = forged.map(({ spanId, parentSpanId, at }) =>
          call(own, 1, { spanId, startedAtMs: START + at, ...(parentSpanId !== undefined && { parentSpanId }) }),
        );
        const shown = waterfall({ traceId, invocations: [own, ...joined], spans: parts });
        const seen = new Set<string>();
        const depths = new Map<string, number>();
        for (const { spanId, parentSpanId, depth } of shown.spans) {
          assert.ok(!seen.has(spanId), 'each once');
          seen.add(spanId);
          // A parent stands above, one level less deep.
          assert.equal(depth, parentSpanId === undefined ? 0 : depths.get(parentSpanId)! + 1);
          depths.set(spanId, depth);
        }
        const expected = new Set(parts.map(({ spanId }) => spanId)).size + 2 * (1 + howMany);
        assert.equal(shown.spans.length, expected);
      }),
    );
  });

  test('of a chain without end stays readable, and is made at once', () => {
    const own = run('own');
    const spans = Array.from({ length: 5_000 }, (_, n) =>
      call(own, n + 1, n === 0 ? {} : { parentSpanId: callSpanId(spanIdOf(own.invocationId), n) }),
    );
    const shown = waterfall({ traceId: traceIdOf(own.invocationId), invocations: [own], spans });
    assert.equal(shown.spans.length, 5_002);
    assert.equal(Math.max(...shown.spans.map(({ depth }) => depth)), 48);
  });
});
