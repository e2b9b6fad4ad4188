import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { demand } from '../../project/api.ts';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
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
      const listed = [...(access.allow ?? []), ...(access.deny ?? [])];
      const stranger = remove?.find((caller) => !listed.includes(caller));
      if (stranger !== undefined) {
        throw new Failure(EXIT.notFound, `${stranger} is in neither list of ${name}; nothing is changed`, {
          hint: `fob access ${name} shows who is`,
        });
      }
      const before = access;
      // Somebody else's change in between must not be lost.
      const seen = demand(before.revision);
      if (clear) {
        if (before.revision > 0) await client.json('DELETE', path, { headers: seen });
        access = { revision: 0 };
      } else if (allow !== undefined || deny !== undefined || remove !== undefined) {
        const without = (list: readonly string[] = [], added: readonly string[] = []): string[] => [
          ...new Set([...list.filter((each) => !remove?.includes(each)), ...added]),
        ];
        const wanted = {
          ...((access.allow ?? allow) !== undefined && { allow: without(access.allow, allow) }),
          ...((access.deny ?? deny) !== undefined && { deny: without(access.deny, deny) }),
        };
        const { allow: allowed, deny: denied } = before;
        const isSame = isDeepStrictEqual(wanted, {
          ...(allowed !== undefined && { allow: allowed }),
          ...(denied !== undefined && { deny: denied }),
        });
        if (!isSame) access = await sendJson<Access>(client, 'PUT', path, wanted, seen);
      }
      if (json) return printJson(access);
      if (access.revision !== before.revision) note(`${paintError('green', '✔')} changed`);
      else if (clear || allow !== undefined || deny !== undefined) note('it stands so already: nothing is changed');
      if (access.allow === undefined && access.deny === undefined) {
        return note(`${name} has no access list: roles and grants decide who may invoke it`);
      }
      printPairs([
        ['allowed', access.allow === undefined ? 'as roles and grants say' : access.allow.join(' ') || 'nobody'],
        ['denied', access.deny?.join(' ') || 'nobody'],
      ]);
    });
}
