import type { Command } from 'commander';
import { clientOf, examples, oneOf, optionsOf } from '../command-line.ts';
import { formatDuration } from '../human.ts';
import { drawDot, drawMermaid, type MapAnswer, type MapEdgeView, nodeWords, rateOf, treeOf } from '../map-view.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';

const FORMATS = ['tree', 'table', 'dot', 'mermaid'];

interface MapOptions {
  readonly window?: string;
  readonly format?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('[function]', 'only what hangs together with this function')
    .description('Shows which trigger wakes what, and which function calls what, from what really happened.')
    .option('-w, --window <time>', 'how far back: 5m, 1h, at most 6h; default: 1h')
    .option('--format <format>', `one of ${FORMATS.join(', ')}; default: tree`, oneOf('--format', FORMATS))
    .addHelpText(
      'after',
      examples(
        ['fob map', 'the last hour'],
        ['fob map resize --window 5m', 'what hangs together with one function'],
        ['fob map --format mermaid', 'a drawing for a page in Markdown'],
      ),
    )
    .action(async (name: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<MapOptions>(self);
      const map = await client.json<MapAnswer>('GET', '/v1/map', { query: { window: options.window, function: name } });
      if (options.json) return printJson(map);
      if (options.format === 'dot') return print(drawDot(map));
      if (options.format === 'mermaid') return print(drawMermaid(map));
      if (map.edges.length === 0)
        return note('nothing happened and no trigger is set up; call a function: fob call <function>');
      if (options.format === 'table') printEdges(map.edges);
      else printTree(map);
      if (map.countedMs < map.windowMs) note(`counted since the node started, ${formatDuration(map.countedMs)} ago`);
      if (map.leftOut > 0) note(`${map.leftOut} calls were not counted: there are too many different ones`);
    });
}

function printTree(map: MapAnswer): void {
  const rows = treeOf(map);
  printTable(
    [
      {
        title: 'WHAT',
        keepSpaces: true,
        shrinkTo: 36,
        decorate: (cell, text) => (/^\S/.test(text) ? paint('bold', cell) : cell),
      },
      { title: 'HOW', shrinkTo: 8, dropOrder: 2 },
      ...COUNTS,
    ],
    rows.map(({ text, how, edge }) => [text, how, ...countsOf(edge)]),
  );
}

function printEdges(edges: readonly MapEdgeView[]): void {
  printTable(
    [{ title: 'FROM', shrinkTo: 12 }, { title: 'TO', shrinkTo: 12 }, ...COUNTS],
    edges.map((edge) => [nodeWords(edge.from), edge.to, ...countsOf(edge)]),
  );
}

const COUNTS = [
  { title: 'CALLS', align: 'right' },
  { title: 'PER MIN', align: 'right', dropOrder: 1 },
  {
    title: 'ERRORS',
    align: 'right',
    decorate: (cell: string, text: string) => (text === '' || text === '-' ? cell : paint('red', cell)),
  },
  { title: 'P50', align: 'right', dropOrder: 3 },
  { title: 'P99', align: 'right' },
] as const;

function countsOf(edge: MapEdgeView | undefined): string[] {
  if (edge === undefined) return ['', '', '', '', ''];
  const { calls, perMinute, errors, p50Ms, p99Ms, kind } = edge;
  if (calls === 0) return ['silent', '', '', '', ''];
  const share = errors === 0 ? '-' : `${((100 * errors) / calls).toFixed(errors / calls < 0.1 ? 1 : 0)}%`;
  const latency = kind === 'feeds' ? ['', ''] : [formatDuration(p50Ms), formatDuration(p99Ms)];
  return [String(calls), rateOf(perMinute), share, ...latency];
}
