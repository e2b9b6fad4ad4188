import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FobNode } from './fob/node.ts';
import { ensureWrk } from './load/wrk.ts';
import { profileTables } from './profile.ts';
import {
  type Circumstances,
  isMet,
  judgedValue,
  markdownReport,
  plainTable,
  resultTable,
  type Section,
} from './report.ts';
import type { Bench, Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/all.ts';

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

const HELP = `Usage: fob bench [options]

Measures fob beside bare node:http, workerd and functions-framework, all on this machine.
A full run writes bench/RESULTS.md; one with --quick, --only or --profile only prints.

Options:
  --quick              fewer and shorter repetitions, to see that everything works
  --only <name>        one scenario; may be given several times
  --profile <name>     one scenario with the node's CPU profile: where the time goes
  --json               the figures as JSON on standard output
  --help               this text

Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n')}
`;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return SCENARIOS.filter((scenario) => !scenario.onlyByName);
  return names.map((name) => {
    const scenario = SCENARIOS.find((one) => one.name === name);
    if (scenario === undefined) {
      throw new Error(`there is no scenario "${name}"; choose from: ${SCENARIOS.map((one) => one.name).join(', ')}`);
    }
    return scenario;
  });
}

function createBench(folder: string, quick: boolean, profileFolder: string | undefined): Bench {
  let paths = 0;
  const path = (name: string): string => join(folder, `${++paths}-${name}`);
  return {
    quick,
    cores: cpus().length,
    say: (text) => say(`  ${text}`),
    path,
    startNode: ({ dataFolder = path('data'), settings = {} } = {}) =>
      FobNode.start({ dataFolder, logFile: path('fob.log'), ...(profileFolder && { profileFolder }) }, settings),
  };
}

async function runAll(bench: Bench, scenarios: readonly Scenario[]): Promise<Section[]> {
  const sections: Section[] = [];
  for (const { name, title, run } of scenarios) {
    say(`${name}: ${title}`);
    const section = await run(bench).then(
      ({ rows, tables = [] }): Section => ({ name, title, rows, tables }),
      (error: Error): Section => ({ name, title, rows: [], tables: [], error: error.message }),
    );
    if (section.error !== undefined) say(`  could not be measured: ${section.error}`);
    sections.push(section);
  }
  return sections;
}

function printable(sections: readonly Section[]): string {
  const all = sections.flatMap(({ title, rows, tables }) =>
    rows.length === 0 ? tables : [...tables, resultTable(title, rows)],
  );
  return all.map(plainTable).join('\n');
}

function toJson(sections: readonly Section[], circumstances: Circumstances): string {
  const withVerdicts = sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, judged: judgedValue(row), met: isMet(row) })),
  }));
  return `${JSON.stringify({ circumstances, sections: withVerdicts }, null, 2)}\n`;
}

function circumstances(command: string): Circumstances {
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: totalmem() / 1e9,
    kernel: release(),
    nodeVersion: process.version,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { profile } = values;
  const names = profile === undefined ? values.only : [profile];
  const scenarios = chosen(names);
  await ensureWrk(say);

  const folder = mkdtempSync(join(tmpdir(), 'fob-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const profileFolder = profile === undefined ? undefined : join(folder, 'profiles');
  if (profileFolder !== undefined) mkdirSync(profileFolder);

  const sections = await runAll(createBench(folder, values.quick, profileFolder), scenarios);
  const about = circumstances(
    `./fob bench${process.argv
      .slice(2)
      .map((one) => ` ${one}`)
      .join('')}`,
  );
  if (values.json) process.stdout.write(toJson(sections, about));
  else process.stdout.write(printable(sections));
  if (profileFolder !== undefined) {
    for (const table of await profileTables(profileFolder)) process.stdout.write(`\n${plainTable(table)}`);
  }
  if (names.length === 0 && !values.quick) {
    await writeFile(RESULTS, markdownReport(sections, about));
    say(`written: bench/RESULTS.md`);
  }
  if (sections.some((section) => section.error !== undefined)) process.exitCode = 1;
}

await main().catch((error: Error) => {
  say(`fob bench: ${error.message}`);
  process.exitCode = 2;
});
