import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionView } from '../../src/console/api/things.ts';
import { closeGroups } from '../../src/console/screens/map/groups.ts';
import { type MapEdge, type MapModel, type MapNode, mapModel } from '../../src/console/screens/map/model.ts';

const node = (id: string, group: string, calls = 0, errors = 0): MapNode => {
  const [kind, name] = id.split(':') as [string, string];
  return { id, kind, name, group, silent: calls === 0, calls, errors };
};
const edge = (from: string, to: string, calls: number, averageMs = 10): MapEdge => ({
  id: `${from} ${to}`,
  from,
  to,
  kind: 'calls',
  numbers: {
    calls,
    errors: 1,
    perMinute: calls,
    averageMs,
    p50Ms: 1,
    p99Ms: 2,
    maxMs: averageMs,
    lastAtMs: calls,
    operations: { get: calls },
  },
});
const MODEL: MapModel = {
  nodes: [
    node('function:a', 'shop', 5, 1),
    node('function:b', 'shop', 7),
    node('queue:q', 'shop', 3),
    node('function:c', 'core', 4),
    node('function:d', '', 1),
  ],
  edges: [
    edge('function:a', 'function:b', 5),
    edge('function:a', 'function:c', 1, 10),
    edge('function:b', 'function:c', 3, 30),
    edge('function:c', 'function:d', 1),
    edge('function:d', 'function:a', 2),
  ],
  groups: ['core', 'shop'],
  shape: 'as it was',
  hidden: 0,
};

test('what things went on from is not silent, though nobody knows what came to it', () => {
  const numbers = edge('bucket:photos', 'trigger:uploads', 4).numbers;
  const answer = {
    nodes: [
      { id: 'bucket:photos', kind: 'bucket', name: 'photos', silent: false },
      { id: 'trigger:uploads', kind: 'trigger', name: 'uploads', silent: false },
    ],
    edges: [{ from: 'bucket:photos', to: 'trigger:uploads', kind: 'wakes', ...numbers }],
  } as unknown as Parameters<typeof mapModel>[0];
  const { nodes } = mapModel(answer, [], '', true);
  assert.deepEqual(
    nodes.map(({ name, calls, passes }) => [name, calls, passes]),
    [
      ['photos', 0, 4],
      ['uploads', 4, undefined],
    ],
  );
});

test('a closed group is one thing: its lines are those of all that is in it, and what happens within is not drawn', () => {
  const { nodes, edges, shape } = closeGroups(MODEL, new Set(['shop']));
  assert.deepEqual(nodes.map(({ id }) => id).sort(), ['function:c', 'function:d', 'group:shop']);
  const { calls, errors, detail, silent } = nodes.find(({ id }) => id === 'group:shop')!;
  assert.deepEqual([calls, errors, detail, silent], [12, 1, '2 functions', false]);
  const lines = Object.fromEntries(edges.map(({ id, numbers, merged }) => [id, [numbers.calls, merged]]));
  assert.deepEqual(lines, {
    'group:shop function:c': [4, true],
    'function:c function:d': [1, false],
    'function:d group:shop': [2, false],
  });
  const { averageMs, errors: failed, lastAtMs, operations } = edges.find(({ to }) => to === 'function:c')!.numbers;
  assert.deepEqual([averageMs, failed, lastAtMs, operations], [25, 2, 3, { get: 4 }]);
  assert.notEqual(shape, MODEL.shape);
});

test('two closed groups are joined by one line; without closed ones the map is as it was', () => {
  const { edges } = closeGroups(MODEL, new Set(['shop', 'core']));
  assert.deepEqual(
    edges.map(({ id }) => id),
    ['group:shop group:core', 'group:core function:d', 'function:d group:shop'],
  );
  assert.equal(closeGroups(MODEL, new Set()), MODEL);
  assert.equal(closeGroups(MODEL, new Set(['gone'])), MODEL);
});

test('a function has the group of its own tags alone, whatever the tag is called', () => {
  const functions = [
    { name: 'a', config: { owner: 'shop', tags: { constructor: 'x' } } },
    { name: 'b', config: { tags: {} } },
  ] as unknown as FunctionView[];
  const answer = { nodes: [], edges: [] } as unknown as Parameters<typeof mapModel>[0];
  const groupsBy = (grouping: 'owner' | `tag:${string}`) =>
    mapModel(answer, functions, grouping, true).nodes.map(({ group }) => group);
  assert.deepEqual(groupsBy('tag:constructor'), ['x', '']);
  assert.deepEqual(groupsBy('tag:toString'), ['', '']);
  assert.deepEqual(groupsBy('owner'), ['shop', '']);
});
