import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import { readBody } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatBytes } from '../human.ts';
import { note, print, printBytes } from '../output.ts';

export function define(command: Command): void {
  command
    .argument('<function>', 'name or id of the function')
    .description('Prints or saves exactly what was uploaded: the source text, the ZIP or the tar.gz.')
    .option('-o, --output <file>', 'save it there')
    .addHelpText('after', examples(['fob code hello', ''], ['fob code shop -o shop.tar.gz', '']))
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { output } = optionsOf<{ output?: string }>(self);
      const response = await aboutFunction(client, name, () => client.send('GET', functionPath(name, '/code')));
      const isArchive = !(response.headers['content-type'] ?? '').startsWith('text/');
      if (output === undefined && isArchive && process.stdout.isTTY) {
        response.destroy();
        throw new Failure(EXIT.usage, `the code of ${name} is an archive: save it with -o <file>`);
      }
      const content = await readBody(response);
      if (output === undefined) {
        await printBytes(content);
        if (process.stdout.isTTY && content.at(-1) !== 0x0a) print('');
        return;
      }
      await writeFile(output, content);
      note(`saved ${formatBytes(content.length)} to ${output}`);
    });
}
