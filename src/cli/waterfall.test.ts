import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from './map-view.ts';
import { textWidth } from './text-width.ts';
import { drawWaterfall, errorsOf, type TraceRow } from './waterfall.ts';

const plain = (_format: unknown, text: string) => text;
let made = 0;
const row = (name: string, depth: number, from: number, took: number, more: Partial<TraceRow> = {}): TraceRow => ({
  spanId: String(++made),
  depth,
  what: 'invocation',
  name,
  startedAtMs: 1_000 + from,
  durationMs: took,
  attributes: {},
  ...more,
});

test('a trace is drawn as a tree with bars by time', () => {
  const shop = row('shop', 0, 0, 100);
  const rows = [
    shop,
    row('run', 1, 0, 100, { what: 'phase', parentSpanId: shop.spanId }),
    row('invoke function:pay', 1, 25, 50, { what: 'call' }),
    row('pay', 2, 30, 40, { error: 'Error: too\nmuch' }),
    row('send queue:jobs', 1, 99.9, 0.1, { what: 'call' }),
  ];
  assert.deepEqual(drawWaterfall(rows, { width: 60, paint: plain }), [
    'SPAN                   0                   100 ms       TOOK',
    'shop                   ██████████████████████████     100 ms',
    '├ invoke function:pay         ━━━━━━━━━━━━━            50 ms',
    '│ └ pay                        ██████████              40 ms',
    '└ send queue:jobs                               ━     0.1 ms',
  ]);
  assert.deepEqual(errorsOf(rows, { width: 60, paint: plain }), ['✘ pay: Error: too much']);
});

test('no line is wider than the terminal, whatever a trace holds', () => {
  const any = fc.array(
    fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 60 }),
      depth: fc.nat(20),
      from: fc.double({ min: 0, max: 1e6, noNaN: true }),
      took: fc.double({ min: 0, max: 1e6, noNaN: true }),
      what: fc.constantFrom('event', 'invocation', 'phase', 'call'),
      error: fc.option(fc.string(), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(any, fc.constantFrom(60, 80, 140, 200), (parts, width) => {
      const rows = parts.map(({ name, depth, from, took, what, error }) =>
        row(name, depth, from, took, { what: what as TraceRow['what'], ...(error !== undefined && { error }) }),
      );
      for (const line of [...drawWaterfall(rows, { width, paint: plain }), ...errorsOf(rows, { width, paint: plain })])
        assert.ok(textWidth(line) <= width, `${textWidth(line)} of ${width}: ${line}`);
    }),
  );
});

test('a map is a tree also where functions call each other in a circle', () => {
  const edge = (from: string, to: string) =>
    ({ from, to, kind: 'calls', calls: 1, errors: 0, perMinute: 1, p50Ms: 1, p99Ms: 1, operations: {} }) as const;
  const node = (id: string) => ({ id, kind: 'function', name: id, silent: false });
  const edges = [edge('door:http', 'function:a'), edge('function:a', 'function:b'), edge('function:b', 'function:a')];
  const nodes = ['door:http', 'function:a', 'function:b', 'function:c', 'function:d'].map(node);
  const circle = [edge('function:c', 'function:d'), edge('function:d', 'function:c')];
  const rows = treeOf({ windowMs: 1, countedMs: 1, nodes, edges: [...edges, ...circle], leftOut: 0 });
  assert.deepEqual(
    rows.map(({ text }) => text),
    [
      'HTTP',
      ' └ function:a',
      '   └ function:b',
      '     └ function:a (see above)',
      'function:c',
      ' └ function:d',
      '   └ function:c (see above)',
    ],
  );
});
