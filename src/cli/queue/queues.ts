import type { Command } from 'commander';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { count, formatDuration, formatTime, parseDurationMs } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';
import { type QueueView, queuePath } from './api.ts';

/** `create`, `list`, `stats`. */
export function defineSettings(command: Command): void {
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

/** `purge`, `redrive`, `rm`. */
export function defineCare(command: Command): void {
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
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'queue',
        hint: 'fob queue list shows them',
        remove: (client, name) => client.json('DELETE', queuePath(name)),
      }),
    );
}
