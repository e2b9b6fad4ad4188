import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { count } from '../human.ts';
import { Progress, paint, print, printJson } from '../output.ts';

export function define(command: Command): void {
  command
    .argument('<file>', 'a backup made by fob backup')
    .description('Replaces all functions, code, queues, records and logs of a running node by those of a backup.')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples(['fob restore fob-2026-01-31.tar', ''], ['fob restore fob.tar --yes', 'in a script']),
    )
    .action(async (file: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { json, yes } = optionsOf<{ yes?: boolean }>(self);
      const info = await stat(file).catch((cause: unknown) => {
        throw new Failure(EXIT.notFound, `there is no file ${file}`, { cause });
      });
      if (!yes) await confirm(client.url);
      const progress = new Progress({ quiet: json === true });
      progress.step(`restoring ${file} to ${client.url}`);
      let restored: { documents: number; blobs: number };
      try {
        restored = await client.json('POST', '/v1/restore', {
          headers: { 'content-type': 'application/x-tar', 'content-length': String(info.size) },
          body: createReadStream(file),
        });
      } catch (error) {
        progress.fail();
        throw error;
      }
      progress.done();
      if (json) printJson(restored);
      else {
        const what = `${count(restored.documents, 'document')} and ${count(restored.blobs, 'blob')}`;
        print(`${paint('green', '✔')} restored ${what}`);
      }
    });
}

/** Asks a person; where there is none to ask, `--yes` must have been given. */
async function confirm(url: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Failure(EXIT.usage, `restoring replaces everything on ${url}: add --yes to do it without being asked`);
  }
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({
    message: `Replace everything on ${url} by this backup?`,
    initialValue: false,
    output: process.stderr,
  });
  if (answer !== true) throw new Failure(EXIT.interrupted, 'nothing was changed');
}
