import type { Command } from 'commander';
import { jsonText } from '../../observe/logs/export-format.ts';
import { aboutFunction, functionPath, type LogLine } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatTime } from '../human.ts';
import { addLineOptions, type LineOptions, lineQuery } from '../log-filters.ts';
import { printHits } from '../log-hits.ts';
import { formatLogLine } from '../log-line.ts';
import { listStreams } from '../log-streams.ts';
import { note, paint, print, warn } from '../output.ts';
import { textWidth } from '../text-width.ts';
import { defineExport } from './logs-export.ts';

const DEFAULT_LINES = 100;
const PAGE = 1_000;
const PAGE_WITH_CONTEXT = 200;

interface LogOptions extends LineOptions {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly context?: number;
  readonly cursor?: string;
  readonly streams?: boolean;
  readonly platform?: boolean;
  readonly failures?: boolean;
  readonly reports?: boolean;
  readonly raw?: boolean;
  readonly json?: boolean;
}

interface LogPage {
  readonly lines: LogHit[];
  readonly cursor?: string;
  readonly searched?: { readonly fromMs?: number; readonly lines: number; readonly complete: boolean };
}

export interface LogHit extends LogLine {
  readonly before?: readonly LogLine[];
  readonly after?: readonly LogLine[];
}

export function define(command: Command): void {
  command
    .argument('[functions...]', 'names or ids of functions; default: all')
    .description(
      'Prints what functions logged, oldest first, or follows it as it is printed. Of one function, invocation or trace also what the platform says of each call: START, END, REPORT; of several, how calls failed.',
    )
    .option('-f, --follow', 'go on with new lines until Ctrl-C');
  addLineOptions(command)
    .option('--context <n>', 'so many lines of the same stream before and after each', wholeNumber('--context', 0))
    .option('-n, --lines <n>', `the last lines; default: ${DEFAULT_LINES}, with --since all`, wholeNumber('--lines', 0))
    .option('--cursor <cursor>', 'go on with older lines where another search ended')
    .option('--streams', "list the function's streams, one a sandbox")
    .option('--platform', 'START, END and REPORT also where they are not shown by themselves')
    .option('--no-platform', 'only what functions printed')
    .option('--failures', 'of what the platform says only how invocations failed')
    .option('--reports', 'of what the platform says only REPORT')
    .option('--raw', 'JSON lines as they were printed')
    .addHelpText(
      'after',
      examples(
        ['fob logs hello -f', 'live'],
        ['fob logs --since 1h --level error', 'what went wrong lately'],
        ["fob logs shop --where 'status>=500' --context 5", 'by a field, with what stands around it'],
        ['fob logs --trace 4bf92f35...', 'one request, through all functions'],
        ['fob logs hello --streams', 'one stream a sandbox'],
        ['fob logs --json | jq .text', 'one JSON document a line'],
        ['fob logs export hello --from 7d --format csv > hello.csv', ''],
      ),
    )
    .action(async (names: string[], _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<LogOptions>(self);
      if (options.streams) await listStreams(client, names, options);
      else await logs(client, names, options);
    });
  defineExport(command);
}

async function logs(client: NodeClient, names: readonly string[], options: LogOptions): Promise<void> {
  if (options.follow) checkFollowing(options);
  const { trace, from, to, ...tailed } = lineQuery(names, options);
  const platform = platformOf(names, options);
  const show = linePrinter(names, options);
  if (options.follow) for (const name of names) await findFunction(client, name);
  // The tail is opened before the past is read, so that no line falls between the two.
  const tail = options.follow
    ? client.lines<LogLine & { dropped?: number }>('GET', '/v1/logs/tail', { query: { ...tailed, platform } })
    : undefined;
  const next = tail?.next();
  next?.catch(() => {});

  const query = { ...tailed, trace, from, to, platform, context: options.context };
  const past = await readPast(client, query, from !== undefined, options);
  if (options.context !== undefined && options.context > 0 && !options.json) printHits(past.lines, show);
  else for (const line of past.lines) show(line);
  if (past.note !== undefined) note(past.note);
  if (tail === undefined || next === undefined) {
    // A function that was removed still has lines, so its absence is told only where there are none.
    if (past.lines.length > 0) return;
    for (const name of names) await findFunction(client, name);
    if (!options.json && past.note === undefined)
      note('no log lines; fob logs -f waits for new ones, and a wider question finds others');
    return;
  }
  const shown = new Set(past.lines.map(identity));
  for (let each = await next; !each.done; each = await tail.next()) {
    const line = each.value;
    if (line.dropped !== undefined) {
      warn(`${line.dropped} lines came faster than they could be sent, and are left out here`);
      continue;
    }
    if (!shown.delete(identity(line))) show(line);
  }
}

function checkFollowing(options: LogOptions): void {
  const wrong = (['trace', 'to', 'cursor', 'context'] as const).find((option) => options[option] !== undefined);
  if (wrong === undefined) return;
  throw new Failure(EXIT.usage, `--${wrong} is about the past and does not go with --follow`);
}

async function findFunction(client: NodeClient, name: string): Promise<void> {
  await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
}

/**
 * Which of the platform's lines to ask for, where nobody says so: for people who look at one thing all of them, and for those who look at
 * many, or search, how calls failed; for programs none.
 */
function platformOf(names: readonly string[], options: LogOptions): string | undefined {
  if (options.platform === false) return undefined;
  if (options.failures) return 'failures';
  if (options.reports) return 'report';
  if (options.platform) return 'all';
  if (options.json) return undefined;
  if (options.invocation !== undefined || options.trace !== undefined) return 'all';
  const isSearch = options.text !== undefined || (options.where ?? []).length > 0;
  return names.length === 1 && !isSearch ? 'all' : 'failures';
}

/** The last lines that match, oldest first, and what is to be said of the search. */
async function readPast(
  client: NodeClient,
  query: Readonly<Record<string, string | number | readonly string[] | undefined>>,
  isSince: boolean,
  options: LogOptions,
): Promise<{ lines: LogHit[]; note?: string }> {
  let wanted = options.lines ?? (isSince ? Number.POSITIVE_INFINITY : DEFAULT_LINES);
  const most = query.context ? PAGE_WITH_CONTEXT : PAGE;
  const lines: LogHit[] = [];
  let cursor = options.cursor;
  while (wanted > 0) {
    const page: LogPage = await client.json('GET', '/v1/logs', {
      query: { ...query, cursor, limit: Math.min(most, wanted) },
    });
    lines.push(...page.lines);
    wanted -= page.lines.length;
    cursor = page.cursor;
    if (cursor === undefined) break;
    if (page.searched?.complete === false) return { lines: lines.reverse(), note: tooMuch(page.searched, cursor) };
  }
  return { lines: lines.reverse() };
}

function tooMuch({ fromMs, lines }: NonNullable<LogPage['searched']>, cursor: string): string {
  const back = fromMs === undefined ? '' : ` back to ${formatTime(fromMs, Date.now())}`;
  const amount = lines >= 1e6 ? `${(lines / 1e6).toFixed(1)} M` : lines.toLocaleString('en-US');
  return `looked at ${amount} lines${back}; narrow it with --from and --to, or go on with --cursor ${cursor}`;
}

function linePrinter(names: readonly string[], options: LogOptions): (line: LogLine) => void {
  const isOne = names.length === 1 || options.invocation !== undefined;
  let widest = 0;
  return (line) => {
    if (options.json) return print(jsonText(line));
    widest = Math.max(widest, textWidth(line.function));
    const format = { now: Date.now(), paint, raw: options.raw === true };
    print(formatLogLine(line, { ...format, functionWidth: isOne ? undefined : widest }));
  };
}

function identity(line: LogLine): string {
  return `${line.timeMs} ${line.sandboxId} ${line.stream} ${line.text}`;
}
