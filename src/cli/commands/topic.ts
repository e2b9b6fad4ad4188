import type { Command } from 'commander';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { guessedType, readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatAge, formatTime } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';
import { ownCommand } from '../project.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';

interface TopicView {
  readonly name: string;
  readonly createdAt: string;
  readonly subscriptions: readonly {
    readonly id: string;
    readonly destination: string;
    readonly filter?: unknown;
  }[];
  readonly published: number;
  readonly dead: number;
}

interface DeadView {
  readonly destination: string;
  readonly error: string;
  readonly attempts: number;
  readonly sinceMs: number;
  readonly body?: string;
  readonly bodyBase64?: string;
}

export function define(command: Command): void {
  command
    .description('Topics: what is published goes to every subscriber.')
    .addHelpText(
      'after',
      examples(
        ['fob topic create orders', 'a topic'],
        ['fob topic subscribe orders queue:billing', 'a queue that gets what is published'],
        ['fob trigger add mail topic orders', 'a function that is woken by it'],
        ['fob topic publish orders \'{"id": 1}\'', 'an event'],
      ),
    );
  defineTopics(command);
  defineSubscriptions(command);
  definePublishing(command);
  defineDead(command);
}

function defineTopics(command: Command): void {
  command
    .command('create')
    .summary('create a topic')
    .description('Creates a topic; one that exists stays as it is.')
    .argument('<topic>')
    .action(async (name: string, _options, self: Command) => {
      const topic = await (await clientOf(self)).json<TopicView>('PUT', topicPath(name));
      if (optionsOf(self).json) return printJson(topic);
      print(`${paint('green', '✔')} the topic ${paint('bold', name)} is there`);
    });
  command
    .command('list')
    .summary('list topics')
    .description('Lists topics.')
    .action(async (_options, self: Command) => {
      const { topics } = await (await clientOf(self)).json<{ topics: TopicView[] }>('GET', '/v1/topics');
      if (optionsOf(self).json) return printJson(topics);
      if (topics.length === 0) return note('no topics yet: fob topic create <name>');
      printTable(
        [
          { title: 'TOPIC', shrinkTo: 20, decorate: (cell) => paint('bold', cell) },
          { title: 'SUBSCRIPTIONS', align: 'right' },
          { title: 'PUBLISHED', align: 'right' },
          { title: 'GIVEN UP', align: 'right', decorate: (cell, value) => (value === '0' ? cell : paint('red', cell)) },
        ],
        topics.map(({ name, subscriptions, published, dead }) => [
          name,
          String(subscriptions.length),
          String(published),
          String(dead),
        ]),
      );
    });
  command
    .command('show')
    .summary('show a topic with its subscriptions')
    .description('Shows a topic with its subscriptions. Functions subscribe by triggers: fob trigger list.')
    .argument('<topic>')
    .action(async (name: string, _options, self: Command) => {
      const topic = await (await clientOf(self)).json<TopicView>('GET', topicPath(name));
      if (optionsOf(self).json) return printJson(topic);
      printPairs([
        ['topic', `${name}, created ${formatTime(Date.parse(topic.createdAt), Date.now())}`],
        ['published', `${count(topic.published, 'event')} since the node started`],
        ['given up', topic.dead === 0 ? 'none' : `${topic.dead}: fob topic dead ${name}`],
      ]);
      if (topic.subscriptions.length === 0) return note(`no subscriptions: fob topic subscribe ${name} <destination>`);
      print('');
      printTable(
        [{ title: 'SUBSCRIPTION' }, { title: 'DESTINATION', shrinkTo: 20 }, { title: 'FILTER', shrinkTo: 10 }],
        topic.subscriptions.map(({ id, destination, filter }) => [
          id,
          destination,
          filter === undefined ? '' : JSON.stringify(filter),
        ]),
      );
    });
  command
    .command('rm')
    .summary('remove topics')
    .description('Removes topics with their subscriptions; what was published is still delivered.')
    .argument('<topics...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'topic',
        hint: 'fob topic list shows them',
        remove: (client, name) => client.json('DELETE', topicPath(name)),
      }),
    );
}

function defineSubscriptions(command: Command): void {
  command
    .command('subscribe')
    .summary('subscribe a queue, an address or a bucket')
    .description(
      'Subscribes a queue, an address that gets each event by POST, or a bucket that keeps each as an object.',
    )
    .argument('<topic>')
    .argument('<destination>', 'queue:<name>, an http(s) address, or bucket:<name>/<prefix>')
    .option('--filter <pattern>', 'only events that match this pattern: JSON, @file or -')
    .addHelpText(
      'after',
      examples(
        ['fob topic subscribe orders queue:billing', ''],
        ['fob topic subscribe orders https://example.org/hook --filter \'{"type": ["order.paid"]}\'', ''],
      ),
    )
    .action(async (name: string, destination: string, _options, self: Command) => {
      const { filter, json } = optionsOf<{ filter?: string }>(self);
      const body = { destination, ...(filter !== undefined && { filter: await readFilter(filter) }) };
      const path = topicPath(name, '/subscriptions');
      const client = await clientOf(self);
      const subscription = await sendJson<{ id: string }>(client, 'POST', path, body);
      if (json) return printJson(subscription);
      print(`${paint('green', '✔')} ${destination} is subscribed to ${paint('bold', name)} as ${subscription.id}`);
      await noteAbsentQueue(client, destination);
    });
  command
    .command('unsubscribe')
    .summary('end a subscription')
    .description('Ends a subscription, named by its id or its destination.')
    .argument('<topic>')
    .argument('<subscription>')
    .action(async (name: string, wanted: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { subscriptions } = await client.json<TopicView>('GET', topicPath(name));
      const ids = subscriptions.filter(({ id, destination }) => id === wanted || destination === wanted);
      if (ids.length === 0) {
        const hint = `fob topic show ${name} lists them`;
        throw new Failure(EXIT.notFound, `the topic "${name}" has no subscription "${wanted}"`, { hint });
      }
      for (const { id } of ids) await client.json('DELETE', topicPath(name, `/subscriptions/${id}`));
      if (optionsOf(self).json) return printJson({ removed: ids.map(({ id }) => id) });
      print(`${paint('green', '✔')} ${count(ids.length, 'subscription')} ended`);
    });
}

interface PublishOptions {
  readonly contentType?: string;
  readonly type?: string;
  readonly source?: string;
  readonly id?: string;
  readonly subject?: string;
  readonly json?: boolean;
}

/** A queue may be made later: events wait for it as for an address that does not answer. */
async function noteAbsentQueue(client: NodeClient, destination: string): Promise<void> {
  if (!destination.startsWith('queue:')) return;
  const queue = destination.slice('queue:'.length);
  const { queues } = await client.json<{ queues: { name: string }[] }>('GET', '/v1/queues');
  if (queues.some((each) => each.name === queue)) return;
  note(`there is no queue "${queue}" yet; events wait for it up to a day: ${ownCommand()} queue create ${queue}`);
}

function definePublishing(command: Command): void {
  command
    .command('publish')
    .summary('publish an event')
    .description('Publishes an event with this data: a text, @file, or - for standard input.')
    .argument('<topic>')
    .argument('<data>')
    .option('--type <type>', 'type of the event; default: fob.topic.message')
    .option('--subject <subject>', 'what the event is about')
    .option('--source <source>', 'where it happened; default: fob:topic/<topic>')
    .option('--id <id>', 'the same source and id within 24 h are delivered once')
    .option('--content-type <type>', 'of the data; application/cloudevents+json is published as it is')
    .addHelpText(
      'after',
      examples(
        ['fob topic publish orders \'{"id": 1}\' --type order.paid', ''],
        ['fob topic publish orders @event.json --content-type application/cloudevents+json', ''],
      ),
    )
    .action(async (name: string, data: string, _options, self: Command) => {
      const { contentType, type, source, id, subject, json } = optionsOf<PublishOptions>(self);
      const body = await readData(data);
      const published = await (await clientOf(self)).json<{ id: string }>('POST', topicPath(name, '/publish'), {
        body,
        query: { type, source, id, subject },
        headers: { 'content-type': contentType ?? guessedType(body) },
      });
      if (json) return printJson(published);
      print(`${paint('green', '✔')} published to ${paint('bold', name)} as ${published.id}`);
    });
}

function defineDead(command: Command): void {
  command
    .command('dead')
    .summary('list deliveries that were given up')
    .description('Lists deliveries to addresses that failed for a day and were given up, oldest first.')
    .argument('<topic>')
    .option('-n, --limit <n>', 'at most so many; default: 10', wholeNumber('--limit', 1))
    .action(async (name: string, _options, self: Command) => {
      const { limit = 10, json } = optionsOf<{ limit?: number }>(self);
      const { dead } = await (await clientOf(self)).json<{ dead: DeadView[] }>('GET', topicPath(name, '/dead'), {
        query: { limit: Math.min(limit, 100) },
      });
      if (json) return printJson(dead);
      if (dead.length === 0) return note('nothing was given up');
      const now = Date.now();
      printTable(
        [
          { title: 'GIVEN UP', align: 'right' },
          { title: 'DESTINATION', shrinkTo: 20 },
          { title: 'ATTEMPTS', align: 'right', dropOrder: 1 },
          { title: 'ERROR', shrinkTo: 10 },
          { title: 'EVENT', shrinkTo: 10, dropOrder: 2 },
        ],
        dead.map((each) => [
          formatAge(each.sinceMs, now),
          each.destination,
          String(each.attempts),
          each.error,
          each.body ?? `(base64) ${each.bodyBase64}`,
        ]),
      );
    });
  command
    .command('redrive')
    .summary('try deliveries that were given up again')
    .description('Tries deliveries that were given up again, for another day.')
    .argument('<topic>')
    .action(async (name: string, _options, self: Command) => {
      const { moved } = await (await clientOf(self)).json<{ moved: number }>('POST', topicPath(name, '/redrive'));
      if (optionsOf(self).json) return printJson({ moved });
      print(`${paint('green', '✔')} ${count(moved, 'event')} under way again`);
    });
  command
    .command('purge')
    .summary('remove deliveries that were given up, for good')
    .description('Removes deliveries that were given up, for good.')
    .argument('<topic>')
    .action(async (name: string, _options, self: Command) => {
      const { purged } = await (await clientOf(self)).json<{ purged: number }>('POST', topicPath(name, '/purge'));
      if (optionsOf(self).json) return printJson({ purged });
      print(`${paint('green', '✔')} ${purged} removed`);
    });
}

async function readFilter(text: string): Promise<unknown> {
  const data = (await readData(text)).toString();
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new Failure(EXIT.usage, `--filter is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function topicPath(name: string, rest = ''): string {
  return `/v1/topics/${encodeURIComponent(name)}${rest}`;
}
