import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { messageOf } from '../../model/problem.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatBytes } from '../human.ts';
import { Progress, paint, print, printJson } from '../output.ts';

export function define(command: Command): void {
  command
    .argument('<file>', 'where to save it (a tar archive); - writes to standard output')
    .description('Saves a consistent copy of all functions, their code, queues, records and logs, while the node runs.')
    .addHelpText('after', examples(['fob backup fob-$(date +%F).tar', ''], ['fob backup - | gzip > fob.tar.gz', '']))
    .action(async (file: string, _options, self: Command) => {
      const client = await clientOf(self);
      const json = optionsOf(self).json === true;
      const progress = new Progress({ quiet: json });
      progress.step(`saving the data of ${client.url}`);
      const response = await client.send('GET', '/v1/backup', { headers: { accept: '*/*' } });
      if (file === '-') {
        await pipeline(response, process.stdout, { end: false });
        progress.done();
        return;
      }
      // Under another name until it is whole: half a backup is worse than none.
      const partial = `${file}.partial`;
      try {
        await pipeline(response, createWriteStream(partial, { mode: 0o600, flush: true }));
        if (!response.complete) throw new Error('the node ended the connection');
        await rename(partial, file);
      } catch (cause) {
        progress.fail();
        await rm(partial, { force: true });
        throw new Failure(EXIT.refused, `the backup could not be saved to ${file}: ${messageOf(cause)}`, { cause });
      }
      progress.done();
      const { size } = await stat(file);
      if (json) printJson({ file, bytes: size });
      else print(`${paint('green', '✔')} saved ${formatBytes(size)} to ${file}`);
    });
}
