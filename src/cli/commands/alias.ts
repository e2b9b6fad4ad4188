import type { Command } from 'commander';
import { sharesText } from '../../model/alias.ts';
import { aboutFunction, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { note, paint, print, printJson } from '../output.ts';
import { ownCommand } from '../project.ts';
import { type AliasView, aliasPath, versionOf } from '../release/api.ts';
import { percentText, printAlias, printAliases } from '../release/show.ts';
import { parseShares } from '../release/steps.ts';
import { sendJson } from '../send-json.ts';

export function define(command: Command): void {
  command
    .description(
      'Aliases: names of versions that can be moved. Callers name an alias, as in hello:prod, and never notice.',
    )
    .addHelpText(
      'after',
      examples(
        ['fob alias set hello prod 3', 'hello:prod is version 3'],
        ['fob alias set hello prod 3=90 4=10', 'every tenth call gets version 4'],
        ['fob rollback hello --alias prod', 'what it named before'],
      ),
    );
  defineSet(command);
  defineLooking(command);
}

function defineSet(command: Command): void {
  command
    .command('set')
    .summary('create an alias, or move it')
    .description(
      'Creates an alias or moves it, at once. Two versions share its calls by their weights, which add up to 100. A caller ' +
        'that sends the header Fob-Sticky-Key, or a key where --sticky-by says, stays with one version.',
    )
    .argument('<function>')
    .argument('<alias>')
    .argument('<versions...>', 'a version, or two with their shares: 3=90 4=10; latest means what serves')
    .option('--if <version>', 'only if it names this now, such as 3 or 3=90,4=10')
    .option('--new', 'only if there is no such alias')
    .option('--sticky-by <where>', 'header:<name>, query:<name>, cookie:<name> or payload:$.path; "" for nowhere')
    .option('--description <text>', 'what it is for')
    .addHelpText(
      'after',
      examples(
        ['fob alias set hello prod 3', ''],
        ['fob alias set hello prod 3=99.5 4=0.5 --sticky-by cookie:session', 'one user, one version'],
        ['fob alias set hello prod 4 --if 3', 'unless somebody has moved it'],
      ),
    )
    .action(async (name: string, alias: string, words: string[], _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<{ if?: string; new?: boolean; stickyBy?: string; description?: string }>(self);
      const numberOf = (text: string) => aboutFunction(client, name, () => versionOf(client, name, text));
      const body = {
        versions: await parseShares(words, numberOf),
        ...(options.stickyBy !== undefined && { stickyBy: options.stickyBy }),
        ...(options.description !== undefined && { description: options.description }),
      };
      const headers = await preconditionOf(client, name, alias, options);
      const set = await aboutFunction(client, name, () =>
        sendJson<AliasView>(client, 'PUT', aliasPath(name, alias), body, headers),
      );
      if (options.json) return printJson(set);
      print(
        `${paint('green', '✔')} ${paint('bold', `${set.function}:${set.name}`)} is version ${percentText(set.versions)}`,
      );
    });
}

/** What was seen, so that somebody else's move in between is refused and shown, not overwritten. */
async function preconditionOf(
  client: NodeClient,
  name: string,
  alias: string,
  options: { if?: string; new?: boolean },
): Promise<Record<string, string>> {
  if (options.new) return { 'if-none-match': '*' };
  if (options.if === undefined) return {};
  const current = await aboutFunction(client, name, () => client.json<AliasView>('GET', aliasPath(name, alias)));
  const wanted = sharesText(
    (await parseShares([options.if], (text) => versionOf(client, name, text))).sort((a, b) => a.version - b.version),
  );
  const now = sharesText(current.versions);
  if (wanted === now) return { 'if-match': `"${current.revision}"` };
  throw new Failure(
    EXIT.refused,
    `the alias "${alias}" names ${now}, not ${wanted}: ${current.updatedBy} moved it at ${current.updatedAt}`,
    { hint: `fob alias show ${name} ${alias} shows its moves` },
  );
}

function defineLooking(command: Command): void {
  command
    .command('list')
    .summary('list the aliases of a function')
    .description('Lists the aliases of a function, what they name, and the release by each.')
    .argument('<function>')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { aliases } = await aboutFunction(client, name, () =>
        client.json<{ aliases: AliasView[] }>('GET', functionPath(name, '/aliases')),
      );
      if (optionsOf(self).json) return printJson(aliases);
      if (aliases.length === 0) return note(`no aliases yet: ${ownCommand()} alias set ${name} prod latest`);
      printAliases(aliases);
    });
  command
    .command('show')
    .summary('show one alias and its moves')
    .description('Shows one alias: what it names, and what it named when, and by whom.')
    .argument('<function>')
    .argument('<alias>')
    .action(async (name: string, alias: string, _options, self: Command) => {
      const client = await clientOf(self);
      const view = await aboutFunction(client, name, () => client.json<AliasView>('GET', aliasPath(name, alias)));
      if (optionsOf(self).json) return printJson(view);
      printAlias(view);
    });
  command
    .command('rm')
    .summary('remove an alias')
    .description('Removes an alias. The versions that it named stay.')
    .argument('<function>')
    .argument('<alias>')
    .action(async (name: string, alias: string, _options, self: Command) => {
      const client = await clientOf(self);
      await aboutFunction(client, name, () => client.send('DELETE', aliasPath(name, alias)));
      if (optionsOf(self).json) return printJson({ removed: alias });
      print(`${paint('green', '✔')} ${name}:${alias} is removed`);
    });
}
