import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import { readBody } from '../client.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatBytes, formatDuration, parseDurationMs } from '../human.ts';
import { note, paint, print, printBytes, printJson, printTable } from '../output.ts';

interface EntryView {
  readonly key: string;
  readonly revision: number;
  readonly bytes: number;
  readonly expiresAtMs?: number;
  readonly value?: string;
  readonly valueBase64?: string;
}

const PAGE = 1_000;

export function define(command: Command): void {
  command
    .description('Key-value spaces: small values under keys. A space is there as long as it holds a key.')
    .addHelpText(
      'after',
      examples(
        ['fob kv set settings colour blue', ''],
        ['fob kv get settings colour', ''],
        ['fob kv set sessions 4711 @session.json --ttl 1h', 'it goes after an hour'],
        ['fob kv list', 'all spaces'],
        ['fob kv list settings', 'the keys of one'],
      ),
    );
  defineWriting(command);
  defineReading(command);
}

interface SetOptions {
  readonly ttl?: string;
  readonly new?: boolean;
  readonly revision?: number;
  readonly json?: boolean;
}

function defineWriting(command: Command): void {
  command
    .command('set')
    .summary('set a value')
    .description('Sets a value: a text, @file, or - for standard input.')
    .argument('<space>')
    .argument('<key>')
    .argument('<value>')
    .option('--ttl <time>', 'it goes after so long: 30s, 10m, 7d')
    .option('--new', 'only where the key is absent')
    .option('--revision <n>', 'only where it stands at this revision', wholeNumber('--revision', 1))
    .action(async (space: string, key: string, value: string, _options, self: Command) => {
      const options = optionsOf<SetOptions>(self);
      if (options.new && options.revision !== undefined) {
        throw new Failure(EXIT.usage, 'give --new or --revision, not both');
      }
      const body = await readData(value);
      const put = await (await clientOf(self)).json<{ revision: number }>('PUT', keyPath(space, key), {
        body,
        query: { ttlMs: options.ttl === undefined ? undefined : parseDurationMs(options.ttl, '--ttl') },
        headers: {
          'content-type': 'application/octet-stream',
          ...(options.new && { 'if-none-match': '*' }),
          ...(options.revision !== undefined && { 'if-match': `"${options.revision}"` }),
        },
      });
      if (options.json) return printJson(put);
      print(`${paint('green', '✔')} ${key} is set, revision ${put.revision}`);
    });
  command
    .command('rm')
    .summary('remove keys, or a whole space')
    .description('Removes keys, or with --all a whole space.')
    .argument('<space>')
    .argument('[keys...]')
    .option('--all', 'all keys of the space')
    .action(async (space: string, keys: string[], _options, self: Command) => {
      const { all = false, json } = optionsOf<{ all?: boolean }>(self);
      if (all === keys.length > 0) throw new Failure(EXIT.usage, 'name the keys to remove, or give --all');
      const client = await clientOf(self);
      let removed = keys.length;
      if (all) ({ removed } = await client.json<{ removed: number }>('DELETE', spacePath(space)));
      for (const key of keys) await client.json('DELETE', keyPath(space, key));
      if (json) return printJson({ removed });
      print(`${paint('green', '✔')} ${count(removed, 'key')} removed`);
    });
}

function defineReading(command: Command): void {
  command
    .command('get')
    .summary('print a value')
    .description('Prints a value byte for byte; on a terminal with a line end.')
    .argument('<space>')
    .argument('<key>')
    .action(async (space: string, key: string, _options, self: Command) => {
      const response = await (await clientOf(self)).send('GET', keyPath(space, key), { headers: { accept: '*/*' } });
      const value = await readBody(response);
      if (!optionsOf(self).json) {
        await printBytes(value);
        if (process.stdout.isTTY && value.at(-1) !== 0x0a) print('');
        return;
      }
      const expiresAtMs = response.headers['fob-expires-at-ms'];
      printJson({
        key,
        revision: Number(response.headers.etag?.replaceAll('"', '')),
        ...(expiresAtMs !== undefined && { expiresAtMs: Number(expiresAtMs) }),
        ...(isUtf8(value) ? { value: value.toString() } : { valueBase64: value.toString('base64') }),
      });
    });
  command
    .command('list')
    .summary('list spaces, or the keys of one')
    .description('Lists spaces, or the keys of one.')
    .argument('[space]')
    .argument('[prefix]', 'only keys that start so')
    .option('--values', 'with the values')
    .action(async (space: string | undefined, prefix: string | undefined, _options, self: Command) => {
      if (space === undefined) return listSpaces(self);
      const { values = false, json } = optionsOf<{ values?: boolean }>(self);
      const client = await clientOf(self);
      const entries: EntryView[] = [];
      let cursor: string | undefined;
      do {
        const query = { prefix, values, cursor, limit: values ? PAGE / 10 : PAGE };
        const page = await client.json<{ entries: EntryView[]; cursor?: string }>('GET', spacePath(space), { query });
        entries.push(...page.entries);
        cursor = page.cursor;
      } while (cursor !== undefined);
      if (json) return printJson(entries);
      if (entries.length === 0) return note(`no keys${prefix === undefined ? ` in ${space}` : ' like that'}`);
      const now = Date.now();
      printTable(
        [
          { title: 'KEY', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
          { title: 'REVISION', align: 'right', dropOrder: 1 },
          { title: 'SIZE', align: 'right' },
          { title: 'GOES IN', align: 'right' },
          ...(values ? [{ title: 'VALUE', shrinkTo: 10 }] : []),
        ],
        entries.map(({ key, revision, bytes, expiresAtMs, value, valueBase64 }) => [
          key,
          String(revision),
          formatBytes(bytes),
          expiresAtMs === undefined ? '' : formatDuration(Math.max(0, expiresAtMs - now)),
          value ?? `(base64) ${valueBase64}`,
        ]),
      );
    });
}

async function listSpaces(self: Command): Promise<void> {
  const { spaces } = await (await clientOf(self)).json<{ spaces: { space: string; keys: number }[] }>('GET', '/v1/kv');
  if (optionsOf(self).json) return printJson(spaces);
  if (spaces.length === 0) return note('no spaces yet: fob kv set <space> <key> <value>');
  printTable(
    [
      { title: 'SPACE', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
      { title: 'KEYS', align: 'right' },
    ],
    spaces.map(({ space, keys }) => [space, String(keys)]),
  );
}

function spacePath(space: string): string {
  return `/v1/kv/${encodeURIComponent(space)}`;
}

function keyPath(space: string, key: string): string {
  return `${spacePath(space)}/${encodeURIComponent(key)}`;
}
