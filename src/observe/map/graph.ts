import type { MapEdge } from './call-map.ts';

/** A source of events as it is configured: `trigger` wakes `function`, and hears of `source`, where that is on this node. */
export interface ConfiguredTrigger {
  readonly name: string;
  readonly function: string;
  readonly type: string;
  readonly summary: string;
  readonly enabled: boolean;
  /** A node such as `bucket:photos`. */
  readonly source?: string;
}

/** A queue that gets what a topic publishes, as it is configured. */
export interface ConfiguredSubscription {
  readonly from: string;
  readonly to: string;
}

export interface MapNode {
  /** Kind and name, such as `function:resize`. */
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Of a trigger: its type and what it listens to. */
  readonly detail?: string;
  /** Nothing happened here within the window. */
  readonly silent: boolean;
}

/** An edge that was seen, or, without numbers, one that is only configured: `calls` is 0 then. */
interface GraphEdge extends MapEdge {
  /** `wakes`: a trigger, a function; `calls`: a function or somebody from outside, a function; `uses`: a function, a service; `feeds`: a service, what hears of it. */
  readonly kind: 'wakes' | 'calls' | 'uses' | 'feeds';
}

export interface MapGraph {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly GraphEdge[];
}

const NOTHING = {
  calls: 0,
  errors: 0,
  perMinute: 0,
  averageMs: 0,
  p50Ms: 0,
  p99Ms: 0,
  maxMs: 0,
  lastAtMs: 0,
  operations: {},
} as const;

/** Nodes and edges of what happened, and what is configured to happen but was silent. */
export function mapGraph(
  seen: readonly MapEdge[],
  triggers: readonly ConfiguredTrigger[],
  subscriptions: readonly ConfiguredSubscription[] = [],
): MapGraph {
  const edges = new Map<string, GraphEdge>();
  const add = (edge: GraphEdge): void => void edges.set(`${edge.from} ${edge.to}`, edge);
  for (const edge of seen) add({ ...edge, kind: kindOf(edge) });
  const details = new Map<string, string>();
  for (const { name, function: fn, type, summary, enabled, source } of triggers) {
    const id = `trigger:${name}`;
    details.set(id, `${type} ${summary}${enabled ? '' : ' (paused)'}`.trim());
    const wakes = edges.get(`${id} function:${fn}`) ?? {
      from: id,
      to: `function:${fn}`,
      kind: 'wakes' as const,
      ...NOTHING,
    };
    add(wakes);
    // What woke the function had come from there.
    if (source !== undefined) add({ ...wakes, from: source, to: id, kind: 'feeds', operations: {} });
  }
  for (const { from, to } of subscriptions)
    if (!edges.has(`${from} ${to}`)) add({ from, to, kind: 'feeds', ...NOTHING });

  const loud = new Set<string>();
  const ids = new Set<string>();
  for (const { from, to, calls } of edges.values()) {
    for (const id of [from, to]) {
      ids.add(id);
      if (calls > 0) loud.add(id);
    }
  }
  const nodes = [...ids].sort().map((id): MapNode => {
    const colon = id.indexOf(':');
    const detail = details.get(id);
    return {
      id,
      kind: id.slice(0, colon),
      name: id.slice(colon + 1),
      ...(detail !== undefined && { detail }),
      silent: !loud.has(id),
    };
  });
  return { nodes, edges: [...edges.values()] };
}

function kindOf({ from, to }: MapEdge): GraphEdge['kind'] {
  if (!to.startsWith('function:')) return 'uses';
  return from.startsWith('trigger:') ? 'wakes' : 'calls';
}

/** The part of a map that hangs together with these nodes. */
export function around({ nodes, edges }: MapGraph, start: string): MapGraph {
  const next = new Map<string, string[]>();
  const link = (one: string, other: string): void => {
    const known = next.get(one);
    if (known === undefined) next.set(one, [other]);
    else known.push(other);
  };
  for (const { from, to } of edges) {
    // Doors are nobody's neighbours: everything hangs together by them.
    if (!from.startsWith('door:')) link(to, from);
    if (!from.startsWith('door:')) link(from, to);
  }
  const reached = new Set([start]);
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next.get(id) ?? []) {
      if (reached.has(other)) continue;
      reached.add(other);
      open.push(other);
    }
  }
  const kept = edges.filter(({ from, to }) => reached.has(to) && (reached.has(from) || from.startsWith('door:')));
  const ids = new Set(kept.flatMap(({ from, to }) => [from, to]));
  return { nodes: nodes.filter(({ id }) => ids.has(id)), edges: kept };
}
