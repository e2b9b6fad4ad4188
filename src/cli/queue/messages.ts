import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { clientOf, collect, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { pairsOf, readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatAge, parseDurationMs } from '../human.ts';
import { note, paint, paintError, print, printBytes, printJson, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';
import { type MessageView, queuePath } from './api.ts';

const MAX_WAIT_MS = 20_000;
const MAX_BATCH = 1_000;

interface SendOptions {
  readonly type?: string;
  readonly attribute?: readonly string[];
  readonly delay?: string;
  readonly group?: string;
  readonly id?: string;
  readonly lines?: boolean;
  readonly json?: boolean;
}

/** `send`. */
export function defineSending(command: Command): void {
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

interface ReceiveOptions {
  readonly limit?: number;
  readonly wait?: string;
  readonly visibility?: string;
  readonly delete?: boolean;
  readonly ack?: boolean;
  readonly json?: boolean;
}

/** `receive`, `ack`, `peek`. */
export function defineReceiving(command: Command): void {
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
