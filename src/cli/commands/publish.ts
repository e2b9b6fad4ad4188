import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { note, print, printJson } from '../output.ts';
import { type VersionView, versionOf } from '../release/api.ts';
import { sendJson } from '../send-json.ts';

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .description(
      'Pins the version that serves, so that it is kept for good, and prints its number. Doing it twice changes nothing.',
    )
    .option('--version-number <n>', 'pin this version instead')
    .option('--description <text>', 'what it is')
    .option('--undo <version>', 'take the publication of a version back')
    .addHelpText(
      'after',
      examples(
        ['fob publish hello --description "the one for the fair"', ''],
        ['fob alias set hello prod $(fob publish hello)', 'and name it'],
        ['fob publish hello --undo 3', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { versionNumber, description, undo, json } = optionsOf<{
        versionNumber?: string;
        description?: string;
        undo?: string;
      }>(self);
      if (undo !== undefined) {
        const version = await aboutFunction(client, name, () => versionOf(client, name, undo));
        await aboutFunction(client, name, () =>
          client.send('DELETE', functionPath(name, `/versions/${version}/publication`)),
        );
        return json
          ? printJson({ unpublished: version })
          : print(`version ${version} is kept only as long as others are`);
      }
      const published = await aboutFunction(client, name, async () => {
        const version = versionNumber === undefined ? undefined : await versionOf(client, name, versionNumber);
        return sendJson<VersionView>(client, 'POST', functionPath(name, '/publish'), {
          ...(version !== undefined && { version }),
          ...(description !== undefined && { description }),
        });
      });
      if (json) return printJson(published);
      print(String(published.version));
      if (process.stdout.isTTY)
        note(`version ${published.version} is kept for good; call it as ${name}:${published.version}`);
    });
}
