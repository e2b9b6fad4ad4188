import type { Command } from 'commander';
import { aboutFunction, functionPath, type LogLine } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, oneOf, optionsOf, wholeNumber } from '../command-line.ts';
import { parseSinceMs } from '../human.ts';
import { formatLogLine } from '../log-line.ts';
import { note, paint, print, warn } from '../output.ts';
import { textWidth } from '../text-width.ts';

const DEFAULT_LINES = 100;
const PAGE = 1_000;
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

interface LogOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly text?: string;
  readonly level?: string;
  readonly invocation?: string;
  readonly lines?: number;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('[function]', 'name or id of the function; default: all functions')
    .description('Prints what functions logged, oldest first, or follows it as it is printed.')
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('--since <when>', 'not older than: 10m, 2h, 2026-01-31T12:00')
    .option('--text <text>', 'only lines that contain this, ignoring case')
    .option('--level <level>', `this level and graver ones: ${LEVELS.join(', ')}`, oneOf('--level', LEVELS))
    .option('--invocation <id>', 'only lines of one invocation')
    .option('-n, --lines <n>', `the last lines; default: ${DEFAULT_LINES}, with --since all`, wholeNumber('--lines', 0))
    .addHelpText(
      'after',
      examples(
        ['fob logs hello -f', 'live'],
        ['fob logs --since 1h --level error', 'what went wrong lately'],
        ['fob logs --json | jq .text', 'one JSON document a line'],
      ),
    )
    .action(async (name: string | undefined, _options, self: Command) => {
      await logs(await clientOf(self), name, optionsOf<LogOptions>(self));
    });
}

async function logs(client: NodeClient, name: string | undefined, options: LogOptions): Promise<void> {
  const filter = { function: name, text: options.text, level: options.level };
  const show = linePrinter(name, options);
  if (options.follow && name !== undefined) await findFunction(client, name);
  // The tail is opened before the past is read, so that no line falls between the two.
  const tail = options.follow
    ? client.lines<LogLine & { dropped?: number }>('GET', '/v1/logs/tail', { query: filter })
    : undefined;
  const next = tail?.next();
  next?.catch(() => {});

  const past = await readPast(client, filter, options);
  for (const line of past) show(line);
  if (tail === undefined || next === undefined) {
    // A function that was removed still has lines, so its absence is told only where there are none.
    if (past.length === 0 && name !== undefined) await findFunction(client, name);
    if (past.length === 0 && !options.json) note('no log lines');
    return;
  }
  const shown = new Set(past.map(identity));
  for (let each = await next; !each.done; each = await tail.next()) {
    const line = each.value;
    if (line.dropped !== undefined) {
      warn(`${line.dropped} lines came faster than they could be sent, and are left out here`);
      continue;
    }
    const wanted = options.invocation === undefined || line.invocationId === options.invocation;
    if (wanted && !shown.delete(identity(line))) show(line);
  }
}

async function findFunction(client: NodeClient, name: string): Promise<void> {
  await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
}

/** The last lines that match, oldest first. */
async function readPast(
  client: NodeClient,
  filter: Record<string, string | undefined>,
  options: LogOptions,
): Promise<LogLine[]> {
  const since = options.since === undefined ? undefined : parseSinceMs(options.since, '--since', Date.now());
  let wanted = options.lines ?? (since === undefined ? DEFAULT_LINES : Number.POSITIVE_INFINITY);
  const lines: LogLine[] = [];
  let cursor: string | undefined;
  while (wanted > 0) {
    const page = await client.json<{ lines: LogLine[]; cursor?: string }>('GET', '/v1/logs', {
      query: { ...filter, invocation: options.invocation, from: since, cursor, limit: Math.min(PAGE, wanted) },
    });
    lines.push(...page.lines);
    wanted -= page.lines.length;
    cursor = page.cursor;
    if (cursor === undefined || page.lines.length === 0) break;
  }
  return lines.reverse();
}

function linePrinter(name: string | undefined, options: LogOptions): (line: LogLine) => void {
  let widest = 0;
  return (line) => {
    if (options.json) return print(JSON.stringify(line));
    widest = Math.max(widest, textWidth(line.function));
    print(formatLogLine(line, { now: Date.now(), paint, functionWidth: name === undefined ? widest : undefined }));
  };
}

function identity(line: LogLine): string {
  return `${line.timeMs} ${line.sandboxId} ${line.stream} ${line.text}`;
}
