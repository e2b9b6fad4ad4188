import { Command } from 'commander';
import { createClient, DEFAULT_URL, type NodeClient } from './client.ts';
import { EXIT, Failure } from './failure.ts';

/** What each file below `commands/` exports: it adds arguments, options, help and the action to its command. */
export interface CommandModule {
  define(command: Command): void;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly load: () => Promise<CommandModule>;
}

const FUNCTIONS = 'Functions:';
const OBSERVE = 'What happened:';
const NODE = 'Node:';
const TOOLS = 'Tools:';

/** Every command; its file is loaded only where the command line names it, so that each starts fast. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'deploy',
    group: FUNCTIONS,
    summary: 'register a file, folder or archive as a function',
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'call',
    group: FUNCTIONS,
    summary: 'run a function and print its result',
    load: () => import('./commands/call.ts'),
  },
  { name: 'list', group: FUNCTIONS, summary: 'list all functions', load: () => import('./commands/list.ts') },
  {
    name: 'show',
    group: FUNCTIONS,
    summary: 'show one function: configuration, code, sandboxes',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'set',
    group: FUNCTIONS,
    summary: "change a function's configuration",
    load: () => import('./commands/set.ts'),
  },
  {
    name: 'code',
    group: FUNCTIONS,
    summary: 'print or save exactly what was uploaded',
    load: () => import('./commands/code.ts'),
  },
  { name: 'rm', group: FUNCTIONS, summary: 'remove functions', load: () => import('./commands/rm.ts') },
  {
    name: 'logs',
    group: OBSERVE,
    summary: 'print what functions logged, or follow it',
    load: () => import('./commands/logs.ts'),
  },
  { name: 'runs', group: OBSERVE, summary: 'list invocations, or show one', load: () => import('./commands/runs.ts') },
  { name: 'stats', group: OBSERVE, summary: 'show what the node does now', load: () => import('./commands/stats.ts') },
  { name: 'up', group: NODE, summary: 'start a node on this machine', load: () => import('./commands/up.ts') },
  {
    name: 'doctor',
    group: NODE,
    summary: 'explain what works on this machine and what does not',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'backup',
    group: NODE,
    summary: "save all of a running node's data to a file",
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'restore',
    group: NODE,
    summary: "replace all of a running node's data by a backup",
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'test',
    group: TOOLS,
    summary: 'check the project itself: types, style, tests',
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'bench',
    group: TOOLS,
    summary: 'measure fob beside its peers on this machine',
    load: () => import('./commands/bench.ts'),
  },
  {
    name: 'completion',
    group: TOOLS,
    summary: 'print a completion script for a shell',
    load: () => import('./commands/completion.ts'),
  },
  { name: 'version', group: TOOLS, summary: 'print the version', load: () => import('./commands/version.ts') },
];

const HELP_END = `
Exit codes: 0 done, 1 the function failed, 2 wrong usage, 3 not found, 4 no node answers, 5 refused or impossible.
First steps: ./fob up, then in another terminal: ./fob deploy examples/hello-python`;

/** The options that every command has. */
export interface GlobalOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** The whole command line; the commands in `wanted` are loaded, the others are known by name and summary. */
export async function createProgram(wanted: ReadonlySet<string> | 'all'): Promise<Command> {
  const program = new Command('fob')
    .description('Flock of Birds: the serverless platform that you own')
    .usage('<command> [options]')
    .option('--url <url>', 'the node to talk to (FOB_URL)', process.env.FOB_URL || DEFAULT_URL)
    .option('--token <token>', 'credential of the node (FOB_TOKEN)')
    .option('--json', 'print JSON, for scripts')
    .helpOption('-h, --help', 'show help')
    .commandsGroup(TOOLS)
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({ showGlobalOptions: true, helpWidth: process.stdout.columns || 80 })
    .showHelpAfterError('(fob --help shows all commands)')
    .addHelpText('after', HELP_END)
    .exitOverride();
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).helpGroup(entry.group);
    command.description(sentence(entry.summary)).showHelpAfterError(`(fob ${entry.name} --help shows how to use it)`);
    if (wanted === 'all' || wanted.has(entry.name)) (await entry.load()).define(command);
  }
  return program;
}

/** The options that stand on the command line, those of every command included. */
export function optionsOf<T = unknown>(command: Command): GlobalOptions & T {
  return command.optsWithGlobals();
}

/** A client of the node that the command line names. */
export function clientOf(command: Command): Promise<NodeClient> {
  const { url, token } = optionsOf(command);
  return createClient(url, token ?? process.env.FOB_TOKEN);
}

/** An option that may be given several times, as a list. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** A whole number of at least `minimum`; anything else is a usage failure naming the option. */
export function wholeNumber(option: string, minimum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum)) {
      throw new Failure(EXIT.usage, `${option}: "${text}" is no whole number of at least ${minimum}`);
    }
    return value;
  };
}

/** Help text with examples: a command and what it does, line by line. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`.trimEnd()).join('\n')}`;
}

function sentence(summary: string): string {
  return `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;
}
