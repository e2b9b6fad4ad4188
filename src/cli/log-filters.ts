import type { Command } from 'commander';
import { parseWhere } from '../observe/logs/where.ts';
import { collect, oneOf, wholeNumber } from './command-line.ts';
import { EXIT, Failure } from './failure.ts';
import { parseSinceMs } from './human.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** The options that say which lines are meant. */
export interface LineOptions {
  readonly from?: string;
  readonly since?: string;
  readonly to?: string;
  readonly text?: string;
  readonly level?: string;
  readonly where?: readonly string[];
  readonly invocation?: string;
  readonly trace?: string;
  readonly stream?: string;
  readonly version?: number;
}

export function addLineOptions(command: Command): Command {
  return command
    .option('--since <when>', 'not older than: 10m, 2h, 2026-01-31T12:00 (also --from)')
    .option('--from <when>', 'the same')
    .option('--to <when>', 'not newer than')
    .option('--text <text>', 'only lines that contain this, ignoring case')
    .option('--level <level>', `this level and graver ones: ${LEVELS.join(', ')}`, oneOf('--level', LEVELS))
    .option(
      '--where <condition>',
      'only JSON lines whose fields are so: status>=500, user.id=42, msg~"timed out", retry; may be given several times',
      condition,
    )
    .option('--invocation <id>', 'only lines of one invocation, of whatever function')
    .option('--trace <id>', 'only lines of the invocations of one trace, of whatever functions')
    .option('--stream <id>', 'only lines of one sandbox; the beginning of its id is enough')
    .option('--version <n>', 'only lines of one version', wholeNumber('--version', 1));
}

/** What these options ask of the API. */
export function lineQuery(
  functions: readonly string[],
  options: LineOptions,
): Record<string, string | number | readonly string[] | undefined> {
  const now = Date.now();
  const from = options.from ?? options.since;
  const when = (text: string | undefined, option: string) =>
    text === undefined ? undefined : parseSinceMs(text, option, now);
  return {
    function: functions.length === 0 ? undefined : functions.join(','),
    version: options.version,
    invocation: options.invocation,
    trace: options.trace,
    stream: options.stream,
    text: options.text,
    level: options.level,
    where: options.where,
    from: when(from, options.from === undefined ? '--since' : '--from'),
    to: when(options.to, '--to'),
  };
}

/** A condition that cannot be read is told before the node is asked. */
function condition(value: string, previous: readonly string[] | undefined): string[] {
  try {
    parseWhere(value);
  } catch (error) {
    throw new Failure(EXIT.usage, `--where: ${(error as Error).message}`, { cause: error });
  }
  return collect(value, previous);
}
