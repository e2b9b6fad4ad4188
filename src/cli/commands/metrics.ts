import type { Command } from 'commander';
import { ERROR_KINDS } from '../../model/measure/point.ts';
import type { MetricInfo } from '../../observe/metrics/metrics.ts';
import { aboutFunction, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatTime, parseDurationMs } from '../human.ts';
import { formatValue, type MetricSeriesView, valuesOf } from '../metric-view.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';
import { showsUnicode, sparkline } from '../sparkline.ts';

/** What `fob metrics <function>` shows, besides the function's own. */
const OVERVIEW = [
  'invocations',
  'errors',
  ...ERROR_KINDS.map((kind) => `errors.${kind}`),
  'throttles',
  'refusals',
  'coldStarts',
  'duration:p50',
  'duration:p90',
  'duration:p99',
  'queued:p90',
  'memory:maximum',
  'billed',
  'concurrency',
  'lag',
];
/** What is shown though it never happened. */
const SHOWN_AT_ZERO = new Set(['invocations', 'errors', 'coldStarts']);
const MINUTE_MS = 60_000;
/** Cells that the table takes besides its bars, and the most bars. */
const OTHER_CELLS = 56;
const MAX_BARS = 60;
const MOST_OWN = 20;
/** Stands for a gap between bars while the table is laid out, which would take a space for one too many. */
const GAP = '\u2800';

interface QueryOptions {
  readonly function?: string;
  readonly alias?: string;
  readonly trigger?: string;
  readonly label?: readonly string[];
  readonly by?: string;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly points?: boolean;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('[function]', 'name or id of a function; default: list the metrics that there are')
    .description(
      'Shows what was measured: calls, errors, durations, memory and more, and what functions measure themselves.',
    )
    .option('--since <time>', 'how far back; default: 3h')
    .addHelpText(
      'after',
      examples(
        ['fob metrics hello', 'the last three hours of a function'],
        ['fob metrics hello --since 7d', 'a week of it'],
        ['fob metrics query duration:p90 --function hello --by version', 'one line a version'],
        ['fob metrics query invocations --by function --since 1d', 'all functions'],
        ['fob metrics', 'what can be asked for'],
      ),
    )
    .action(async (name: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const { json = false, since } = optionsOf<{ since?: string }>(self);
      if (name === undefined) await list(client, json);
      else await overview(client, name, { json, since });
    });
  command
    .command('query')
    .summary('ask for metrics over time')
    .description(
      'Shows metrics over time, one line a series. Each may name a statistic behind a colon: sum, rate, average, minimum, maximum, p50, p90, p99 or count.',
    )
    .argument('<metric...>', 'such as invocations, errors:rate, duration:p90')
    .option('--function <name>', 'of one function; default: of all together')
    .option('--alias <name>', 'only calls by this alias')
    .option('--trigger <name>', 'only events of this trigger')
    .option(
      '--label <name=value>',
      "only with this dimension of a function's own metric; may be given several times",
      collect,
    )
    .option('--by <labels>', 'one line for each value of these: function, version, alias, trigger, or a dimension')
    .option('--since <time>', 'how far back; default: 3h')
    .option('--from <when>', 'begin: 2026-01-31T12:00:00Z, or an age such as 2h')
    .option('--to <when>', 'end; default: now')
    .option('--step <time>', 'width of a point: 1m, 5m, 1h, 1d')
    .option('--points', 'every value instead of bars')
    .addHelpText(
      'after',
      examples(
        ['fob metrics query errorRate --function hello --by version --since 1h', ''],
        ['fob metrics query invocations:rate --by function --step 1h --since 1d --points', ''],
        ['fob metrics query shop/orders:sum --label region=eu', "a function's own metric"],
      ),
    )
    .action(async (metrics: string[], _options, self: Command) => {
      await query(await clientOf(self), metrics, optionsOf<QueryOptions>(self));
    });
}

async function list(client: NodeClient, json: boolean): Promise<void> {
  const { metrics } = await client.json<{ metrics: MetricInfo[] }>('GET', '/v1/metrics');
  if (json) return printJson(metrics);
  printTable(
    [
      { title: 'METRIC', shrinkTo: 16, decorate: (cell) => paint('bold', cell) },
      { title: 'UNIT', shrinkTo: 5 },
      { title: 'STATISTICS', shrinkTo: 12, wraps: true },
      { title: 'BY', shrinkTo: 12, wraps: true },
    ],
    metrics.map(({ metric, unit, statistics, labels }) => [metric, unit, statistics.join(' '), labels.join(' ')]),
  );
}

async function overview(
  client: NodeClient,
  name: string,
  { json, since = '3h' }: { json: boolean; since: string | undefined },
): Promise<void> {
  const spanMs = parseDurationMs(since, '--since');
  const stepMs = stepFor(spanMs, barsThatFit());
  const { metrics: infos } = await client.json<{ metrics: MetricInfo[] }>('GET', '/v1/metrics', {
    query: { function: name },
  });
  const own = infos.filter(({ metric }) => metric.includes('/')).slice(0, MOST_OWN);
  const wanted = [...OVERVIEW, ...own.flatMap(({ metric }) => [`${metric}:sum`, `${metric}:p90`])];
  const { metrics } = await client.json<{ metrics: MetricSeriesView[] }>('GET', '/v1/metrics/query', {
    query: { metric: wanted.join(','), function: name, from: Date.now() - spanMs, step: `${stepMs / MINUTE_MS}m` },
  });
  // A function that was removed still has metrics, so its absence is told only where there are none.
  if (metrics.every(({ series }) => series.length === 0))
    await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
  if (json) return printJson(metrics);
  const shown = metrics.filter(
    ({ metric, series }) => series.length > 0 && (SHOWN_AT_ZERO.has(metric) || hasAny(series)),
  );
  if (shown.length === 0)
    return note(`nothing was measured of ${name} in the last ${since}; call it with: fob call ${name}`);
  print(`${paint('bold', name)}, the last ${since}, one bar for ${shortStep(stepMs)}`);
  printSeries(shown);
}

async function query(client: NodeClient, metrics: readonly string[], options: QueryOptions): Promise<void> {
  const fromMs = options.since === undefined ? undefined : Date.now() - parseDurationMs(options.since, '--since');
  if (fromMs !== undefined && options.from !== undefined)
    throw new Failure(EXIT.usage, '--since and --from both say where to begin: give one of them');
  const [name, version] = (options.function ?? '').split(':');
  const begin = options.from ?? fromMs;
  const spanMs = typeof begin === 'string' ? undefined : Date.now() - (begin ?? Date.now() - 3 * 3_600_000);
  const isChart = !options.points && !options.json && spanMs !== undefined && options.to === undefined;
  const step = options.step ?? (isChart ? `${stepFor(spanMs, barsThatFit()) / MINUTE_MS}m` : undefined);
  const isNumber = version !== undefined && /^\d+$/.test(version);
  const labels = (options.label ?? []).map((each) => `label=${encodeURIComponent(each)}`).join('&');
  const answer = await client.json<{ metrics: MetricSeriesView[] }>('GET', `/v1/metrics/query?${labels}`, {
    query: {
      metric: metrics.join(','),
      function: name === '' ? undefined : name,
      version: isNumber ? version : undefined,
      alias: options.alias ?? (isNumber ? undefined : version),
      trigger: options.trigger,
      by: options.by,
      from: begin,
      to: options.to,
      step,
    },
  });
  if (options.json) return printJson(answer.metrics);
  const shown = answer.metrics.filter(({ series }) => series.length > 0);
  if (shown.length === 0) return note('nothing was measured in that time');
  if (options.points) printPoints(shown);
  else printSeries(shown);
  for (const { metric, leftOut, series } of shown)
    if (leftOut > 0) note(`${metric}: ${leftOut} more series; these ${series.length} have the most in them`);
}

function printSeries(metrics: readonly MetricSeriesView[]): void {
  const unicode = showsUnicode();
  const rows = metrics.flatMap((of) =>
    of.series.map(({ labels, points }) => {
      const values = valuesOf(of, points);
      const known = values.filter((value) => value !== undefined);
      const format = (value: number | undefined) => formatValue(value, of.unit, of.statistic);
      return [
        isCount(of) ? of.metric : `${of.metric} ${of.statistic}`,
        Object.values(labels).join(' '),
        of.statistic === 'sum' ? format(known.reduce((sum, value) => sum + value, 0)) : '',
        format(Math.max(...known)),
        format(values.at(-1) ?? known.at(-1)),
        sparkline(values, { unicode }).replaceAll(' ', GAP),
      ];
    }),
  );
  const grouped = rows.some((row) => row[1] !== '');
  printTable(
    [
      { title: 'METRIC', shrinkTo: 14, decorate: (cell) => paint('bold', cell) },
      ...(grouped ? [{ title: 'OF', shrinkTo: 8 }] : []),
      { title: 'TOTAL', align: 'right', hideEmpty: true },
      { title: 'HIGHEST', align: 'right' },
      { title: 'LATEST', align: 'right' },
      { title: 'OVER TIME', decorate: (cell) => paint('cyan', cell.replaceAll(GAP, ' ')) },
    ],
    grouped ? rows : rows.map((row) => row.toSpliced(1, 1)),
  );
}

function printPoints(metrics: readonly MetricSeriesView[]): void {
  const now = Date.now();
  const rows = metrics.flatMap((of) =>
    of.series.flatMap(({ labels, points }) =>
      points.map(([timeMs, value]) => [
        formatTime(timeMs, now).replace(/:\d\d\.\d+$/, ''),
        `${of.metric} ${of.statistic}`,
        Object.values(labels).join(' '),
        formatValue(value, of.unit, of.statistic),
      ]),
    ),
  );
  printTable(
    [
      { title: 'TIME' },
      { title: 'METRIC', shrinkTo: 14 },
      { title: 'OF', shrinkTo: 8, hideEmpty: true },
      { title: 'VALUE', align: 'right' },
    ],
    rows,
  );
}

function hasAny(series: MetricSeriesView['series']): boolean {
  return series.some(({ points }) => points.some(([, value]) => value !== 0));
}

function shortStep(stepMs: number): string {
  const minutes = stepMs / MINUTE_MS;
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function isCount({ statistic, unit }: MetricSeriesView): boolean {
  return statistic === 'sum' && (unit === 'count' || unit === 'GB-s');
}

function barsThatFit(): number {
  const width = process.stdout.isTTY ? process.stdout.columns || 80 : 140;
  return Math.max(10, Math.min(MAX_BARS, width - OTHER_CELLS));
}

/** The step, in whole minutes that divide the hour or the day where they can, that makes at most so many bars. */
function stepFor(spanMs: number, bars: number): number {
  const minutes = [1, 2, 3, 5, 6, 10, 15, 20, 30, 60, 120, 180, 360, 720, 1_440];
  const least = spanMs / MINUTE_MS / (bars - 1);
  return (minutes.find((each) => each >= least) ?? Math.ceil(least / 1_440) * 1_440) * MINUTE_MS;
}
