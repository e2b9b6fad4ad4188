import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { type FunctionView, functionPath } from '../api.ts';
import { FOLDER_TESTS, findTests, type Tested } from '../check/find-tests.ts';
import { brokenCase, type CaseResult, runCase } from '../check/run-case.ts';
import { makeServices } from '../check/services.ts';
import { readTestFile, type TestFile } from '../check/test-file.ts';
import { createClient, type NodeClient, readBody } from '../client.ts';
import { examples, optionsOf } from '../command-line.ts';
import { sendCode } from '../deploy/send.ts';
import { functionName, readUpload } from '../deploy/upload.ts';
import { startLocalNode } from '../dev/local-node.ts';
import { EXIT } from '../failure.ts';
import { count, formatDuration } from '../human.ts';
import { Progress, paint, print, printJson } from '../output.ts';

interface CheckOptions {
  readonly only?: string;
  readonly install: boolean;
  readonly json?: boolean;
}

/** How the tests of one function went. */
interface Checked {
  readonly function: string;
  readonly file: string;
  readonly tests: readonly CaseResult[];
}

export function define(command: Command): void {
  command
    .argument('[paths...]', 'source files, files of tests, or folders; default: this folder')
    .description(
      `Tests functions by the files beside their code: ${FOLDER_TESTS} in a folder that is a function, <name>.test.yaml beside a source file. ` +
        'Each function is deployed on a node of its own, which starts for this and is gone afterwards, and runs in the same sandbox as in ' +
        'production; triggers are stood in for by samples of their events, services are real. The exit code is 1 where a test fails.',
    )
    .option('--only <text>', 'only tests whose name contains this')
    .option('--no-install', 'never install system packages')
    .addHelpText(
      'after',
      examples(
        ['fob check', 'all tests below this folder'],
        ['fob check hello.py --only empty', 'some of one function'],
      ),
    )
    .action(async (paths: string[], _options, self: Command) => {
      process.exitCode = await check(paths.length === 0 ? ['.'] : paths, optionsOf<CheckOptions>(self));
    });
}

async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const tested = (await Promise.all(paths.map(findTests))).flat();
  // All files are read before anything starts: a mistake in one is told at once.
  const files = await Promise.all(
    tested.map(async (each) => readTestFile(await readFile(each.tests, 'utf8'), relative('', each.tests))),
  );
  const progress = new Progress({ quiet: options.json === true });
  const dataFolder = await mkdtemp(join(tmpdir(), 'fob-check-'));
  const started = performance.now();
  const checked: Checked[] = [];
  try {
    const node = await startLocalNode({
      dataFolder,
      port: 0,
      progress,
      mayInstall: options.install,
      onWarning: () => {},
    });
    const stop = () => void node.close().then(() => process.exit(EXIT.interrupted));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    try {
      const client = await createClient(node.url, undefined);
      for (const [index, each] of tested.entries()) {
        checked.push(await checkOne(client, each, files[index]!, options, progress));
      }
    } finally {
      await node.close();
    }
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
  const tests = checked.flatMap((each) => each.tests);
  const failed = tests.filter(({ faults }) => faults.length > 0).length;
  if (options.json) printJson({ passed: tests.length - failed, failed, functions: checked });
  else printSummary(tests.length - failed, failed, performance.now() - started);
  return failed > 0 ? EXIT.functionFailed : EXIT.ok;
}

async function checkOne(
  client: NodeClient,
  { code, tests }: Tested,
  file: TestFile,
  options: CheckOptions,
  progress: Progress,
): Promise<Checked> {
  const name = functionName(code, undefined);
  const cases = file.tests.filter((test) => options.only === undefined || test.name.includes(options.only));
  const results: CaseResult[] = [];
  const show = (result: CaseResult): void => {
    results.push(result);
    if (options.json !== true) printCase(result);
  };
  if (cases.length === 0) return { function: name, file: tests, tests: [] };
  progress.step(`deploying ${name}`);
  if (file.given !== undefined) await makeServices(client, file.given);
  let fn: FunctionView;
  try {
    fn = await sendCode(client, name, await readUpload(code, progress), file.config ?? {}, true, progress);
    progress.done();
  } catch (error) {
    progress.fail();
    if (options.json !== true) print(paint('bold', basename(code)));
    show(brokenCase('it can be deployed', error));
    return { function: name, file: tests, tests: results };
  }
  if (options.json !== true) print(paint('bold', basename(code)));
  for (const test of cases) {
    if (file.given !== undefined) await makeServices(client, file.given);
    show(await runCase(client, fn, test).catch((error: unknown) => brokenCase(test.name, error)));
  }
  // Another function of the same name may be next.
  await client.send('DELETE', functionPath(name)).then(readBody);
  return { function: name, file: tests, tests: results };
}

function printCase({ name, faults, durationMs, log }: CaseResult): void {
  const time = paint('dim', formatDuration(durationMs));
  if (faults.length === 0) return print(`  ${paint('green', '✔')} ${harmless(name)} ${time}`);
  print(`  ${paint('red', '✘')} ${harmless(name)} ${time}`);
  for (const fault of faults) print(indented(fault, 4));
  if (log.length > 0) print(paint('dim', indented(`its log:\n${log.join('\n')}`, 4)));
}

/** Lines of a difference keep their colours: what is missing is green, what is too much red. */
function indented(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const shown = harmless(line);
      const painted = line.startsWith('+ ')
        ? paint('red', shown)
        : line.startsWith('- ')
          ? paint('green', shown)
          : shown;
      return ' '.repeat(columns) + painted;
    })
    .join('\n');
}

function printSummary(passed: number, failed: number, elapsedMs: number): void {
  const parts = [
    ...(passed > 0 ? [paint('green', `${passed} passed`)] : []),
    ...(failed > 0 ? [paint('red', `${failed} failed`)] : []),
  ];
  print(
    `\n${parts.length === 0 ? count(0, 'test') : parts.join(', ')} ${paint('dim', `in ${formatDuration(elapsedMs)}`)}`,
  );
}
