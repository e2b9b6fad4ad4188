import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { examples } from '../command-line.ts';
import { removeEach } from '../remove-each.ts';

export function define(command: Command): void {
  command
    .argument('<functions...>', 'names or ids of the functions')
    .description('Removes functions. Calls in flight finish; records and logs stay until they are too old.')
    .addHelpText('after', examples(['fob rm hello add', '']))
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'function',
        remove: (client, name) => aboutFunction(client, name, () => client.json('DELETE', functionPath(name))),
      }),
    );
}
