import { harmless } from '../../model/harmless.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import type { TopRow } from '../../observe/metrics/metrics.ts';
import { formatBytes, formatDuration } from '../human.ts';
import { formatNumber } from '../metric-view.ts';
import { renderTable } from '../table.ts';
import { cutText, padText } from '../text-width.ts';
import { type Paint, TOP_COLUMNS, tableColumns } from './columns.ts';
import type { TopState } from './keys.ts';
import type { TopAnswer } from './top-answer.ts';

interface ViewOptions {
  readonly url: string;
  /** Cells; `undefined` cuts nothing. */
  readonly width: number | undefined;
  readonly paint: Paint;
}

/** The lines above the table: the node, its calls, its machine. */
export function headLines({ node, all, windowMs, total }: TopAnswer, { url, width, paint }: ViewOptions): string[] {
  const rate = `${formatNumber(all.callsPerS)} calls/s`;
  const errors =
    all.errors === 0 ? 'no errors' : `${formatNumber(all.errorsPerS)} errors/s (${formatNumber(all.errorRate * 100)}%)`;
  const times =
    all.p50Ms === undefined ? [] : [`p50 ${formatDuration(all.p50Ms)}`, `p90 ${formatDuration(all.p90Ms ?? 0)}`];
  const waits = node === undefined ? [] : [`${node.inFlight} in flight`, `${node.waiting} waiting`];
  const lines: [string, string[]][] = [
    [
      'calls',
      [rate, errors, ...times, ...waits, ...(all.throttles > 0 ? [`${formatNumber(all.throttles)} throttled`] : [])],
    ],
  ];
  if (node !== undefined) {
    const { machine } = node;
    lines.unshift([
      'node',
      [
        `cpu ${formatNumber(node.cpuCores)} of ${machine.cores} cores`,
        `memory ${formatBytes(node.memoryBytes)}`,
        `loop ${Math.round(node.loopShare * 100)}%`,
        `load ${machine.loadAverage.map((each) => each.toFixed(2)).join(' ')}`,
        `machine ${formatBytes(machine.memoryBytes - machine.freeMemoryBytes)} of ${formatBytes(machine.memoryBytes)}`,
      ],
    ]);
    lines.push([
      'sandboxes',
      [
        `${node.sandboxes}`,
        `${formatBytes(node.memoryReservedMb * BYTES_PER_MB)} of ${formatBytes(node.memoryBudgetMb * BYTES_PER_MB)}`,
        `${total} of ${node.functions} functions active`,
      ],
    ]);
  }
  const upFor = node === undefined ? '' : `, ${node.state} for ${formatDuration(node.uptimeMs)}`;
  const title = `${url}${upFor}, the last ${formatDuration(windowMs)}`;
  return [
    paint('bold', cut(title, width)),
    ...lines.map(
      ([name, parts]) =>
        `${paint('dim', padText(name, 9))} ${fitParts(parts, width === undefined ? undefined : width - 10)}`,
    ),
  ];
}

/** The table of functions. */
export function tableLines(rows: readonly TopRow[], sort: string, { width, paint }: ViewOptions): string[] {
  const cells = rows.map((row) => TOP_COLUMNS.map((column) => harmless(column.cell(row))));
  return renderTable(tableColumns(sort, paint), cells, {
    width,
    decorateTitle: (title) => (title.includes('*') ? paint('cyan', title) : paint('dim', title)),
  });
}

/** Everything that fills a screen of this height. */
export function screenLines(
  state: TopState,
  answer: TopAnswer | undefined,
  failure: string | undefined,
  options: ViewOptions & { width: number; height: number; unicode: boolean },
): string[] {
  const { width, height, paint, unicode } = options;
  const said = `${state.paused ? 'paused  ' : ''}${state.filter === '' ? '' : `filter ${state.filter}  `}`;
  const keys = state.typing ? `filter: ${state.filter}_  Enter keeps it, Esc drops it` : said + keyHelp(unicode);
  const foot = failure === undefined ? paint('dim', cut(keys, width)) : paint('red', cut(failure, width));
  if (answer === undefined) return [cut(failure === undefined ? `asking ${options.url} ...` : '', width), foot];
  const head = [...headLines(answer, options), ''];
  const room = Math.max(1, height - head.length - 2);
  const from = Math.min(state.scroll, Math.max(0, answer.functions.length - room));
  const shown = answer.functions.slice(from, from + room);
  const table =
    answer.functions.length === 0
      ? [
          paint(
            'dim',
            cut(
              state.filter === '' ? 'no function was called' : `no function like "${state.filter}" was called`,
              width,
            ),
          ),
        ]
      : tableLines(shown, state.sort, options);
  const body = [...head, ...table].slice(0, Math.max(0, height - 1));
  while (body.length < height - 1) body.push('');
  return [...body, foot];
}

function keyHelp(unicode: boolean): string {
  const [sideways, upDown] = unicode ? ['←→', '↑↓'] : ['left/right', 'up/down'];
  return `q quit  ${sideways} order  c calls  e errors  p p90  m mem  / filter  ${upDown} scroll  space pause`;
}

/** As many parts as fit, with two spaces between them. */
function fitParts(parts: readonly string[], width: number | undefined): string {
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}  ${part}`;
    if (width !== undefined && longer.length > width) break;
    line = longer;
  }
  return line;
}

function cut(text: string, width: number | undefined): string {
  return width === undefined ? text : cutText(text, width);
}
