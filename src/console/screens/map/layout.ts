import { layout as dagre, Graph } from '@dagrejs/dagre';
import type { Box, Layout, LayoutRequest } from './layout-shape.ts';
import { layOutline } from './outline.ts';

const NODE = { width: 208, height: 40 };
const SMALL = { width: 88, height: 24 };
const GAP = 34;
const GROUP_PADDING = 26;
const GROUP_TITLE = 34;
/** A part with more nodes is ranked in the quick way. */
const QUICK_FROM = 250;

interface Part {
  readonly width: number;
  readonly height: number;
  readonly nodes: Map<string, Box>;
  readonly lines: Map<string, number[]>;
}

/** Lays out each part that hangs together by itself, then packs the parts into their groups, and the groups into the whole. */
export function layOut(request: LayoutRequest): Layout {
  const { nodes, edges, aspect, narrowPx } = request;
  if (narrowPx !== undefined) return layOutline(request, narrowPx);
  const groups = [...new Set(nodes.map(({ group }) => group))].sort((a, b) =>
    a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1,
  );
  const boxes: { group: string; part: Part }[] = groups.map((group) => {
    const own = nodes.filter((node) => node.group === group);
    const ids = new Set(own.map(({ id }) => id));
    const within = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
    const part = pack(componentsOf(own, within).map(layOutPart), groups.length > 1 ? 1.4 : aspect, GAP);
    return { group, part: group === '' || groups.length === 0 ? part : framed(part) };
  });
  const whole = pack(
    boxes.map(({ part }) => part),
    aspect,
    GAP * 1.6,
  );
  const places: Record<string, Box> = Object.fromEntries(whole.nodes);
  const lines: Record<string, readonly number[]> = Object.fromEntries(whole.lines);
  for (const { id, from, to } of edges) lines[id] ??= across(places[from]!, places[to]!);
  const frames: Record<string, Box> = {};
  for (const { group, part } of boxes) {
    const first = part.nodes.keys().next().value;
    if (group === '' || first === undefined) continue;
    const within = part.nodes.get(first)!;
    const placed = places[first]!;
    frames[group] = { x: placed.x - within.x, y: placed.y - within.y, width: part.width, height: part.height };
  }
  return { width: whole.width, height: whole.height, nodes: places, groups: frames, lines };
}

interface Component {
  readonly nodes: LayoutRequest['nodes'][number][];
  readonly edges: LayoutRequest['edges'][number][];
}

function componentsOf(nodes: LayoutRequest['nodes'], edges: LayoutRequest['edges']): Component[] {
  const root = new Map(nodes.map(({ id }) => [id, id]));
  const find = (id: string): string => {
    let at = id;
    while (root.get(at) !== at) {
      root.set(at, root.get(root.get(at)!)!);
      at = root.get(at)!;
    }
    return at;
  };
  for (const { from, to } of edges) root.set(find(from), find(to));
  const found = new Map<string, Component>();
  for (const node of nodes) {
    const key = find(node.id);
    const component = found.get(key) ?? { nodes: [], edges: [] };
    component.nodes.push(node);
    found.set(key, component);
  }
  for (const edge of edges) found.get(find(edge.from))!.edges.push(edge);
  return [...found.values()].sort(
    (a, b) => b.nodes.length - a.nodes.length || (a.nodes[0]!.id < b.nodes[0]!.id ? -1 : 1),
  );
}

function layOutPart({ nodes, edges }: Component): Part {
  const sizeOf = (small: boolean) => (small ? SMALL : NODE);
  if (nodes.length === 1) {
    const { id, small } = nodes[0]!;
    return { ...sizeOf(small), nodes: new Map([[id, { x: 0, y: 0, ...sizeOf(small) }]]), lines: new Map() };
  }
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'LR',
    nodesep: 16,
    edgesep: 10,
    ranksep: 64,
    ranker: nodes.length > QUICK_FROM ? 'tight-tree' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, small } of nodes) graph.setNode(id, { ...sizeOf(small) });
  for (const { id, from, to } of edges) if (from !== to) graph.setEdge(from, to, {}, id);
  dagre(graph);
  const placed = new Map<string, Box>();
  for (const { id } of nodes) {
    const { x, y, width, height } = graph.node(id) as Required<Box>;
    placed.set(id, { x: x - width / 2, y: y - height / 2, width, height });
  }
  const lines = new Map<string, number[]>();
  for (const { id, from, to } of edges) {
    if (from === to) {
      lines.set(id, loop(placed.get(from)!));
      continue;
    }
    const { points = [] } = graph.edge(from, to, id) as { points?: { x: number; y: number }[] };
    lines.set(id, smooth(ends(points, placed.get(from)!, placed.get(to)!)));
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, nodes: placed, lines };
}

/** A line begins at the right of a node and ends at the left of one, unless it leads back. */
function ends(points: readonly { x: number; y: number }[], from: Box, to: Box): { x: number; y: number }[] {
  if (from.x + from.width > to.x) return [...points];
  return [
    { x: from.x + from.width, y: from.y + from.height / 2 },
    ...points.slice(1, -1),
    { x: to.x, y: to.y + to.height / 2 },
  ];
}

function framed(part: Part): Part {
  return moved(
    part,
    GROUP_PADDING,
    GROUP_TITLE,
    part.width + GROUP_PADDING * 2,
    part.height + GROUP_TITLE + GROUP_PADDING,
  );
}

function moved({ nodes, lines }: Part, dx: number, dy: number, width: number, height: number): Part {
  return {
    width,
    height,
    nodes: new Map([...nodes].map(([id, box]) => [id, { ...box, x: box.x + dx, y: box.y + dy }])),
    lines: new Map([...lines].map(([id, line]) => [id, line.map((value, at) => value + (at % 2 === 0 ? dx : dy))])),
  };
}

/** Puts parts into rows, the tallest first, so that the whole has about this aspect. */
function pack(parts: readonly Part[], aspect: number, gap: number): Part {
  const sorted = [...parts].sort((a, b) => b.height - a.height);
  const area = sorted.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const widest = Math.max(...sorted.map(({ width }) => width), 0);
  const limit = Math.max(widest, Math.sqrt(area * aspect));
  const nodes = new Map<string, Box>();
  const lines = new Map<string, number[]>();
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  let width = 0;
  for (const part of sorted) {
    if (x > 0 && x + part.width > limit) {
      x = 0;
      y += rowHeight + gap;
      rowHeight = 0;
    }
    const placed = moved(part, x, y, part.width, part.height);
    for (const [id, box] of placed.nodes) nodes.set(id, box);
    for (const [id, line] of placed.lines) lines.set(id, line);
    x += part.width + gap;
    width = Math.max(width, x - gap);
    rowHeight = Math.max(rowHeight, part.height);
  }
  return { width, height: y + rowHeight, nodes, lines };
}

/** A curve between nodes of different parts. */
function across(from: Box, to: Box): number[] {
  const isForward = from.x + from.width / 2 <= to.x + to.width / 2;
  const a = { x: isForward ? from.x + from.width : from.x, y: from.y + from.height / 2 };
  const d = { x: isForward ? to.x : to.x + to.width, y: to.y + to.height / 2 };
  const reach = Math.max(40, Math.abs(d.x - a.x) / 2) * (isForward ? 1 : -1);
  return bezier(a, { x: a.x + reach, y: a.y }, { x: d.x - reach, y: d.y }, d, 28);
}

function loop({ x, y, width }: Box): number[] {
  const a = { x: x + width * 0.66, y };
  const d = { x: x + width * 0.34, y };
  return bezier(a, { x: a.x + 12, y: y - 34 }, { x: d.x - 12, y: y - 34 }, d, 20);
}

type Point = { readonly x: number; readonly y: number };

function bezier(a: Point, b: Point, c: Point, d: Point, steps: number): number[] {
  const line: number[] = [];
  for (let at = 0; at <= steps; at++) {
    const t = at / steps;
    const u = 1 - t;
    const [p, q, r, s] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    line.push(p * a.x + q * b.x + r * c.x + s * d.x, p * a.y + q * b.y + r * c.y + s * d.y);
  }
  return line;
}

/** A smooth line through points: between neighbours it leaves and comes in level, as lines between ranks do. */
function smooth(points: readonly Point[]): number[] {
  const line: number[] = [];
  for (let at = 1; at < points.length; at++) {
    const a = points[at - 1]!;
    const d = points[at]!;
    const reach = (d.x - a.x) / 2;
    const part = bezier(a, { x: a.x + reach, y: a.y }, { x: d.x - reach, y: d.y }, d, 10);
    line.push(...(at === 1 ? part : part.slice(2)));
  }
  return line;
}
