import type { Command } from 'commander';
import { BYTES_PER_MB } from '../../model/units.ts';
import { allFunctions } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { formatAge, formatBytes, formatDuration } from '../human.ts';
import { note, paint, printJson, printTable } from '../output.ts';
import { ownCommand } from '../project.ts';

interface ListOptions {
  readonly tag?: string;
  readonly owner?: string;
  readonly runtime?: string;
}

export function define(command: Command): void {
  command
    .argument('[prefix]', 'only functions whose name starts so')
    .option('--tag <name[=value]>', 'only functions with this tag')
    .option('--owner <who>', 'only functions of this owner')
    .option('--runtime <name>', 'only functions of this runtime')
    .addHelpText('after', examples(['fob list', 'all functions'], ['fob list shop- --tag stage=test', 'some of them']))
    .action(async (prefix: string | undefined, _options, self: Command) => {
      const { tag, owner, runtime, json } = optionsOf<ListOptions>(self);
      const functions = await allFunctions(await clientOf(self), { prefix, tag, owner, runtime });
      if (json) return printJson(functions);
      if (functions.length === 0) {
        return note(
          `no functions${(prefix ?? tag ?? owner ?? runtime) ? ' like that' : ` yet: ${ownCommand()} deploy <file or folder>`}`,
        );
      }
      const now = Date.now();
      printTable(
        [
          { title: 'NAME', shrinkTo: 36, decorate: (cell) => paint('bold', cell) },
          { title: 'RUNTIME' },
          { title: 'VERSION', align: 'right', dropOrder: 3 },
          { title: 'MEMORY', align: 'right', dropOrder: 4 },
          { title: 'TIMEOUT', align: 'right', dropOrder: 5 },
          { title: 'CODE', align: 'right', dropOrder: 6 },
          { title: 'UPDATED', align: 'right' },
          { title: 'OWNER', shrinkTo: 5, dropOrder: 8 },
          { title: 'DESCRIPTION', shrinkTo: 11, dropOrder: 7 },
        ],
        functions.map(({ name, version, updatedAt, config, code }) => [
          name,
          config.runtime,
          String(version),
          formatBytes(config.memoryMb * BYTES_PER_MB),
          formatDuration(config.timeoutMs),
          formatBytes(code.bytes),
          formatAge(Date.parse(updatedAt), now),
          config.owner,
          config.description,
        ]),
      );
    });
}
