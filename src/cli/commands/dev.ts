import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { Problem } from '../../model/problem.ts';
import { functionPath, type LogLine } from '../api.ts';
import { createClient, type NodeClient } from '../client.ts';
import { examples, type GlobalOptions, optionsOf, tokenFor, wholeNumber } from '../command-line.ts';
import { functionName } from '../deploy/upload.ts';
import { type DebugListener, listenForDebuggers } from '../dev/debug-listener.ts';
import { type LocalNode, startLocalNode } from '../dev/local-node.ts';
import { watchCode } from '../dev/watch-code.ts';
import { functionWork, hasProjectFile, projectWork, type Work } from '../dev/work.ts';
import { EXIT, Failure } from '../failure.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { formatDuration } from '../human.ts';
import { formatLogLine } from '../log-line.ts';
import { note, Progress, paint, print, printFailure, warn } from '../output.ts';
import { ownCommand } from '../project.ts';
import { sendJson } from '../send-json.ts';

const DATA_FOLDER = join('.fob', 'dev');
const DEFAULT_PORT = 9999;
const DEBUG_PORT = 9229;
/** Longest run while one looks at it in a debugger: the most that a function may have. */
const DEBUG_TIMEOUT_MS = 900_000;

interface DevOptions extends FunctionOptions {
  readonly name?: string;
  readonly port?: number;
  readonly data?: string;
  readonly inspect?: string | true;
  readonly install: boolean;
}

export function define(command: Command): void {
  command
    .argument('[path]', 'the function, a source file or a folder; or a folder with a fob.yaml', '.')
    .description(
      'Runs a function while you write it: a node of its own starts on this machine, with real sandboxes, triggers and services; each change is ' +
        'deployed at once, and what the function logs is shown. Of a folder with a fob.yaml, all functions, triggers and services are made as it says. With --url or FOB_URL, the node there is used instead. Ctrl-C ends it; ' +
        `data stays in ${DATA_FOLDER}.`,
    )
    .option('--name <name>', 'name of the function; default: from the file or folder')
    .option('--inspect [port]', `let a debugger attach; default port: ${DEBUG_PORT}`)
    .option('--port <number>', `port of the node; default: ${DEFAULT_PORT}, or a free one`, wholeNumber('--port', 0))
    .option('--data <folder>', `data folder of the node; default: ${DATA_FOLDER} beside the code`)
    .option('--no-install', 'never install system packages');
  addFunctionOptions(command)
    .addHelpText(
      'after',
      examples(
        ['fob dev', 'the folder that you are in'],
        ['fob dev hello.py --env LEVEL=debug', 'one file'],
        ['fob dev ./shop --inspect', 'attach at 127.0.0.1:9229, code is in /code'],
        ['fob call shop', 'in another terminal'],
      ),
    )
    .action(async (path: string, _options, self: Command) => {
      const elsewhere = process.env.FOB_URL || self.getOptionValueSourceWithGlobals('url') === 'cli';
      await dev(path, optionsOf<DevOptions>(self), elsewhere !== undefined && elsewhere !== false);
    });
}

async function dev(path: string, options: GlobalOptions & DevOptions, elsewhere: boolean): Promise<void> {
  const config = configOf(options);
  const debugPort = options.inspect === undefined ? undefined : portOf(options.inspect);
  const info = await stat(path).catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `there is no file or folder ${path}`, { cause });
  });
  const isProject = info.isDirectory() && (await hasProjectFile(path));
  if (isProject && debugPort !== undefined)
    throw new Failure(EXIT.usage, '--inspect is for one function: name its file or folder, not that of the project');
  const name = isProject ? '' : functionName(path, options.name);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (stopping.signal.aborted ? process.exit(EXIT.interrupted) : stopping.abort()));
  }
  const stopped = new Promise<void>((done) => stopping.signal.addEventListener('abort', () => done()));

  const node = elsewhere ? undefined : await ownNode(path, info.isDirectory(), options);
  const url = node?.url ?? options.url;
  const client = await createClient(url, tokenFor(url, options.token));
  const debug = { debug: debugPort !== undefined, ...(debugPort !== undefined && { timeoutMs: DEBUG_TIMEOUT_MS }) };
  const work = isProject
    ? projectWork(client, path)
    : functionWork(client, { name, path, config: { ...config, ...debug } });
  let debuggers: DebugListener | undefined;
  let code: Awaited<ReturnType<typeof watchCode>> | undefined;
  try {
    code = await watchCode(resolve(path), info.isDirectory(), async (changed) => reload(work, changed));
    await deployFirst(work);
    printScreen(url, work, path);
    void follow(client, work.function, stopping.signal);
    if (debugPort !== undefined) {
      const token = options.token ?? process.env.FOB_TOKEN;
      const onRefused = (why: string) => warn(`a debugger could not attach: ${why}`);
      debuggers = await listenForDebuggers({ port: debugPort, nodeUrl: url, token, function: name, onRefused });
      note(`a debugger attaches at 127.0.0.1:${debuggers.port}; the code is in /code there`);
    }
    await stopped;
  } finally {
    debuggers?.close();
    await code?.close();
    // Somebody else's node is not left open to debuggers.
    if (elsewhere && debugPort !== undefined)
      await sendJson(client, 'PATCH', functionPath(name), { debug: false }).catch(() => {});
    if (node !== undefined) {
      note('stopping the node');
      await node.close();
    }
  }
  process.exit(EXIT.ok);
}

function portOf(given: string | true): number {
  return given === true ? DEBUG_PORT : wholeNumber('--inspect', 0)(given);
}

/** Starts the node; where no port was asked for and the usual one is taken, on a free one. */
async function ownNode(path: string, isFolder: boolean, options: DevOptions): Promise<LocalNode> {
  const dataFolder = resolve(options.data ?? join(isFolder ? path : dirname(path), DATA_FOLDER));
  const start = (port: number) =>
    startLocalNode({
      dataFolder,
      port,
      progress: new Progress(),
      mayInstall: options.install,
      onWarning: (line) => warn(harmless((JSON.parse(line) as { msg?: string }).msg ?? line)),
    });
  if (options.port !== undefined) return start(options.port);
  try {
    return await start(DEFAULT_PORT);
  } catch (error) {
    if (!(error instanceof Failure && /port \d+ is taken/.test(error.message))) throw error;
    note(`port ${DEFAULT_PORT} is taken: taking a free one`);
    return start(0);
  }
}

/** The first version; what does not load yet is no reason to stop watching it. */
async function deployFirst(work: Work): Promise<void> {
  const progress = new Progress();
  progress.step(`deploying ${work.title}`);
  try {
    await work.deploy(progress);
    progress.done();
  } catch (error) {
    progress.fail();
    tell(error);
    note('waiting for a change');
  }
}

async function reload(work: Work, changed: readonly string[]): Promise<void> {
  const started = performance.now();
  const [first, ...others] = changed;
  const what = harmless(others.length === 0 ? first! : `${first} and ${others.length} more`);
  try {
    const done = await work.deploy(new Progress({ quiet: true }));
    print(`${paint('green', '↻')} ${done} in ${formatDuration(performance.now() - started)}: ${what}`);
  } catch (error) {
    print(`${paint('red', '✘')} ${what} was not taken; the version before goes on`);
    tell(error);
  }
}

/** What is wrong with the code, with the place in it. */
function tell(failure: unknown): void {
  // Only what the code or the project file may have wrong; anything else is no reason to go on.
  if (failure instanceof Problem) return printFailure(harmless(failure.message));
  if (!(failure instanceof Failure) || failure.exitCode === EXIT.unreachable) throw failure;
  const stack = (failure.body as { stack?: unknown } | undefined)?.stack;
  printFailure(harmless(failure.message), typeof stack === 'string' && stack !== '' ? harmless(stack) : failure.hint);
}

async function follow(client: NodeClient, name: string | undefined, signal: AbortSignal): Promise<void> {
  try {
    for await (const line of client.lines<LogLine>('GET', '/v1/logs/tail', { query: { function: name }, signal })) {
      if ('text' in line) print(formatLogLine(line, { now: Date.now(), paint }));
    }
  } catch (error) {
    if (!signal.aborted) warn(`the log is not shown any more: ${(error as Error).message}`);
  }
}

function printScreen(url: string, work: Work, path: string): void {
  const fob = `${url === `http://127.0.0.1:${DEFAULT_PORT}` ? '' : `FOB_URL=${url} `}${ownCommand()}`;
  const name = work.function ?? '<function>';
  const at = work.function === undefined ? url : `${url}/f/${work.function}/`;
  const label = (text: string) => paint('dim', text.padEnd(10));
  print(
    [
      '',
      `${paint('bold', work.title)} runs at ${paint(['bold', 'cyan'], at)}`,
      `  ${label('call it')}${fob} call ${name}`,
      `  ${label('wake it')}${fob} trigger add ${name} schedule 'rate(1 minute)'`,
      `  ${label('edit')}${path}, and it is deployed again`,
      `  ${label('stop')}Ctrl-C`,
      '',
    ].join('\n'),
  );
}
