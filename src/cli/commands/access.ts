import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { note, paintError, printJson, printPairs } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface Access {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly revision: number;
}

interface AccessOptions {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly remove?: readonly string[];
  readonly clear?: boolean;
}

export function define(command: Command): void {
  command
    .description(
      'Shows or changes who may invoke a function. Who is allowed here may, and nobody else; who is denied may not, whatever ' +
        'roles and grants say. Callers are user:…, team:…, token:…, function:…, * (everybody with a credential, and functions) and anonymous.',
    )
    .argument('<function>', 'its name')
    .option('--allow <caller>', 'let it in; may be given several times', collect)
    .option('--deny <caller>', 'keep it out; may be given several times', collect)
    .option('--remove <caller>', 'take it out of both lists; may be given several times', collect)
    .option('--clear', 'leave it to roles and grants again')
    .addHelpText(
      'after',
      examples(
        ['fob access pay', ''],
        ['fob access pay --allow team:shop --allow function:checkout', ''],
        ['fob access site --allow anonymous', 'open to all, at its address /f/site'],
        ['fob access pay --deny user:eve', ''],
        ['fob access pay --clear', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const { allow, deny, remove, clear, json } = optionsOf<AccessOptions>(self);
      const client = await clientOf(self);
      const path = functionPath(name, '/access');
      let access = await aboutFunction(client, name, () => client.json<Access>('GET', path));
      const isChange = allow !== undefined || deny !== undefined || remove !== undefined;
      if (clear) {
        await client.json('DELETE', path);
        access = { revision: 0 };
      } else if (isChange) {
        const without = (list: readonly string[] = [], added: readonly string[] = []): string[] => [
          ...new Set([...list.filter((each) => !remove?.includes(each)), ...added]),
        ];
        const wanted = {
          ...((access.allow ?? allow) !== undefined && { allow: without(access.allow, allow) }),
          ...((access.deny ?? deny) !== undefined && { deny: without(access.deny, deny) }),
        };
        // Somebody else's change in between must not be lost.
        const seen: Record<string, string> =
          access.revision > 0 ? { 'if-match': `"${access.revision}"` } : { 'if-none-match': '*' };
        access = await sendJson<Access>(client, 'PUT', path, wanted, seen);
      }
      if (json) return printJson(access);
      if (isChange || clear) note(`${paintError('green', '✔')} changed`);
      if (access.allow === undefined && access.deny === undefined) {
        return note(`${name} has no access list: roles and grants decide who may invoke it`);
      }
      printPairs([
        ['allowed', access.allow === undefined ? 'as roles and grants say' : access.allow.join(' ') || 'nobody'],
        ['denied', access.deny?.join(' ') || 'nobody'],
      ]);
    });
}
