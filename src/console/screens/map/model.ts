import type { FunctionView } from '../../api/things.ts';
import type { Api } from '../../api/types.gen.ts';
import { doorWords } from '../../ui/door-words.ts';

export type MapAnswer = Api['GET /v1/map']['answer'];
export type Numbers = Omit<MapAnswer['edges'][number], 'from' | 'to' | 'kind'>;

/** A thing on the map. */
export interface MapNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly detail?: string;
  readonly silent: boolean;
  /** What it is grouped under; `''` for what belongs to no group, or to several. */
  readonly group: string;
  /** What came to it: calls of a function, uses of a service. */
  readonly calls: number;
  readonly errors: number;
  /** What went on from it, where nothing is known to have come to it: objects that somebody stored wake a function. */
  readonly passes?: number;
}

/** A line of the map. Doors stand once for each function that they call, so that not everything hangs together by them. */
export interface MapEdge {
  readonly id: string;
  /** Ids of nodes of the map. */
  readonly from: string;
  readonly to: string;
  readonly kind: MapAnswer['edges'][number]['kind'];
  readonly numbers: Numbers;
  /** Of several lines, as a closed group has them: what cannot be summed up is not known. */
  readonly merged?: boolean;
}

export interface MapModel {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  readonly groups: readonly string[];
  /** Changes only where what has to be laid out does. */
  readonly shape: string;
  /** Functions that nothing happened to, which are not drawn because there are too many of them. */
  readonly hidden: number;
}

/** By what nodes are put together: nothing, the functions' owner, or one of their tags. */
export type Grouping = '' | 'owner' | `tag:${string}`;

/** With more nodes than this, functions that nothing leads to or from are left out. */
const MAX_LOOSE_AMONG = 400;
const NOTHING = { calls: 0, errors: 0 };

/** What is drawn: of what the API knows of traffic, and of all functions. */
export function mapModel(
  answer: MapAnswer,
  functions: readonly FunctionView[],
  grouping: Grouping,
  withSilent: boolean,
): MapModel {
  const groupOf = groupsOfFunctions(functions, grouping);
  const sums = new Map<string, { calls: number; errors: number }>();
  const passes = new Map<string, number>();
  const edges: MapEdge[] = [];
  const doors = new Map<string, MapNode>();
  for (const { from, to, kind, ...numbers } of answer.edges) {
    if (!withSilent && numbers.calls === 0) continue;
    const isDoor = from.startsWith('door:');
    const start = isDoor ? `${from} ${to}` : from;
    edges.push({ id: `${start} ${to}`, from: start, to, kind, numbers });
    passes.set(from, (passes.get(from) ?? 0) + numbers.calls);
    const sum = sums.get(to) ?? { ...NOTHING };
    sums.set(to, { calls: sum.calls + numbers.calls, errors: sum.errors + numbers.errors });
    if (isDoor) {
      const door = from.slice('door:'.length);
      doors.set(start, {
        id: start,
        kind: 'door',
        name: doorWords(door),
        silent: numbers.calls === 0,
        group: '',
        ...NOTHING,
      });
    }
  }
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes: MapNode[] = [...doors.values()];
  for (const { id, kind, name, detail, silent } of answer.nodes) {
    if (kind === 'door' || !used.has(id)) continue;
    nodes.push({
      id,
      kind,
      name,
      ...(detail !== undefined && { detail }),
      silent,
      group: '',
      ...(sums.get(id) ?? NOTHING),
      ...(passes.has(id) && { passes: passes.get(id)! }),
    });
  }
  let hidden = 0;
  if (withSilent) {
    const loose = functions.filter(({ name }) => !used.has(`function:${name}`));
    if (nodes.length + loose.length > MAX_LOOSE_AMONG) hidden = loose.length;
    else {
      for (const { name } of loose)
        nodes.push({ id: `function:${name}`, kind: 'function', name, silent: true, group: '', ...NOTHING });
    }
  }
  const grouped = grouping === '' ? nodes : inGroups(nodes, edges, groupOf);
  const groups = [...new Set(grouped.map(({ group }) => group))].filter((group) => group !== '').sort();
  return { nodes: grouped, edges, groups, shape: shapeOf(grouped, edges), hidden };
}

/** Another text where something else has to be laid out. */
export function shapeOf(nodes: readonly MapNode[], edges: readonly MapEdge[]): string {
  return JSON.stringify([nodes.map(({ id, group }) => `${id}\n${group}`).sort(), edges.map(({ id }) => id).sort()]);
}

function groupsOfFunctions(functions: readonly FunctionView[], grouping: Grouping): ReadonlyMap<string, string> {
  const tag = grouping.startsWith('tag:') ? grouping.slice('tag:'.length) : undefined;
  // Tags are called as people like, such as `constructor`, which every object has.
  const groupOf = ({ owner, tags }: FunctionView['config']): string =>
    tag === undefined ? (owner ?? '') : Object.hasOwn(tags, tag) ? tags[tag]! : '';
  return new Map(functions.map(({ name, config }) => [`function:${name}`, groupOf(config)]));
}

/** What belongs to functions of one group alone belongs to that group, too. */
function inGroups(
  nodes: readonly MapNode[],
  edges: readonly MapEdge[],
  groupOf: ReadonlyMap<string, string>,
): MapNode[] {
  const known = new Map<string, string>();
  for (const { id, kind } of nodes) if (kind === 'function') known.set(id, groupOf.get(id) ?? '');
  const around = new Map<string, Set<string>>();
  // Twice: a bucket hears of its group by its trigger.
  for (let round = 0; round < 2; round++) {
    around.clear();
    for (const { from, to } of edges) {
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        if (one.startsWith('function:')) continue;
        const group = known.get(other);
        if (group === undefined) continue;
        const found = around.get(one) ?? new Set();
        around.set(one, found.add(group));
      }
    }
    for (const [id, found] of around) known.set(id, found.size === 1 ? [...found][0]! : '');
  }
  return nodes.map((node) => ({ ...node, group: known.get(node.id) ?? '' }));
}

/** The tags that functions have, the commonest first. */
export function tagsOf(functions: readonly FunctionView[]): string[] {
  const counts = new Map<string, number>();
  for (const { config } of functions)
    for (const tag of Object.keys(config.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([tag]) => tag);
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  function: 'function',
  trigger: 'trigger',
  door: 'from outside',
  bucket: 'bucket',
  queue: 'queue',
  topic: 'topic',
  kv: 'key-value store',
  url: 'address',
  group: 'group',
};

/** What kind of thing a node is, in words. */
export function kindWords(kind: string): string {
  return KIND_WORDS[kind] ?? kind;
}

/** Where more is known of a node; `undefined` where nowhere. */
export function pathOf({ kind, name }: Pick<MapNode, 'kind' | 'name'>): string | undefined {
  const within = encodeURIComponent(name);
  if (kind === 'function') return `/functions/${within}`;
  if (kind === 'bucket') return `/buckets/${within}`;
  if (kind === 'queue') return `/queues/${within}`;
  return kind === 'topic' ? `/topics/${within}` : undefined;
}
