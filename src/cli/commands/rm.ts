import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { paint, print, printFailure, printJson } from '../output.ts';

export function define(command: Command): void {
  command
    .argument('<functions...>', 'names or ids of the functions')
    .description('Removes functions. Calls in flight finish; records and logs stay until they are too old.')
    .addHelpText('after', examples(['fob rm hello add', '']))
    .action(async (names: string[], _options, self: Command) => {
      const client = await clientOf(self);
      const { json } = optionsOf(self);
      const removed: string[] = [];
      for (const name of names) {
        try {
          await aboutFunction(client, name, () => client.json('DELETE', functionPath(name)));
          removed.push(name);
          if (!json) print(`${paint('green', '✔')} ${name} is removed`);
        } catch (error) {
          // One that is missing does not keep the others; one that no node answers for does.
          if (!(error instanceof Failure) || error.exitCode === EXIT.unreachable) throw error;
          printFailure(error.message, error.hint);
          process.exitCode = error.exitCode;
        }
      }
      if (json) printJson({ removed });
    });
}
