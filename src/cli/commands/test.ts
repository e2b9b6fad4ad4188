import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { examples } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration } from '../human.ts';
import { ensureConsole } from '../machine/console-build.ts';
import { runNode } from '../machine/run-node.ts';
import { ensurePackages, nodePackages } from '../machine/system-packages.ts';
import { TEST_PACKAGES } from '../machine/test-packages.ts';
import { note, Progress, paintError } from '../output.ts';
import { PROJECT_FOLDER } from '../project.ts';

const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];
/** Test files that run at the same time: they start real sandboxes, which want memory and cores of their own. */
const MOST_AT_ONCE = 4;
/** One test file that takes longer is ended. */
const FILE_TIMEOUT_MS = 900_000;

const TSC = join('node_modules', 'typescript', 'bin', 'tsc');
const CONSOLE = join('src', 'console');
const BIOME = join('node_modules', '@biomejs', 'biome', 'bin', 'biome');

export function define(command: Command): void {
  command
    .argument('[pattern]', 'only test files whose path contains this; then neither types nor style are checked')
    .description('Checks the project itself: types, style, floors, and every test. Needs no terminal and no root.')
    .option('--no-install', 'never install system packages')
    .addHelpText(
      'after',
      examples(['fob test', 'everything'], ['fob test sandbox/', 'one floor'], ['fob test settings.test', 'one file']),
    )
    .action(async (pattern: string | undefined, options: { install: boolean }) => {
      process.exitCode = await test(pattern, options.install);
    });
}

interface Result {
  readonly what: string;
  readonly passed: boolean;
  readonly ms: number;
}

async function test(pattern: string | undefined, mayInstall: boolean): Promise<number> {
  if (!existsSync(join(PROJECT_FOLDER, TSC))) {
    throw new Failure(EXIT.refused, 'the packages for development are missing', {
      hint: 'run ./fob test: it installs them',
    });
  }
  const progress = new Progress();
  const logFile = join(tmpdir(), `fob-test-apt-${process.pid}.log`);
  const files = await testFiles(pattern);
  if (files.length === 0) throw new Failure(EXIT.notFound, `no test file has "${pattern}" in its path`);
  await ensurePackages(nodePackages('bubblewrap'), { logFile, progress, mayInstall });
  // A run of a few files is not worth several servers.
  if (pattern === undefined) await ensurePackages(TEST_PACKAGES, { logFile, progress, mayInstall });
  await ensureConsole(progress);
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, availableParallelism()));
  const results: Result[] = [];
  if (pattern === undefined) {
    results.push(await check('types', [TSC, '-p', '.']));
    results.push(await check('types of the console', [TSC, '-p', CONSOLE]));
    results.push(await check('style', [BIOME, 'check', '--error-on-warnings', '.']));
  }
  results.push(
    await check(files.length === 1 ? files[0]! : `${files.length} test files`, [
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${atOnce}`,
      `--test-timeout=${FILE_TIMEOUT_MS}`,
      ...files,
    ]),
  );
  const signs = results.map(({ what, passed, ms }) => {
    const sign = passed ? paintError('green', '✔') : paintError('red', '✘');
    return `${sign} ${what} (${formatDuration(ms)})`;
  });
  note(`\n${signs.join('   ')}`);
  return results.every((result) => result.passed) ? EXIT.ok : EXIT.functionFailed;
}

async function check(what: string, words: readonly string[]): Promise<Result> {
  note(`${paintError('bold', what)} ...`);
  const started = performance.now();
  const code = await runNode(words, { FORCE_COLOR: process.stdout.isTTY && !process.env.NO_COLOR ? '1' : '0' });
  // 128 and more: Ctrl-C or SIGTERM, which ends the whole run.
  if (code >= 128) throw new Failure(EXIT.interrupted, `${what}: ended by a signal`);
  return { what, passed: code === 0, ms: performance.now() - started };
}

async function testFiles(pattern: string | undefined): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob(TEST_FILES, { cwd: PROJECT_FOLDER })) {
    if (pattern === undefined || file.includes(pattern)) files.push(file);
  }
  return files.sort();
}
