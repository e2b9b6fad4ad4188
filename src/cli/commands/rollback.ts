import type { Command } from 'commander';
import { aboutFunction, type FunctionView, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { paint, print, printJson } from '../output.ts';
import { type AliasView, aliasPath, versionOf } from '../release/api.ts';
import { percentText } from '../release/show.ts';
import { sendJson } from '../send-json.ts';

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .description(
      'Makes the version serve again that served before, at once; with --alias, moves the alias to what it named before, ' +
        'and gives up a release by it. Again, it goes back one further: a version that was left so does not come back.',
    )
    .option('--alias <alias>', 'roll this alias back')
    .option('--to <version>', 'this version instead of the one before')
    .addHelpText(
      'after',
      examples(
        ['fob rollback hello', 'the version before serves'],
        ['fob rollback hello --to 3', ''],
        ['fob rollback hello --alias prod', 'hello:prod is what it was before'],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { alias, to, json } = optionsOf<{ alias?: string; to?: string }>(self);
      const version = to === undefined ? undefined : await versionOf(client, name, to);
      const body = version === undefined ? {} : { to: version };
      const done = paint('green', '✔');
      if (alias !== undefined) {
        const path = aliasPath(name, alias, '/rollback');
        const view = await aboutFunction(client, name, () => sendJson<AliasView>(client, 'POST', path, body));
        if (json) return printJson(view);
        print(
          `${done} ${paint('bold', `${view.function}:${view.name}`)} is version ${percentText(view.versions)} again`,
        );
        return;
      }
      const path = functionPath(name, '/rollback');
      const view = await aboutFunction(client, name, () => sendJson<FunctionView>(client, 'POST', path, body));
      if (json) return printJson(view);
      print(`${done} version ${view.version} of ${paint('bold', view.name)} serves again`);
    });
}
