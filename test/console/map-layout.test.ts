import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Box, layOut } from '../../src/console/screens/map/layout.ts';

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
