import { doorWords } from './door-words.ts';

/** The map as `GET /v1/map` has it. */
export interface MapAnswer {
  readonly windowMs: number;
  readonly countedMs: number;
  readonly nodes: readonly MapNodeView[];
  readonly edges: readonly MapEdgeView[];
  readonly leftOut: number;
}

interface MapNodeView {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly detail?: string;
  readonly silent: boolean;
}

export interface MapEdgeView {
  readonly from: string;
  readonly to: string;
  readonly kind: 'wakes' | 'calls' | 'uses' | 'feeds';
  readonly calls: number;
  readonly errors: number;
  readonly perMinute: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly operations: Readonly<Record<string, number>>;
}

/** What a node is called: somebody from outside by words, all else by its id. */
export function nodeWords(id: string): string {
  return id.startsWith(DOOR) ? doorWords(id.slice(DOOR.length)) : id;
}

interface TreeRow {
  readonly text: string;
  /** What was done, or of a trigger what it listens to. */
  readonly how: string;
  readonly edge?: MapEdgeView;
}

const MAX_ROWS = 500;
const DOOR = 'door:';

/** The map as a tree: below each node what it wakes, calls and uses. What stands elsewhere already is only named. */
export function treeOf({ nodes, edges }: MapAnswer): TreeRow[] {
  const out = new Map<string, MapEdgeView[]>();
  const led = new Set<string>();
  for (const edge of edges) {
    const known = out.get(edge.from);
    if (known === undefined) out.set(edge.from, [edge]);
    else known.push(edge);
    if (edge.from !== edge.to) led.add(edge.to);
  }
  const details = new Map(nodes.map(({ id, detail }) => [id, detail ?? '']));
  const rows: TreeRow[] = [];
  const told = new Set<string>();
  const below = (id: string, guide: string): void => {
    if (told.has(id)) return;
    told.add(id);
    const next = out.get(id) ?? [];
    for (const [at, edge] of next.entries()) {
      if (rows.length >= MAX_ROWS) return;
      const last = at === next.length - 1;
      const again = told.has(edge.to) && (out.get(edge.to)?.length ?? 0) > 0;
      rows.push({
        text: `${guide}${last ? '└ ' : '├ '}${edge.to}${again ? ' (see above)' : ''}`,
        how: howOf(edge, details),
        edge,
      });
      below(edge.to, `${guide}${last ? '  ' : '│ '}`);
    }
  };
  const root = (id: string): void => {
    if (told.has(id) || rows.length >= MAX_ROWS) return;
    rows.push({ text: nodeWords(id), how: details.get(id) ?? '' });
    // A root is never at the left edge alone: what it leads to is.
    below(id, ' ');
  };
  for (const { id } of nodes) if (!led.has(id)) root(id);
  // What goes round in circles has no beginning.
  for (const { id } of nodes) if ((out.get(id)?.length ?? 0) > 0) root(id);
  return rows;
}

function howOf(edge: MapEdgeView, details: ReadonlyMap<string, string>): string {
  const detail = details.get(edge.to);
  if (detail !== undefined && detail !== '') return detail;
  const operations = Object.entries(edge.operations).sort((one, other) => other[1] - one[1]);
  return operations.length === 0 ? edge.kind : operations.map(([name]) => name).join(', ');
}

/** The map in the language of Graphviz. */
export function drawDot({ nodes, edges }: MapAnswer): string {
  const lines = nodes.map(
    ({ id, kind, silent }) =>
      `  ${quoted(id)} [label=${quoted(nodeWords(id))}, shape=${SHAPE[kind] ?? 'box'}${silent ? ', style=dashed' : ''}];`,
  );
  const links = edges.map((edge) => {
    const style = edge.calls === 0 ? ', style=dashed' : edge.errors > 0 ? ', color=red' : '';
    return `  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${quoted(labelOf(edge))}${style}];`;
  });
  return ['digraph fob {', '  rankdir=LR;', ...lines, ...links, '}'].join('\n');
}

const SHAPE: Readonly<Record<string, string>> = {
  function: 'box',
  trigger: 'cds',
  door: 'house',
  bucket: 'cylinder',
  queue: 'rarrow',
  topic: 'ellipse',
  kv: 'cylinder',
  url: 'note',
};

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}

/** The map in the language of Mermaid. */
export function drawMermaid({ nodes, edges }: MapAnswer): string {
  const number = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const lines = nodes.map(({ id, kind }) => {
    const [open, close] = BRACKETS[kind] ?? ['[', ']'];
    return `  ${number.get(id)}${open}"${escaped(nodeWords(id))}"${close}`;
  });
  const links = edges.map((edge) => {
    const arrow = edge.calls === 0 ? '-.->' : '-->';
    const label = labelOf(edge);
    return `  ${number.get(edge.from)} ${arrow}${label === '' ? '' : `|"${escaped(label)}"|`} ${number.get(edge.to)}`;
  });
  return ['flowchart LR', ...lines, ...links].join('\n');
}

const BRACKETS: Readonly<Record<string, readonly [string, string]>> = {
  trigger: ['>', ']'],
  door: ['([', '])'],
  bucket: ['[(', ')]'],
  kv: ['[(', ')]'],
  queue: ['[[', ']]'],
  topic: ['((', '))'],
};

function escaped(text: string): string {
  return text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('\n', ' ');
}

function labelOf({ calls, errors, perMinute, kind }: MapEdgeView): string {
  if (calls === 0) return '';
  if (kind === 'feeds') return '';
  const rate = `${rateOf(perMinute)}/min`;
  return errors === 0 ? rate : `${rate}, ${errors} failed`;
}

/** How often a minute, in words. */
export function rateOf(perMinute: number): string {
  if (perMinute < 0.1) return '<0.1';
  return perMinute < 10 ? perMinute.toFixed(1) : String(Math.round(perMinute));
}
