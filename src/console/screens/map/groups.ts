import { countText } from '../../ui/format.ts';
import { type MapEdge, type MapModel, type MapNode, type Numbers, shapeOf } from './model.ts';

/** Id of what stands for all of a closed group. */
export const groupId = (group: string): string => `group:${group}`;

/** The map with some groups closed: each is one thing then, and lines from and to what is in it are its lines. */
export function closeGroups(model: MapModel, closed: ReadonlySet<string>): MapModel {
  const inside = new Map<string, MapNode[]>();
  for (const node of model.nodes) {
    if (!closed.has(node.group)) continue;
    inside.set(node.group, [...(inside.get(node.group) ?? []), node]);
  }
  if (inside.size === 0) return model;
  const nameOf = new Map([...inside].flatMap(([group, nodes]) => nodes.map(({ id }) => [id, groupId(group)])));
  const lines = new Map<string, MapEdge>();
  for (const edge of model.edges) {
    const from = nameOf.get(edge.from) ?? edge.from;
    const to = nameOf.get(edge.to) ?? edge.to;
    if (from === to && from !== edge.from) continue;
    const isWhole = from === edge.from && to === edge.to;
    const id = isWhole ? edge.id : `${from} ${to}`;
    const known = lines.get(id);
    const numbers = known === undefined ? edge.numbers : together(known.numbers, edge.numbers);
    lines.set(id, {
      ...edge,
      id,
      from,
      to,
      numbers,
      merged: !isWhole && (known !== undefined || edge.merged === true),
    });
  }
  const nodes = [
    ...model.nodes.filter(({ id }) => !nameOf.has(id)),
    ...[...inside].map(([group, members]) => asOne(group, members)),
  ];
  const edges = [...lines.values()];
  return { ...model, nodes, edges, shape: shapeOf(nodes, edges) };
}

function asOne(group: string, members: readonly MapNode[]): MapNode {
  const functions = members.filter(({ kind }) => kind === 'function');
  return {
    id: groupId(group),
    kind: 'group',
    name: group,
    detail: countText(functions.length, 'function'),
    silent: members.every(({ silent }) => silent),
    group: '',
    calls: functions.reduce((sum, { calls }) => sum + calls, 0),
    errors: functions.reduce((sum, { errors }) => sum + errors, 0),
  };
}

/** The numbers of two lines as those of one. Medians of both together are not known: the larger stands for them. */
function together(one: Numbers, other: Numbers): Numbers {
  const calls = one.calls + other.calls;
  const operations = { ...one.operations };
  for (const [name, count] of Object.entries(other.operations)) operations[name] = (operations[name] ?? 0) + count;
  return {
    calls,
    errors: one.errors + other.errors,
    perMinute: one.perMinute + other.perMinute,
    averageMs: calls === 0 ? 0 : (one.averageMs * one.calls + other.averageMs * other.calls) / calls,
    p50Ms: Math.max(one.p50Ms, other.p50Ms),
    p99Ms: Math.max(one.p99Ms, other.p99Ms),
    maxMs: Math.max(one.maxMs, other.maxMs),
    lastAtMs: Math.max(one.lastAtMs, other.lastAtMs),
    operations,
  };
}
