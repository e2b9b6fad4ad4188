import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { median, percentile } from '../statistics.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

interface Language {
  readonly name: string;
  readonly file: string;
  source(version: number): string;
}

const LANGUAGES: readonly Language[] = [
  { name: 'Node.js', file: 'index.mjs', source: (version) => `export const handler = () => ${version};\n` },
  {
    name: 'TypeScript',
    file: 'index.ts',
    source: (version) => `export const handler = (): number => ${version};\n`,
  },
  { name: 'Python', file: 'main.py', source: (version) => `def callme():\n    return ${version}\n` },
];

/** How soon `fob dev` serves what was just saved: from the write to its line, as a person waits. */
export const reload: Scenario = {
  name: 'reload',
  title: 'Reloading a function under development',
  async run(bench) {
    const rows: Row[] = [];
    for (const language of LANGUAGES) rows.push(...(await measure(bench, language)));
    return { rows };
  },
};

async function measure(bench: Bench, language: Language): Promise<Row[]> {
  const folder = bench.path('work');
  await mkdir(folder);
  const file = join(folder, language.file);
  await writeFile(file, language.source(0));
  const words = ['--disable-warning=ExperimentalWarning', MAIN, 'dev', folder, '--port', '0', '--no-install'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  const said = (what: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (line: string): void => {
        if (!what.test(line)) return;
        lines.off('line', look);
        resolve();
      };
      lines.on('line', look);
      child.once('exit', () => reject(new Error(`fob dev ended before it said ${what}`)));
    });
  try {
    await said(/ runs at http/);
    const count = bench.quick ? 5 : 40;
    const times: number[] = [];
    for (let version = 1; version <= count; version++) {
      const reloaded = said(new RegExp(`version ${version + 1} in `));
      const savedMs = performance.now();
      await writeFile(file, language.source(version));
      await reloaded;
      times.push(performance.now() - savedMs);
    }
    const note = `${count} saves`;
    return [
      { measure: `${language.name}, p50`, value: median(times), unit: 'ms', goal: { atMost: 300 }, note },
      { measure: `${language.name}, p99`, value: percentile(times, 99), unit: 'ms', note },
    ];
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined)));
  }
}
