import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { completeValues, faultOfValue, valuesOf } from '../../model/blueprint.ts';
import { Problem } from '../../model/problem.ts';
import { blueprintFiles, blueprintNamed, listBlueprints, type NamedBlueprint } from '../../project/blueprints/load.ts';
import { projectFileOf } from '../../project/blueprints/project-file.ts';
import { collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { pairs } from '../function-options.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';

interface NewOptions {
  readonly set?: readonly string[];
  readonly yes?: boolean;
  readonly show?: boolean;
}

export function define(command: Command): void {
  command
    .description(
      'Begins a project from a blueprint: functions with what wakes them and what they use. Without a name it lists the ' +
        'blueprints. On a terminal it asks for what is not given by --set; elsewhere that has its default. It writes a folder ' +
        'with the code, its tests and a fob.yaml; nothing is made on a node before fob apply.',
    )
    .argument('[blueprint]', 'its name; absent: lists all')
    .argument('[folder]', 'where to write it; default: a folder called after the function')
    .option('--set <name=value>', 'a value that it asks for; may be given several times', collect)
    .option('--show', 'say what it asks for, and write nothing')
    .option('-y, --yes', 'do not ask: what is not given has its default')
    .addHelpText(
      'after',
      examples(
        ['fob new', 'what there is'],
        ['fob new s3-get-object-python', 'asks, and writes a folder'],
        ['fob new s3-get-object-python meta --yes --set bucket=serops-we', ''],
        ['cd meta && fob apply', 'makes it on the node'],
      ),
    )
    .action(async (name: string | undefined, folder: string | undefined, _options, self: Command) => {
      const { set = [], yes, show, json = false } = optionsOf<NewOptions>(self);
      const all = await listBlueprints();
      if (name === undefined) return list(all, json);
      const found = known(() => blueprintNamed(all, name));
      if (show) return describe(found, json);
      const given = pairs(set, '--set');
      const asks = yes !== true && !json && process.stdin.isTTY === true && process.stdout.isTTY === true;
      const chosen = asks ? await ask(found, given) : given;
      const values = known(() => completeValues(found.blueprint, found.name, chosen));
      const target = folder ?? values.name!;
      const written = await write(target, [
        { path: 'fob.yaml', text: projectFileOf(found, values) },
        ...(await blueprintFiles(name)),
      ]);
      if (json) return printJson({ blueprint: name, folder: target, values, files: written });
      print(`${paint('green', '✔')} ${target} is written: ${written.join(', ')}`);
      const secrets = Object.entries(found.blueprint.secrets ?? {});
      for (const [variable, { label, help }] of secrets) {
        note(`before you apply it: export ${variable}=…  (${label}${help === undefined ? '' : `; ${help}`})`);
      }
      note(`next: cd ${target} && fob apply`);
    });
}

function list(blueprints: readonly NamedBlueprint[], json: boolean): void {
  if (json) {
    return printJson(
      blueprints.map(({ name, blueprint: { title, summary, languages, tags } }) => ({
        ...{ name, title, summary, languages, tags },
      })),
    );
  }
  printTable(
    [
      { title: 'BLUEPRINT', decorate: (cell) => paint('bold', cell) },
      { title: 'LANGUAGE', dropOrder: 1 },
      { title: 'WHAT IT DOES', shrinkTo: 20 },
    ],
    blueprints.map(({ name, blueprint }) => [name, blueprint.languages.join(', '), blueprint.summary]),
  );
  note('next: fob new <blueprint>, or fob new <blueprint> --show');
}

function describe({ name, blueprint }: NamedBlueprint, json: boolean): void {
  const values = valuesOf(blueprint, name);
  const { secrets = {} } = blueprint;
  if (json) return printJson({ name, ...blueprint, values });
  print(`${paint('bold', blueprint.title)}\n${blueprint.summary}\n`);
  printPairs([
    ...blueprint.shows.map((line, index): [string, string] => [index === 0 ? 'shows' : '', line]),
    ...Object.entries(values).map(([key, value]): [string, string] => {
      const usual = value.default === undefined ? 'must be given' : `default ${value.default || 'none'}`;
      return [`--set ${key}`, `${value.label}; ${usual}`];
    }),
    ...Object.entries(secrets).map(([variable, { label }]): [string, string] => [
      `$${variable}`,
      `${label}; in the environment of fob apply`,
    ]),
  ]);
}

/** Asks for each value that is not given, until it does. */
async function ask(
  { name, blueprint }: NamedBlueprint,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const values: Record<string, string> = { ...given };
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.once('SIGINT', () => terminal.close());
  // Lines that are typed, or pasted, before they are asked for wait.
  const lines = terminal[Symbol.asyncIterator]();
  const question = async (prompt: string): Promise<string> => {
    terminal.setPrompt(prompt);
    terminal.prompt();
    const { done, value } = await lines.next();
    if (done) throw new Failure(EXIT.interrupted, 'nothing was written');
    return value;
  };
  try {
    for (const [key, value] of Object.entries(valuesOf(blueprint, name))) {
      if (Object.hasOwn(given, key)) continue;
      const usual = usualOf(value.default, values);
      if (value.help !== undefined) print(paint('dim', value.help));
      for (;;) {
        const shown = usual === undefined ? '' : ` ${paint('dim', `[${usual}]`)}`;
        const typed = (await question(`${value.label}${shown}: `)).trim();
        const answer = typed === '' ? usual : typed;
        const fault = answer === undefined ? 'must be given' : faultOfValue(value, answer);
        if (fault === undefined) {
          values[key] = answer!;
          break;
        }
        print(paint('red', `this ${fault}`));
      }
    }
  } finally {
    terminal.close();
  }
  return values;
}

function usualOf(text: string | undefined, values: Readonly<Record<string, string>>): string | undefined {
  return text?.replace(/\$\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

/** Writes files into a folder that is not there or is empty; what it wrote. */
async function write(folder: string, files: readonly { path: string; text: string }[]): Promise<string[]> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Failure(EXIT.usage, `${folder} cannot be written to: ${error.message}`, { cause: error });
  });
  if (there.length > 0) {
    throw new Failure(EXIT.usage, `the folder ${folder} is there, and not empty`, { hint: 'name another one' });
  }
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return files.map(({ path }) => path);
}

/** A problem with what was typed, as the command line tells it. */
function known<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const missing = error.code === 'not_found';
    throw new Failure(missing ? EXIT.notFound : EXIT.usage, error.message.replace(/; GET .*$/, ''), {
      hint: missing ? 'fob new shows them' : 'fob new <blueprint> --show says what it asks for; --set gives a value',
      cause: error,
    });
  }
}
