import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type FunctionView, functionPath, type LogLine } from '../api.ts';
import { createClient, type NodeClient } from '../client.ts';
import { examples, type GlobalOptions, optionsOf, wholeNumber } from '../command-line.ts';
import { sendCode } from '../deploy/send.ts';
import { functionName, readUpload } from '../deploy/upload.ts';
import { type DebugListener, listenForDebuggers } from '../dev/debug-listener.ts';
import { type LocalNode, startLocalNode } from '../dev/local-node.ts';
import { watchCode } from '../dev/watch-code.ts';
import { EXIT, Failure } from '../failure.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { formatDuration } from '../human.ts';
import { formatLogLine } from '../log-line.ts';
import { note, Progress, paint, print, printFailure, warn } from '../output.ts';
import { ownCommand } from '../project.ts';
import { sendJson } from '../send-json.ts';
import { harmless } from '../text-width.ts';

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

/** One function under development. */
interface Development {
  readonly client: NodeClient;
  readonly path: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export function define(command: Command): void {
  command
    .argument('[path]', 'the function: a source file or a folder', '.')
    .description(
      'Runs a function while you write it: a node of its own starts on this machine, with real sandboxes, triggers and services; each change is ' +
        'deployed at once, and what the function logs is shown. With --url or FOB_URL, the node there is used instead. Ctrl-C ends it; ' +
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
  const name = functionName(path, options.name);
  const config = configOf(options);
  const debugPort = options.inspect === undefined ? undefined : portOf(options.inspect);
  const info = await stat(path).catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `there is no file or folder ${path}`, { cause });
  });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (stopping.signal.aborted ? process.exit(EXIT.interrupted) : stopping.abort()));
  }
  const stopped = new Promise<void>((done) => stopping.signal.addEventListener('abort', () => done()));

  const node = elsewhere ? undefined : await ownNode(path, info.isDirectory(), options);
  const url = node?.url ?? options.url;
  const client = await createClient(url, options.token ?? process.env.FOB_TOKEN);
  const work: Development = {
    client,
    path,
    name,
    config: {
      ...config,
      debug: debugPort !== undefined,
      ...(debugPort !== undefined && { timeoutMs: DEBUG_TIMEOUT_MS }),
    },
  };
  let debuggers: DebugListener | undefined;
  let code: Awaited<ReturnType<typeof watchCode>> | undefined;
  try {
    code = await watchCode(resolve(path), info.isDirectory(), async (changed) => reload(work, changed));
    await deployFirst(work);
    printScreen(url, name, path);
    void follow(client, name, stopping.signal);
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

/** The first version; a function that does not load yet is no reason to stop watching it. */
async function deployFirst(work: Development): Promise<void> {
  const progress = new Progress();
  progress.step(`deploying ${work.name}`);
  try {
    await deploy(work, progress);
    progress.done();
  } catch (error) {
    progress.fail();
    if (!(error instanceof Failure) || error.exitCode !== EXIT.refused) throw error;
    tell(error);
    note('waiting for a change');
  }
}

async function reload(work: Development, changed: readonly string[]): Promise<void> {
  const started = performance.now();
  const [first, ...others] = changed;
  const what = harmless(others.length === 0 ? first! : `${first} and ${others.length} more`);
  try {
    const { version } = await deploy(work, new Progress({ quiet: true }));
    print(`${paint('green', '↻')} version ${version} in ${formatDuration(performance.now() - started)}: ${what}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    print(`${paint('red', '✘')} ${what} was not taken; the version before goes on`);
    tell(error);
  }
}

async function deploy({ client, path, name, config }: Development, progress: Progress): Promise<FunctionView> {
  return sendCode(client, name, await readUpload(path, progress), config, false, progress);
}

/** What is wrong with the code, with the place in it. */
function tell(failure: Failure): void {
  const stack = (failure.body as { stack?: unknown } | undefined)?.stack;
  printFailure(harmless(failure.message), typeof stack === 'string' && stack !== '' ? harmless(stack) : failure.hint);
}

async function follow(client: NodeClient, name: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const line of client.lines<LogLine>('GET', '/v1/logs/tail', { query: { function: name }, signal })) {
      if ('text' in line) print(formatLogLine(line, { now: Date.now(), paint }));
    }
  } catch (error) {
    if (!signal.aborted) warn(`the log is not shown any more: ${(error as Error).message}`);
  }
}

function printScreen(url: string, name: string, path: string): void {
  const prefix = url === `http://127.0.0.1:${DEFAULT_PORT}` ? '' : `FOB_URL=${url} `;
  const label = (text: string) => paint('dim', text.padEnd(10));
  print(
    [
      '',
      `${paint('bold', name)} runs at ${paint(['bold', 'cyan'], `${url}/f/${name}/`)}`,
      `  ${label('call it')}${prefix}${ownCommand()} call ${name}`,
      `  ${label('wake it')}${prefix}${ownCommand()} trigger add ${name} schedule 'rate(1 minute)'`,
      `  ${label('edit')}${path}, and it is deployed again`,
      `  ${label('stop')}Ctrl-C`,
      '',
    ].join('\n'),
  );
}
