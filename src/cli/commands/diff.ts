import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { formatBytes } from '../human.ts';
import { note, paint, print, printJson } from '../output.ts';
import { type DiffView, versionOf } from '../release/api.ts';

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .argument('<from>', 'a version')
    .argument('[to]', 'another one; what serves where absent')
    .description(
      'Shows what two versions of a function differ in: settings, and the files that were uploaded, line by line. Values of ' +
        'environment variables are not shown, only which of them differ.',
    )
    .option('--stat', 'only which settings and files differ')
    .addHelpText('after', examples(['fob diff hello 3 4', ''], ['fob diff hello 3', 'against what serves']))
    .action(async (name: string, from: string, to: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const { stat, json } = optionsOf<{ stat?: boolean }>(self);
      const query = await aboutFunction(client, name, async () => ({
        from: await versionOf(client, name, from),
        to: to === undefined ? undefined : await versionOf(client, name, to),
      }));
      const diff = await aboutFunction(client, name, () =>
        client.json<DiffView>('GET', functionPath(name, '/diff'), { query }),
      );
      if (json) return printJson(diff);
      if (diff.config.length + diff.files.length === 0)
        return note(`versions ${diff.from} and ${diff.to} do not differ in settings or uploaded files`);
      printSettings(diff);
      for (const file of diff.files) printFile(file, diff, stat === true);
      if (diff.cut) note('there is more than is shown here');
    });
}

function printSettings({ config }: DiffView): void {
  for (const { setting, change, from, to } of config) {
    if (from === undefined && to === undefined) print(paint('yellow', `~ ${setting} (${change})`));
    if (from !== undefined) print(paint('red', `- ${setting}: ${valueText(from)}`));
    if (to !== undefined) print(paint('green', `+ ${setting}: ${valueText(to)}`));
  }
}

function printFile(file: DiffView['files'][number], { from, to }: DiffView, isShort: boolean): void {
  const { path, change, bytesBefore, bytesAfter, diff } = file;
  const sizes = [bytesBefore, bytesAfter].filter((bytes) => bytes !== undefined).map(formatBytes);
  if (isShort || diff === undefined) {
    const why = isShort ? '' : ', no text or too long to be shown';
    print(harmless(`${change} ${path} (${sizes.join(' → ')}${why})`));
    return;
  }
  const side = (version: number, isThere: boolean) => (isThere ? `${path} (version ${version})` : '/dev/null');
  print(paint('bold', harmless(`--- ${side(from, change !== 'added')}`)));
  print(paint('bold', harmless(`+++ ${side(to, change !== 'removed')}`)));
  for (const line of diff.replace(/\n$/, '').split('\n')) print(painted(line));
}

function painted(line: string): string {
  const safe = harmless(line);
  if (line.startsWith('@@')) return paint('cyan', safe);
  if (line.startsWith('+')) return paint('green', safe);
  if (line.startsWith('-')) return paint('red', safe);
  return line.startsWith('\\') ? paint('dim', safe) : safe;
}

function valueText(value: unknown): string {
  return harmless(typeof value === 'string' ? value : JSON.stringify(value));
}
