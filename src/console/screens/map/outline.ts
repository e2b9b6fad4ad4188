import type { Box, Layout, LayoutRequest } from './layout-shape.ts';

const NODE_HEIGHT = 44;
/** What calls from outside stands above what it calls, side by side. */
const SMALL = { width: 92, minWidth: 56, height: 28, gap: 8, below: 16 };
const ROW_GAP = 10;
/** Between what does not hang together. */
const PART_GAP = 24;
const INDENT = 24;
/** Of the width, what indents may take: the deepest thing has room for its name. */
const MAX_INDENTED = 0.42;
/** Where, right of a thing's left side, the lines to what lies below it go down. */
const TRUNK = 11;
/** At the right, for lines that lead to a thing once more. */
const GUTTER = 30;
const LANE = 6;
const GROUP = { padding: 8, title: 34, gap: 18 };
const CORNER = 7;
const STEP = 4;
const MAX_STEPS = 400;

type Node = LayoutRequest['nodes'][number];
type Edge = LayoutRequest['edges'][number];
interface Row {
  readonly node: Node;
  readonly depth: number;
}

/**
 * Lays out for a window that is too narrow for ranks side by side: one thing a row, over the whole width, below and right of what
 * leads to it first, as `fob map` prints it. Lines that lead to a thing once more go along the right side.
 */
export function layOutline({ nodes, edges }: LayoutRequest, width: number): Layout {
  const groups = [...new Set(nodes.map(({ group }) => group))].sort((a, b) =>
    a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1,
  );
  const small = new Set(nodes.flatMap((node) => (node.small ? [node.id] : [])));
  const above = doorsAbove(nodes, edges);
  const places: Record<string, Box> = {};
  const frames: Record<string, Box> = {};
  const parents = new Map<string, string>();
  let y = 0;
  for (const group of groups) {
    const own = nodes.filter((node) => node.group === group && !above.isAbove.has(node.id));
    if (own.length === 0) continue;
    const ids = new Set(own.map(({ id }) => id));
    const parts = rowsOf(
      own,
      edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
      parents,
    );
    const deepest = Math.max(1, ...parts.flat().map(({ depth }) => depth));
    const indent = Math.min(INDENT, (width * MAX_INDENTED) / deepest);
    const top = y;
    const side = group === '' ? 0 : GROUP.padding;
    if (group !== '') y += GROUP.title;
    for (const [at, rows] of parts.entries()) {
      if (at > 0) y += PART_GAP - ROW_GAP;
      for (const { node, depth } of rows) {
        const x = side + depth * indent;
        const room = width - GUTTER - x;
        y = placeDoors(above.of.get(node.id) ?? [], { x, y, room }, places);
        places[node.id] = { x, y, width: small.has(node.id) ? SMALL.width : room, height: NODE_HEIGHT };
        y += NODE_HEIGHT + ROW_GAP;
      }
    }
    if (group === '') continue;
    frames[group] = { x: 0, y: top, width, height: y - top };
    y += GROUP.gap;
  }
  const lines = linesOf(edges, places, parents, { width, isAbove: above.isAbove });
  const height = [...Object.values(places), ...Object.values(frames)].reduce(
    (most, box) => Math.max(most, box.y + box.height),
    0,
  );
  return { width, height, nodes: places, groups: frames, lines, isOutline: true };
}

/** The doors of each thing that something calls from outside: those that lead to it alone. */
function doorsAbove(nodes: readonly Node[], edges: readonly Edge[]) {
  const leadsTo = new Map<string, string[]>();
  const isReached = new Set(edges.map(({ to }) => to));
  for (const { from, to } of edges) leadsTo.set(from, [...(leadsTo.get(from) ?? []), to]);
  const smallIds = new Set(nodes.flatMap(({ id, small }) => (small ? [id] : [])));
  const of = new Map<string, string[]>();
  const isAbove = new Set<string>();
  for (const id of smallIds) {
    const [only, ...more] = leadsTo.get(id) ?? [];
    if (only === undefined || more.length > 0 || isReached.has(id) || smallIds.has(only)) continue;
    of.set(only, [...(of.get(only) ?? []), id]);
    isAbove.add(id);
  }
  return { of, isAbove };
}

/** Side by side, in as many rows as they need; answers where what they lead to stands. */
function placeDoors(
  doors: readonly string[],
  { x, y, room }: { x: number; y: number; room: number },
  places: Record<string, Box>,
): number {
  if (doors.length === 0) return y;
  const fitting = Math.max(1, Math.floor((room + SMALL.gap) / (SMALL.minWidth + SMALL.gap)));
  const inRow = Math.min(fitting, doors.length);
  const width = Math.min(SMALL.width, (room + SMALL.gap) / inRow - SMALL.gap);
  for (const [at, id] of doors.entries()) {
    const row = Math.floor(at / inRow);
    places[id] = {
      x: x + (at % inRow) * (width + SMALL.gap),
      y: y + row * (SMALL.height + SMALL.gap),
      width,
      height: SMALL.height,
    };
  }
  return y + Math.ceil(doors.length / inRow) * (SMALL.height + SMALL.gap) - SMALL.gap + SMALL.below;
}

/** What hangs together, row by row; in `parents`, what each row hangs below. */
function rowsOf(nodes: readonly Node[], edges: readonly Edge[], parents: Map<string, string>): Row[][] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const into = new Map<string, string[]>();
  const outOf = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    outOf.set(from, [...(outOf.get(from) ?? []), to]);
    into.set(to, [...(into.get(to) ?? []), from]);
  }
  const placed = new Set<string>();
  const parts: Row[][] = [];
  const begin = (start: string): void => {
    const rows: Row[] = [];
    // By a list of its own: a chain of thousands is not too deep for it.
    const open: { id: string; depth: number; parent?: string }[] = [{ id: start, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { id, depth, parent } = next;
      if (placed.has(id)) continue;
      placed.add(id);
      if (parent !== undefined) parents.set(id, parent);
      // What also leads here, and to nothing else, stands right above.
      for (const other of into.get(id) ?? []) {
        if (placed.has(other) || into.has(other) || outOf.get(other)!.length > 1) continue;
        placed.add(other);
        rows.push({ node: byId.get(other)!, depth });
      }
      rows.push({ node: byId.get(id)!, depth });
      for (const to of [...(outOf.get(id) ?? [])].reverse()) open.push({ id: to, depth: depth + 1, parent: id });
    }
    if (rows.length > 0) parts.push(rows);
  };
  const starts = nodes.filter(({ id }) => !into.has(id));
  const reach = ({ id }: Node): number => (outOf.get(id) ?? []).length;
  for (const { id } of starts.sort((a, b) => reach(b) - reach(a) || (a.id < b.id ? -1 : 1))) begin(id);
  // Circles begin anywhere.
  for (const { id } of nodes) begin(id);
  return parts.sort((a, b) => b.length - a.length);
}

interface Sides {
  readonly width: number;
  readonly isAbove: ReadonlySet<string>;
}

function linesOf(
  edges: readonly Edge[],
  places: Readonly<Record<string, Box>>,
  parents: ReadonlyMap<string, string>,
  { width, isAbove }: Sides,
): Record<string, readonly number[]> {
  const lines: Record<string, readonly number[]> = {};
  const aside: { id: string; from: Box; to: Box; reach: number }[] = [];
  for (const { id, from, to } of edges) {
    const [a, b] = [places[from]!, places[to]!];
    if (isAbove.has(from)) {
      const x = a.x + a.width / 2;
      lines[id] = path([
        [x, a.y + a.height],
        [x, b.y],
      ]);
    } else if (parents.get(to) === from) {
      const x = a.x + Math.min(TRUNK, (b.x - a.x) / 2);
      lines[id] = path([
        [x, a.y + a.height],
        [x, b.y + b.height / 2],
        [b.x, b.y + b.height / 2],
      ]);
    } else aside.push({ id, from: a, to: b, reach: Math.abs(a.y - b.y) });
  }
  // The shortest are the nearest to what they join, so that they cross little.
  const lanes: [top: number, bottom: number][][] = [];
  const most = Math.floor((GUTTER - 8) / LANE);
  for (const { id, from, to } of aside.sort((one, other) => one.reach - other.reach || (one.id < other.id ? -1 : 1))) {
    const begin = from.y + from.height * (from === to ? 0.3 : 0.66);
    const end = to.y + to.height * (from === to ? 0.7 : 0.34);
    const [top, bottom] = [Math.min(begin, end), Math.max(begin, end)];
    let lane = lanes.findIndex((taken) => taken.every(([first, last]) => last < top - 2 || first > bottom + 2));
    if (lane < 0) lane = Math.min(lanes.length, most - 1);
    lanes[lane] = [...(lanes[lane] ?? []), [top, bottom]];
    const x = width - GUTTER + 10 + lane * LANE;
    lines[id] = path([
      [from.x + from.width, begin],
      [x, begin],
      [x, end],
      [to.x + to.width, end],
    ]);
  }
  return lines;
}

type Corner = readonly [x: number, y: number];

/** A line by these corners, rounded, as points that are as far from each other, so that what moves along it moves evenly. */
function path(corners: readonly Corner[]): number[] {
  const rounded: Corner[] = [corners[0]!];
  for (let at = 1; at < corners.length - 1; at++) {
    const [before, corner, after] = [corners[at - 1]!, corners[at]!, corners[at + 1]!];
    const reach = Math.min(CORNER, distance(before, corner) / 2, distance(corner, after) / 2);
    const begin = toward(corner, before, reach);
    const end = toward(corner, after, reach);
    for (let step = 0; step <= 4; step++)
      rounded.push(between(between(begin, corner, step / 4), between(corner, end, step / 4), step / 4));
  }
  rounded.push(corners.at(-1)!);
  return evenly(rounded);
}

function evenly(points: readonly Corner[]): number[] {
  const length = points.slice(1).reduce((sum, point, at) => sum + distance(points[at]!, point), 0);
  const count = Math.max(2, Math.min(MAX_STEPS, Math.round(length / STEP)));
  const line: number[] = [...points[0]!];
  let at = 0;
  let passed = 0;
  for (let step = 1; step < count; step++) {
    const wanted = (length * step) / count;
    while (at < points.length - 2 && passed + distance(points[at]!, points[at + 1]!) < wanted) {
      passed += distance(points[at]!, points[at + 1]!);
      at++;
    }
    line.push(...toward(points[at]!, points[at + 1]!, wanted - passed));
  }
  // Its end as it comes in, which says where its arrow points, also where the points are far from each other.
  line.push(...toward(points.at(-1)!, points.at(-2)!, Math.min(STEP, distance(points.at(-1)!, points.at(-2)!))));
  line.push(...points.at(-1)!);
  return line;
}

function distance([ax, ay]: Corner, [bx, by]: Corner): number {
  return Math.hypot(bx - ax, by - ay);
}

function between([ax, ay]: Corner, [bx, by]: Corner, part: number): Corner {
  return [ax + (bx - ax) * part, ay + (by - ay) * part];
}

function toward(from: Corner, to: Corner, px: number): Corner {
  const length = distance(from, to);
  return length === 0 ? from : between(from, to, Math.min(1, px / length));
}
