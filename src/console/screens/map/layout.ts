import { layout as dagre, Graph } from '@dagrejs/dagre';
import type { Box, Layout, LayoutRequest } from './layout-shape.ts';
import { layOutline } from './outline.ts';

const NODE = { width: 208, height: 40 };
const SMALL = { width: 88, height: 24 };
const GAP = 34;
/** How wide a group is of its height, about. */
const GROUP_ASPECT = 1.4;
/** How wide the rows are that are tried, of what a square of all would take. */
const WIDTHS = [0.85, 0.95, 1, 1.05, 1.12, 1.2, 1.3, 1.45, 1.65, 1.9];
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

/** Lays out each part that hangs together by itself, then packs the parts into their groups, and the groups, and what is in none below them, into the whole. */
export function layOut(request: LayoutRequest): Layout {
  const { nodes, edges, aspect, narrowPx } = request;
  if (narrowPx !== undefined) return layOutline(request, narrowPx);
  const partsOf = (group: string): Part[] => {
    const own = nodes.filter((node) => node.group === group);
    const ids = new Set(own.map(({ id }) => id));
    const within = edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
    return componentsOf(own, within).map(layOutPart);
  };
  const groups = [...new Set(nodes.map(({ group }) => group))].filter((group) => group !== '').sort();
  const boxes = groups.map((group) => ({ group, part: framed(pack([[partsOf(group), GAP]], GROUP_ASPECT)) }));
  const framedParts = boxes.map(({ part }) => part);
  const whole = pack(
    [
      [framedParts, GAP * 1.6],
      [partsOf(''), GAP],
    ],
    aspect,
  );
  const places: Record<string, Box> = Object.fromEntries(whole.nodes);
  const lines: Record<string, readonly number[]> = Object.fromEntries(whole.lines);
  for (const { id, from, to } of edges) lines[id] ??= across(places[from]!, places[to]!);
  const frames: Record<string, Box> = {};
  for (const { group, part } of boxes) {
    const first = part.nodes.keys().next().value;
    if (first === undefined) continue;
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

/** Parts that stand together, and the room between them. */
type Shelf = readonly [parts: readonly Part[], gap: number];

interface Packing {
  readonly width: number;
  readonly height: number;
  readonly places: readonly { readonly part: Part; readonly x: number; readonly y: number }[];
}

/** Puts parts into rows, shelf below shelf, so that the whole is as large as it can be in a window of this aspect. */
function pack(shelves: readonly Shelf[], aspect: number): Part {
  const all = shelves.flatMap(([parts, gap]) =>
    parts.map(({ width, height }) => ({ width, area: (width + gap) * (height + gap) })),
  );
  const square = Math.sqrt(all.reduce((sum, { area }) => sum + area, 0) * aspect);
  const widest = Math.max(...all.map(({ width }) => width), 0);
  const tried = WIDTHS.map((times) => inRows(shelves, Math.max(widest, square * times)));
  const sizeIn = ({ width, height }: Packing) => Math.max(width / aspect, height);
  const { width, height, places } = tried.reduce((best, each) => (sizeIn(each) < sizeIn(best) ? each : best));
  const placed = places.map(({ part, x, y }) => moved(part, x, y, part.width, part.height));
  return {
    width,
    height,
    nodes: new Map(placed.flatMap(({ nodes }) => [...nodes])),
    lines: new Map(placed.flatMap(({ lines }) => [...lines])),
  };
}

/** Rows no wider than the limit, the tallest parts of a shelf first. */
function inRows(shelves: readonly Shelf[], limit: number): Packing {
  const places: { part: Part; x: number; y: number }[] = [];
  let width = 0;
  let y = 0;
  for (const [parts, gap] of shelves) {
    let x = 0;
    let rowHeight = 0;
    if (y > 0 && parts.length > 0) y += gap;
    for (const part of [...parts].sort((a, b) => b.height - a.height)) {
      if (x > 0 && x + part.width > limit) {
        x = 0;
        y += rowHeight + gap;
        rowHeight = 0;
      }
      places.push({ part, x, y });
      x += part.width + gap;
      width = Math.max(width, x - gap);
      rowHeight = Math.max(rowHeight, part.height);
    }
    y += rowHeight;
  }
  return { width, height: y, places };
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
