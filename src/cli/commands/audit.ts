import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { messageOf } from '../../model/problem.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatTime, parseSinceMs } from '../human.ts';
import { note, paint, paintError, print, printJson, printPairs, printTable } from '../output.ts';

interface Entry {
  readonly sequence: number;
  readonly time: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: 'done' | 'failed' | 'denied';
  readonly from?: { readonly address?: string; readonly userAgent?: string; readonly tokenId?: string };
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

interface Verdict {
  readonly intact: boolean;
  readonly entries: number;
  readonly anchor?: { readonly sequence: number; readonly hash: string };
  readonly head?: { readonly sequence: number; readonly hash: string };
  readonly broken?: { readonly sequence: number; readonly why: string };
}

interface AuditOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly denied?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly output?: string;
  readonly expect?: string;
}

const DEFAULT_LIMIT = 50;
const MAX_PAGE = 1_000;

export function define(command: Command): void {
  addFilters(command)
    .description('The audit trail: who changed what, from where, and every attempt that was refused. Newest first.')
    .helpCommand(false)
    .option('--limit <n>', 'how many', wholeNumber('--limit', 1), DEFAULT_LIMIT)
    .addHelpText(
      'after',
      examples(
        ['fob audit', 'the newest entries'],
        ['fob audit --denied --from 1d', 'what was refused since yesterday'],
        ['fob audit --subject "function:pay*" --action "function:*"', ''],
        ['fob audit --actor ada --json', ''],
        ['fob audit show 42', 'before and after'],
        ['fob audit verify', 'that nothing was changed or removed'],
        ['fob audit export --output audit.ndjson', ''],
      ),
    )
    .action(async (_options, self: Command) => list(self));
  command
    .command('show')
    .summary('show one entry: before and after, and from where')
    .description('Shows one entry wholly.')
    .argument('<number>', 'its number', wholeNumber('<number>', 1))
    .action(async (number: number, _options, self: Command) => show(number, self));
  command
    .command('verify')
    .summary('verify the chain of hashes')
    .description(
      'Computes the chain of hashes anew and says where it breaks. Note the newest entry that it prints somewhere else: with ' +
        '--expect it finds a trail that was written anew as a whole, too.',
    )
    .option('--expect <number:hash>', 'an entry that you noted')
    .action(async (_options, self: Command) => verify(self));
  addFilters(command.command('export'))
    .summary('write entries as JSON, one a line')
    .description('Writes all entries that are found as JSON, one a line, newest first.')
    .option('-o, --output <file>', 'where to; without, standard output')
    .action(async (_options, self: Command) => exportAll(self));
}

function addFilters(command: Command): Command {
  return command
    .option('--actor <who>', 'a user, "team <name>", operator, anonymous, or fob itself')
    .option('--action <action>', 'such as function:deploy or "identity:*"')
    .option('--subject <what>', 'such as function:pay or "function:pay*"')
    .option('--denied', 'only what was refused')
    .option('--from <time>', 'since then: 10m, 2h, 7d, or a date')
    .option('--to <time>', 'until then');
}

function queryOf({ actor, action, subject, denied, from, to }: AuditOptions) {
  const now = Date.now();
  return {
    actor,
    action,
    subject,
    outcome: denied ? 'denied' : undefined,
    from: from === undefined ? undefined : parseSinceMs(from, '--from', now),
    to: to === undefined ? undefined : parseSinceMs(to, '--to', now),
  };
}

async function list(self: Command): Promise<void> {
  const options = optionsOf<AuditOptions>(self);
  const client = await clientOf(self);
  const most = options.limit ?? DEFAULT_LIMIT;
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(most - entries.length, MAX_PAGE);
    const page = await client.json<{ entries: Entry[]; cursor?: string }>('GET', '/v1/audit', {
      query: { ...queryOf(options), limit, cursor },
    });
    entries.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined && entries.length < most);
  if (options.json) return printJson(entries);
  if (entries.length === 0) return note('no entries: nothing was changed or refused that this asks for');
  const now = Date.now();
  printTable(
    [
      { title: '#', align: 'right' },
      { title: 'TIME' },
      { title: 'WHO', shrinkTo: 8, decorate: (cell) => paint('bold', cell) },
      { title: 'ACTION', shrinkTo: 18 },
      { title: 'WHAT', shrinkTo: 26 },
      { title: 'OUTCOME', decorate: (cell, value) => (value.startsWith('done') ? cell : paint('red', cell)) },
      { title: 'FROM', shrinkTo: 9, dropOrder: 1 },
    ],
    entries.map((entry) => [
      String(entry.sequence),
      formatTime(Date.parse(entry.time), now).replace(/\.\d+/, ''),
      entry.actor,
      entry.action,
      entry.subject,
      outcomeOf(entry),
      entry.from?.address ?? '-',
    ]),
  );
  if (cursor !== undefined) note(`there are more: --limit ${most * 4}, or narrow it down`);
}

function outcomeOf({ outcome, details }: Entry): string {
  return typeof details.repeats === 'number' ? `${outcome} ×${details.repeats} more` : outcome;
}

async function show(number: number, self: Command): Promise<void> {
  const client = await clientOf(self);
  const { entries } = await client.json<{ entries: Entry[] }>('GET', '/v1/audit', {
    query: { cursor: String(number + 1), limit: 1 },
  });
  const entry = entries[0];
  if (entry?.sequence !== number) {
    throw new Failure(EXIT.notFound, `there is no entry ${number}, or it is too old`, {
      hint: 'fob audit shows the newest',
    });
  }
  if (optionsOf(self).json) return printJson(entry);
  const { details, from } = entry;
  printPairs([
    ['number', String(entry.sequence)],
    ['time', entry.time],
    ['who', entry.actor],
    ['action', entry.action],
    ['what', entry.subject],
    ['outcome', outcomeOf(entry)],
    ...Object.entries(from ?? {}).map(([name, value]) => [`from ${WORDS[name] ?? name}`, value] as const),
    ['hash', entry.hash],
    ...Object.entries(details).flatMap(([name, value]) =>
      typeof value === 'object' ? [] : [[name, String(value)] as const],
    ),
  ]);
  for (const [name, value] of Object.entries(details)) {
    if (typeof value !== 'object') continue;
    print(paint('dim', name));
    print(JSON.stringify(value, null, 2));
  }
}

const WORDS: Readonly<Record<string, string>> = { userAgent: 'program', tokenId: 'token' };

async function verify(self: Command): Promise<void> {
  const { expect, json } = optionsOf<AuditOptions>(self);
  const verdict = await (await clientOf(self)).json<Verdict>('GET', '/v1/audit/verify', { query: { expect } });
  if (!verdict.intact) process.exitCode = EXIT.refused;
  if (json) return printJson(verdict);
  const { anchor, head, broken } = verdict;
  if (broken !== undefined) {
    print(`${paint('red', 'broken')} at entry ${broken.sequence}: ${broken.why}`);
    print(
      `${count(verdict.entries, 'entry').replace('entrys', 'entries')} before it ${verdict.entries === 1 ? 'is' : 'are'} as written`,
    );
    return;
  }
  const entries = count(verdict.entries, 'entry').replace('entrys', 'entries');
  print(
    `${paint('green', 'intact')}: ${entries}${anchor === undefined ? '' : `, after entry ${anchor.sequence}, which retention removed`}`,
  );
  if (head !== undefined) print(`newest: ${head.sequence}:${head.hash}`);
}

async function exportAll(self: Command): Promise<void> {
  const options = optionsOf<AuditOptions>(self);
  const client = await clientOf(self);
  const response = await client.send('GET', '/v1/audit/export', { query: queryOf(options) });
  if (options.output === undefined) {
    await pipeline(response, process.stdout, { end: false });
    return;
  }
  try {
    await pipeline(response, createWriteStream(options.output, { mode: 0o600 }));
  } catch (cause) {
    throw new Failure(EXIT.refused, `${options.output} cannot be written: ${messageOf(cause)}`, { cause });
  }
  note(`${paintError('green', '✔')} written to ${options.output}`);
}
