import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { formatTime } from '../human.ts';
import { note, paint, print, printJson } from '../output.ts';
import type { VersionsView } from '../release/api.ts';
import { printVersions } from '../release/show.ts';

const DEFAULT_LIMIT = 20;
const HOW = { deploy: 'deployed', configure: 'settings changed', rollback: 'rolled back to' } as const;

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .description(
      'Lists the versions of a function, newest first: who made them and when, from which commit, which serves, and which ' +
        'aliases name them. Every deployment and every change of a setting makes one; the newest 100 are kept, and all that ' +
        'are published, aliased, released, or serve.',
    )
    .option('-n, --limit <n>', `at most so many; default: ${DEFAULT_LIMIT}`, wholeNumber('--limit', 1))
    .option('--moves', 'what came to serve when, and by whom')
    .addHelpText(
      'after',
      examples(
        ['fob versions hello', ''],
        ['fob versions hello --moves', 'what served when'],
        ['fob call hello:3', 'one of them'],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { limit = DEFAULT_LIMIT, moves, json } = optionsOf<{ limit?: number; moves?: boolean }>(self);
      const view = await aboutFunction(client, name, () =>
        client.json<VersionsView>('GET', functionPath(name, '/versions'), { query: { limit: Math.min(limit, 1_000) } }),
      );
      if (json) return printJson(view);
      if (!moves) {
        printVersions(view.versions);
        if (view.cursor !== undefined) note(`there are more: --limit ${limit * 5}`);
        return;
      }
      if (view.moves.length === 0)
        return note('nothing is known of what served when: it was deployed before that was kept');
      const now = Date.now();
      for (const { version, at, by, how } of view.moves.toReversed())
        print(`${paint('dim', formatTime(Date.parse(at), now))}  version ${version}  ${HOW[how]} by ${by}`);
    });
}
