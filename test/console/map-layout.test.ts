import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layOut } from '../../src/console/screens/map/layout.ts';
import type { Box } from '../../src/console/screens/map/layout-shape.ts';

const graphs = fc.record({
  kinds: fc.array(fc.record({ small: fc.boolean(), group: fc.constantFrom('', 'shop', 'core') }), {
    minLength: 1,
    maxLength: 24,
  }),
  pairs: fc.array(fc.tuple(fc.nat(23), fc.nat(23)), { maxLength: 40 }),
  aspect: fc.constantFrom(0.5, 1.5, 3),
});

function overlap(one: Box, other: Box): boolean {
  // Rounding aside.
  const near = 0.01;
  return (
    one.x + near < other.x + other.width &&
    other.x + near < one.x + one.width &&
    one.y + near < other.y + other.height &&
    other.y + near < one.y + one.height
  );
}

test('whatever hangs together how, each thing has a place of its own within its group, and each line one', () => {
  fc.assert(
    fc.property(graphs, ({ kinds, pairs, aspect }) => {
      const nodes = kinds.map((kind, at) => ({ id: `n${at}`, ...kind }));
      const ids = new Set(pairs.map(([from, to]) => `n${from % nodes.length} n${to % nodes.length}`));
      const edges = [...ids].map((id) => ({ id, from: id.split(' ')[0]!, to: id.split(' ')[1]! }));
      const { nodes: places, groups, lines, width, height } = layOut({ nodes, edges, aspect });
      const boxes = nodes.map(({ id, group }) => ({ box: places[id]!, group }));
      for (const [at, { box, group }] of boxes.entries()) {
        assert.ok(box.x >= -1 && box.y >= -1 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1);
        for (const { box: other } of boxes.slice(at + 1)) assert.ok(!overlap(box, other));
        for (const [name, frame] of Object.entries(groups)) assert.equal(overlap(box, frame), name === group);
      }
      for (const { id } of edges) assert.ok(lines[id]!.length >= 4 && lines[id]!.every(Number.isFinite), id);
    }),
    { numRuns: 60 },
  );
});

test('for a narrow window, each has a row within its width, and each line begins and ends at what it joins', () => {
  fc.assert(
    fc.property(graphs, fc.integer({ min: 280, max: 560 }), ({ kinds, pairs }, narrowPx) => {
      const nodes = kinds.map((kind, at) => ({ id: `n${at}`, ...kind }));
      const ids = new Set(pairs.map(([from, to]) => `n${from % nodes.length} n${to % nodes.length}`));
      const edges = [...ids].map((id) => ({ id, from: id.split(' ')[0]!, to: id.split(' ')[1]! }));
      const { nodes: places, lines, width, height, isOutline } = layOut({ nodes, edges, aspect: 1, narrowPx });
      assert.ok(isOutline && width === narrowPx);
      const boxes = nodes.map(({ id }) => places[id]!);
      for (const [at, box] of boxes.entries()) {
        assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height);
        assert.ok(box.width >= 56 && box.height >= 24, 'a finger finds it');
        for (const other of boxes.slice(at + 1)) assert.ok(!overlap(box, other));
      }
      for (const { id, from, to } of edges) {
        const line = lines[id]!;
        assert.ok(line.every(Number.isFinite), id);
        for (const [x, y, box] of [
          [line[0]!, line[1]!, places[from]!],
          [line.at(-2)!, line.at(-1)!, places[to]!],
        ] as const)
          assert.ok(overlap({ x: x - 1, y: y - 1, width: 2, height: 2 }, box), `${id} joins ${from} and ${to}`);
        for (let at = 0; at < line.length; at += 2) assert.ok(line[at]! >= 0 && line[at]! <= width);
      }
    }),
    { numRuns: 100 },
  );
});

test('groups stand above what is in none, and all of it fills the window', () => {
  const nodes = [
    ...Array.from({ length: 8 }, (_, at) => ({ id: `g${at}`, small: false, group: at < 4 ? 'shop' : 'core' })),
    ...Array.from({ length: 60 }, (_, at) => ({ id: `n${at}`, small: false, group: '' })),
  ];
  const edges = Array.from({ length: 20 }, (_, at) => ({
    id: `e${at}`,
    from: `n${at * 3}`,
    to: `n${at * 3 + 1}`,
  }));
  const aspect = 2;
  const { nodes: places, groups, width, height } = layOut({ nodes, edges, aspect });
  const lowest = Math.max(...Object.values(groups).map((frame) => frame.y + frame.height));
  for (const { id, group } of nodes) if (group === '') assert.ok(places[id]!.y >= lowest, id);
  const share = width / height / aspect;
  assert.ok(share > 0.8 && share < 1.25, `${width} × ${height}`);
});
