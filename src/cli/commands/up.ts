import { join } from 'node:path';
import type { Command } from 'commander';
import type { Settings } from '../../model/settings.ts';
import { openNodeLog } from '../../observe/node-log.ts';
import { flagName, readSettings, SETTING_NAMES, schemaOf } from '../../settings.ts';
import { examples, type GlobalOptions, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { ensureConsole } from '../machine/console-build.ts';
import { makeDataFolder } from '../machine/data-folder.ts';
import { assertPortFree } from '../machine/port.ts';
import { ensurePackages, nodePackages } from '../machine/system-packages.ts';
import { note, Progress, paint, paintError, print, printJson } from '../output.ts';
import { firstSteps, projectVersion } from '../project.ts';

interface UpOptions extends Partial<Record<keyof Settings, string>> {
  readonly config?: string;
  readonly install: boolean;
}

export function define(command: Command): void {
  command
    .summary('start a node on this machine')
    .description(
      'Starts a node on this machine and runs it until Ctrl-C or SIGTERM. Installs missing system packages where it can ' +
        '(as root on Debian and Ubuntu). Every setting may also stand in the environment or in fob.config.yaml in the ' +
        'data folder: docs/reference/settings.md.',
    )
    .option('--config <file>', 'settings file (FOB_CONFIG); default: fob.config.yaml in the data folder')
    .option('--no-install', 'never install system packages');
  for (const name of SETTING_NAMES) {
    if (name === 'token') continue; // An option of every command.
    const schema = schemaOf(name);
    const fallback = schema.default === '' || Array.isArray(schema.default) ? '' : ` (default: ${schema.default})`;
    command.option(
      `${flagName(name)} <${schema.type === 'integer' ? 'number' : 'value'}>`,
      schema.description + fallback,
    );
  }
  command
    .addHelpText(
      'after',
      examples(
        ['fob up', 'on port 9999 of this machine only'],
        ['fob up --port 8080 --data ./data', 'elsewhere'],
        ['FOB_TOKEN=$(openssl rand -hex 24) fob up --host 0.0.0.0', 'for other machines too'],
      ),
    )
    .action(async (_options, self: Command) => up(optionsOf<UpOptions>(self)));
}

async function up(options: GlobalOptions & UpOptions): Promise<void> {
  const flags = Object.fromEntries(
    SETTING_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const settings = readSettings({ flags, environment: process.env, configFile: options.config });
  const progress = new Progress({ quiet: options.json === true });
  await assertPortFree(settings.host, settings.port);
  makeDataFolder(settings.data);
  const logs = join(settings.data, 'logs');
  await ensurePackages(nodePackages(settings.sandbox), {
    logFile: join(logs, 'apt.log'),
    progress,
    mayInstall: options.install,
  });

  const hasConsole = await ensureConsole(progress);

  const nodeLog = openNodeLog({ folder: logs, level: settings.logLevel, onWarning: printLogEntry });
  const stopping = new AbortController();
  listenForSignals(stopping);
  try {
    const { startNode } = await import('../../node.ts');
    progress.step('starting the node');
    const node = await startNode(settings, {
      log: nodeLog.log,
      onProgress: (title) => progress.step(title),
    }).catch((error: unknown) => {
      progress.fail();
      throw error;
    });
    progress.done();
    if (options.json) printJson({ url: node.url, pid: process.pid, data: settings.data, log: nodeLog.path });
    else printScreen(node.url, settings, nodeLog.path, hasConsole);

    const asked = new Promise<'asked'>((resolve) => {
      if (stopping.signal.aborted) resolve('asked');
      stopping.signal.addEventListener('abort', () => resolve('asked'));
    });
    const ended = await Promise.race([asked, node.closed.then(() => 'closed' as const)]);
    if (ended === 'closed')
      throw new Failure(EXIT.refused, `the node ended by itself; its log says why: ${nodeLog.path}`);
    note('stopping: calls in flight may finish (Ctrl-C again: stop at once)');
    await node.close();
    note('stopped');
  } finally {
    await nodeLog.close();
  }
  process.exit(EXIT.ok);
}

/** The first signal asks for a clean end, the second one forces it. */
function listenForSignals(stopping: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(EXIT.interrupted);
      stopping.abort();
    });
  }
}

function printScreen(url: string, settings: Settings, logPath: string, hasConsole: boolean): void {
  const name = (text: string) => paint('dim', text.padEnd(14));
  const lines = [
    '',
    `${paint('bold', 'Flock of Birds')} ${projectVersion()} is ready at ${paint(['bold', 'cyan'], url)}`,
    '',
    ...firstSteps(url, settings).map(([what, how]) => `  ${name(what)}${how}`),
    '',
    `  ${name('data')}${settings.data}`,
    `  ${name('log')}${logPath}`,
    ...(hasConsole ? [`  ${name('console')}${url}/console/`] : []),
    `  ${name('API')}${url}/docs`,
    `  ${name('stop')}Ctrl-C, or kill ${process.pid}`,
    '',
  ];
  print(lines.join('\n'));
}

/** A warning of the node, for the person at the terminal. */
function printLogEntry(line: string): void {
  const entry = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } };
  const grave = entry.level >= 50;
  const cause = entry.err?.message === undefined || entry.err.message === entry.msg ? '' : `: ${entry.err.message}`;
  note(`${paintError(grave ? 'red' : 'yellow', grave ? 'error:' : 'warning:')} ${entry.msg ?? ''}${cause}`);
}
