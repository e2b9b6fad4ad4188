import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { clientOf, collect, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { pairsOf, readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatAge, formatDuration, formatTime, parseDurationMs } from '../human.ts';
import { note, paint, paintError, print, printBytes, printJson, printPairs, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface QueueView {
  readonly name: string;
  readonly createdAt: string;
  readonly settings: {
    readonly fifo: boolean;
    readonly visibilityMs: number;
    readonly delayMs: number;
    readonly retentionMs: number;
    readonly contentDeduplication: boolean;
    readonly deadLetter?: { readonly queue: string; readonly maxReceives: number };
  };
  readonly counts: Readonly<Record<'sent' | 'received' | 'deleted' | 'deadLettered' | 'expired', number>>;
  readonly stats: {
    readonly ready: number;
    readonly delayed: number;
    readonly leased: number;
    readonly oldestAgeMs: number;
  };
}

interface MessageView {
  readonly messageId: string;
  readonly receipt?: string;
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly state?: string;
  readonly attempt?: number;
  readonly attempts?: number;
  readonly sentAtMs: number;
}

const MAX_WAIT_MS = 20_000;
const MAX_BATCH = 1_000;

export function define(command: Command): void {
  command
    .description('Queues: messages that wait until somebody has done what they ask for.')
    .addHelpText(
      'after',
      examples(
        ['fob queue create jobs', 'a queue'],
        ['fob queue send jobs \'{"id": 1}\'', 'a message'],
        ['fob queue receive jobs --wait 20s --delete', 'wait for one, print it, and have done with it'],
        ['fob trigger add resize queue jobs', 'a function that is woken by messages'],
      ),
    );
  defineSettings(command);
  defineSending(command);
  defineReceiving(command);
  defineCare(command);
}

function defineSettings(command: Command): void {
  command
    .command('create')
    .summary('create a queue, or change its settings')
    .description(
      'Creates a queue, or changes the settings that are given. A name that ends in .fifo makes a FIFO queue.',
    )
    .argument('<queue>')
    .option('--visibility <time>', 'how long a received message is hidden from others; default: 30s')
    .option('--delay <time>', 'how long each message waits at first; default: 0s')
    .option('--retention <time>', 'how long a message that nobody takes is kept; default: 4d')
    .option('--dead-letter <queue>', 'where messages go that were received too often; "none" ends that')
    .option('--max-receives <n>', 'how often is too often; default: 3', wholeNumber('--max-receives', 1))
    .option('--content-deduplication', 'FIFO: messages with the same body within 5 minutes count once')
    .addHelpText(
      'after',
      examples(
        ['fob queue create jobs-dead', ''],
        ['fob queue create jobs --visibility 2m --dead-letter jobs-dead --max-receives 5', ''],
        ['fob queue create orders.fifo --content-deduplication', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<Record<string, string> & { maxReceives?: number; contentDeduplication?: boolean }>(
        self,
      );
      const time = (option: 'visibility' | 'delay' | 'retention') => {
        const given = options[option];
        return given === undefined ? {} : { [`${option}Ms`]: parseDurationMs(given, `--${option}`) };
      };
      const { deadLetter, maxReceives = 3 } = options;
      const settings = {
        ...time('visibility'),
        ...time('delay'),
        ...time('retention'),
        ...(deadLetter !== undefined && {
          deadLetter: deadLetter === 'none' ? null : { queue: deadLetter, maxReceives },
        }),
        ...(options.contentDeduplication && { contentDeduplication: true }),
      };
      const client = await clientOf(self);
      const queue = await sendJson<QueueView>(client, 'PUT', queuePath(name), settings);
      if (options.json) return printJson(queue);
      print(`${paint('green', '✔')} the queue ${paint('bold', name)} is there`);
    });
  command
    .command('list')
    .summary('list queues and how they stand')
    .description('Lists queues and how they stand.')
    .action(async (_options, self: Command) => {
      const { queues } = await (await clientOf(self)).json<{ queues: QueueView[] }>('GET', '/v1/queues');
      if (optionsOf(self).json) return printJson(queues);
      if (queues.length === 0) return note('no queues yet: fob queue create <name>');
      printTable(
        [
          { title: 'QUEUE', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
          { title: 'READY', align: 'right' },
          { title: 'DELAYED', align: 'right', dropOrder: 3 },
          { title: 'LEASED', align: 'right', dropOrder: 2 },
          { title: 'OLDEST', align: 'right' },
          { title: 'DEAD LETTERS TO', shrinkTo: 10, dropOrder: 4 },
        ],
        queues.map(({ name, stats, settings }) => [
          name,
          String(stats.ready),
          String(stats.delayed),
          String(stats.leased),
          stats.ready === 0 ? '' : formatDuration(stats.oldestAgeMs),
          settings.deadLetter?.queue ?? '',
        ]),
      );
    });
  command
    .command('stats')
    .summary('show one queue: how it stands, and its settings')
    .description('Shows one queue: how it stands, and its settings.')
    .argument('<queue>')
    .action(async (name: string, _options, self: Command) => {
      const queue = await (await clientOf(self)).json<QueueView>('GET', queuePath(name));
      if (optionsOf(self).json) return printJson(queue);
      const { settings, stats, counts, createdAt } = queue;
      const { deadLetter } = settings;
      printPairs([
        ['queue', `${name}${settings.fifo ? ' (FIFO)' : ''}, created ${formatTime(Date.parse(createdAt), Date.now())}`],
        ['ready', `${stats.ready}${stats.ready === 0 ? '' : `, the oldest for ${formatDuration(stats.oldestAgeMs)}`}`],
        ['delayed', String(stats.delayed)],
        ['leased', String(stats.leased)],
        ['so far', `${counts.sent} sent, ${counts.received} received, ${counts.deleted} deleted`],
        ['lost', `${counts.deadLettered} to the dead letters, ${counts.expired} too old`],
        ['visibility', formatDuration(settings.visibilityMs)],
        ['delay', formatDuration(settings.delayMs)],
        ['retention', formatDuration(settings.retentionMs)],
        [
          'dead letters',
          deadLetter ? `to ${deadLetter.queue} after ${count(deadLetter.maxReceives, 'receipt')}` : 'none',
        ],
      ]);
    });
}

function defineSending(command: Command): void {
  command
    .command('send')
    .summary('send a message')
    .description('Sends a message: a text, @file, or - for standard input.')
    .argument('<queue>')
    .argument('<message>')
    .option('--type <type>', 'content type of the message')
    .option('--attribute <name=value>', 'an attribute; may be given several times', collect)
    .option('--delay <time>', 'how long it waits at first')
    .option('--group <group>', 'FIFO: messages of one group keep their order')
    .option('--id <id>', 'a second message with this id within the window counts as the first')
    .option('--lines', 'each line is a message of its own')
    .addHelpText(
      'after',
      examples(
        ['fob queue send jobs hello', ''],
        ['fob queue send jobs @job.json --type application/json --delay 10m', ''],
        ['seq 1000 | fob queue send jobs - --lines', 'a thousand messages'],
      ),
    )
    .action(async (name: string, message: string, _options, self: Command) => {
      const options = optionsOf<SendOptions>(self);
      const data = await readData(message);
      const bodies = options.lines ? linesOf(data) : [data];
      const shared = {
        attributes: {
          ...(options.type !== undefined && { 'content-type': options.type }),
          ...pairsOf('--attribute', options.attribute),
        },
        ...(options.delay !== undefined && { delayMs: parseDurationMs(options.delay, '--delay') }),
        ...(options.group !== undefined && { group: options.group }),
        ...(options.id !== undefined && { deduplicationId: options.id }),
      };
      const client = await clientOf(self);
      const sent: { messageId: string; duplicate: boolean }[] = [];
      for (let start = 0; start < bodies.length; start += MAX_BATCH) {
        const messages = bodies
          .slice(start, start + MAX_BATCH)
          .map((body) => ({ ...shared, bodyBase64: body.toString('base64') }));
        const path = queuePath(name, '/batch');
        const answer = await sendJson<{ messages: typeof sent }>(client, 'POST', path, { messages });
        sent.push(...answer.messages);
      }
      if (options.json) return printJson(options.lines ? sent : sent[0]);
      const duplicates = sent.filter(({ duplicate }) => duplicate).length;
      const same = duplicates === 0 ? '' : `; ${count(duplicates, 'duplicate')} of what was sent before`;
      print(
        `${paint('green', '✔')} ${count(sent.length - duplicates, 'message')} sent to ${paint('bold', name)}${same}`,
      );
    });
}

interface SendOptions {
  readonly type?: string;
  readonly attribute?: readonly string[];
  readonly delay?: string;
  readonly group?: string;
  readonly id?: string;
  readonly lines?: boolean;
  readonly json?: boolean;
}

interface ReceiveOptions {
  readonly limit?: number;
  readonly wait?: string;
  readonly visibility?: string;
  readonly delete?: boolean;
  readonly ack?: boolean;
  readonly json?: boolean;
}

function defineReceiving(command: Command): void {
  command
    .command('receive')
    .summary('receive messages')
    .description(
      'Receives messages and prints them, one a line. What is not deleted becomes visible to others again after a while.',
    )
    .argument('<queue>')
    .option('-n, --limit <n>', 'at most so many; default: 1', wholeNumber('--limit', 1))
    .option('--wait <time>', 'wait so long for a first one')
    .option('--visibility <time>', "hide them from others for so long; default: the queue's")
    .option('--delete', 'delete each once it is printed')
    .option('--ack', 'the same as --delete')
    .addHelpText(
      'after',
      examples(
        ['fob queue receive jobs', 'the receipt stands on standard error'],
        ['fob queue receive jobs -n 10 --wait 20s --delete', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<ReceiveOptions>(self);
      const client = await clientOf(self);
      const untilMs = Date.now() + (options.wait === undefined ? 0 : parseDurationMs(options.wait, '--wait'));
      let messages: MessageView[];
      do {
        const query = {
          max: Math.min(options.limit ?? 1, 100),
          waitMs: Math.min(MAX_WAIT_MS, Math.max(0, untilMs - Date.now())),
          visibilityMs:
            options.visibility === undefined ? undefined : parseDurationMs(options.visibility, '--visibility'),
        };
        ({ messages } = await client.json<{ messages: MessageView[] }>('POST', queuePath(name, '/receive'), { query }));
      } while (messages.length === 0 && Date.now() < untilMs);
      const remove = options.delete === true || options.ack === true;
      if (options.json) printJson(messages);
      else if (messages.length === 0) note('no messages');
      for (const message of messages) {
        if (!options.json) await printMessage(message, remove);
        if (remove) await client.json('DELETE', queuePath(name, `/messages/${message.receipt}`));
      }
    });
  command
    .command('ack')
    .summary('delete received messages: they are done')
    .description('Deletes received messages by their receipts: they are done.')
    .argument('<queue>')
    .argument('<receipts...>')
    .action(async (name: string, receipts: string[], _options, self: Command) => {
      const client = await clientOf(self);
      for (const receipt of receipts) {
        await client.json('DELETE', queuePath(name, `/messages/${encodeURIComponent(receipt)}`));
      }
      if (optionsOf(self).json) return printJson({ deleted: receipts.length });
      print(`${paint('green', '✔')} ${count(receipts.length, 'message')} deleted`);
    });
  command
    .command('peek')
    .summary('look at messages without receiving them')
    .description('Looks at messages in order of sending, without receiving them.')
    .argument('<queue>')
    .option('-n, --limit <n>', 'at most so many; default: 10', wholeNumber('--limit', 1))
    .action(async (name: string, _options, self: Command) => {
      const { limit = 10, json } = optionsOf<{ limit?: number }>(self);
      const { messages } = await (await clientOf(self)).json<{ messages: MessageView[] }>(
        'GET',
        queuePath(name, '/messages'),
        { query: { limit: Math.min(limit, 100) } },
      );
      if (json) return printJson(messages);
      if (messages.length === 0) return note('no messages');
      const now = Date.now();
      printTable(
        [
          { title: 'ID' },
          { title: 'STATE' },
          { title: 'AGE', align: 'right' },
          { title: 'RECEIVED', align: 'right', dropOrder: 1 },
          { title: 'FROM', shrinkTo: 8, dropOrder: 2 },
          { title: 'BODY', shrinkTo: 10 },
        ],
        messages.map((message) => [
          message.messageId,
          message.state ?? '',
          formatAge(message.sentAtMs, now),
          String(message.attempts ?? 0),
          message.attributes['fob-origin-queue'] ?? '',
          message.body ?? `(base64) ${message.bodyBase64}`,
        ]),
      );
    });
}

function defineCare(command: Command): void {
  command
    .command('purge')
    .summary('remove all messages of a queue')
    .description('Removes all messages of a queue.')
    .argument('<queue>')
    .action(async (name: string, _options, self: Command) => {
      const { purged } = await (await clientOf(self)).json<{ purged: number }>('POST', queuePath(name, '/purge'));
      if (optionsOf(self).json) return printJson({ purged });
      print(`${paint('green', '✔')} ${count(purged, 'message')} removed`);
    });
  command
    .command('redrive')
    .summary('move dead letters back to where they came from')
    .description('Moves the messages of a dead-letter queue back to where they came from.')
    .argument('<queue>')
    .option('--to <queue>', 'move them there instead')
    .option('--rate <n>', 'at most so many a second; default: 100', wholeNumber('--rate', 1))
    .addHelpText('after', examples(['fob queue redrive jobs-dead --rate 10', '']))
    .action(async (name: string, _options, self: Command) => {
      const { to, rate, json } = optionsOf<{ to?: string; rate?: number }>(self);
      const body = { to, ratePerSecond: rate };
      const client = await clientOf(self);
      const { moved } = await sendJson<{ moved: number }>(client, 'POST', queuePath(name, '/redrive'), body);
      if (json) return printJson({ moved });
      if (moved > 0) print(`${paint('green', '✔')} ${count(moved, 'message')} moved`);
      else note('nothing to move: there are no messages, or they came from no queue that is still there (give --to)');
    });
  command
    .command('rm')
    .summary('remove queues with their messages')
    .description('Removes queues with their messages.')
    .argument('<queues...>')
    .action(async (names: string[], _options, self: Command) => {
      const client = await clientOf(self);
      for (const name of names) {
        await client.json('DELETE', queuePath(name));
        if (!optionsOf(self).json) print(`${paint('green', '✔')} the queue ${name} is removed`);
      }
      if (optionsOf(self).json) printJson({ removed: names });
    });
}

/** The body alone goes to standard output; what else there is to know, beside it. */
async function printMessage(message: MessageView, deleted: boolean): Promise<void> {
  const attributes = Object.entries(message.attributes).map(([name, value]) => `${name}=${value}`);
  const known = [
    `message ${message.messageId}`,
    ...(message.group === undefined ? [] : [`group ${message.group}`]),
    `receipt ${deleted ? 'used' : message.receipt}`,
    ...((message.attempt ?? 1) > 1 ? [`received ${message.attempt} times`] : []),
    ...attributes,
  ];
  note(paintError('dim', harmless(known.join('  '))));
  if (message.body !== undefined) return await printBytes(Buffer.from(`${message.body}\n`));
  await printBytes(Buffer.from(message.bodyBase64 ?? '', 'base64'));
}

function linesOf(data: Buffer): Buffer[] {
  const lines = data.toString().split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new Failure(EXIT.usage, 'there are no lines to send');
  return lines.map((line) => Buffer.from(line));
}

function queuePath(name: string, rest = ''): string {
  return `/v1/queues/${encodeURIComponent(name)}${rest}`;
}
