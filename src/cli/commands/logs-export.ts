import type { Command } from 'commander';
import { EXPORT_FORMATS, type ExportFormat, exportHead, exportLine } from '../../observe/logs/export-format.ts';
import { clientOf, examples, oneOf, optionsOf } from '../command-line.ts';
import { Failure } from '../failure.ts';
import { count } from '../human.ts';
import { addLineOptions, type LineOptions, lineQuery } from '../log-filters.ts';
import { note, printBytes } from '../output.ts';

/** Lines are written together up to this size. */
const CHUNK_CHARACTERS = 65_536;

interface ExportOptions extends LineOptions {
  readonly format?: ExportFormat;
  readonly cursor?: string;
}

export function defineExport(parent: Command): void {
  const command = parent
    .command('export')
    .argument('[functions...]', 'names or ids of functions; default: all')
    .description('Writes all log lines that match to standard output, oldest first, however many there are.');
  addLineOptions(command)
    .option('--format <format>', `${EXPORT_FORMATS.join(', ')}; default: ndjson`, oneOf('--format', EXPORT_FORMATS))
    .option('--cursor <id>', 'go on behind this line, where another export broke off')
    .addHelpText(
      'after',
      examples(
        ['fob logs export shop --from 1d | gzip > shop.ndjson.gz', ''],
        ['fob logs export --from 2026-01-01 --to 2026-02-01 --format csv > january.csv', ''],
      ),
    )
    .action(async (names: string[], _options, self: Command) => {
      const options = optionsOf<ExportOptions>(self);
      const client = await clientOf(self);
      const format = options.format ?? 'ndjson';
      // The node sends JSON lines whatever is written here: each has an id, by which an export that broke off can go on.
      const lines = client.lines<Parameters<typeof exportLine>[0]>('GET', '/v1/logs/export', {
        query: { ...lineQuery(names, options), cursor: options.cursor },
      });
      let written = 0;
      let last = options.cursor;
      let text = options.cursor === undefined ? exportHead(format) : '';
      const write = async (): Promise<void> => {
        if (text !== '') await printBytes(Buffer.from(text));
        text = '';
      };
      try {
        for await (const line of lines) {
          text += exportLine(line, format);
          if (text.length >= CHUNK_CHARACTERS) await write();
          written++;
          last = line.id;
        }
        await write();
      } catch (error) {
        if (!(error instanceof Failure) || written === 0) throw error;
        await write();
        const hint = `${count(written, 'line')} are written; go on with --cursor ${last}`;
        throw new Failure(error.exitCode, `the export broke off: ${error.message}`, {
          hint,
          body: error.body,
          cause: error,
        });
      }
      if (process.stderr.isTTY) note(`${count(written, 'line')} exported`);
    });
}
