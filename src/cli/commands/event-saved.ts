import type { Command } from 'commander';
import { harmlessJson } from '../../model/harmless.ts';
import { aboutFunction } from '../api.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { formatAgo, formatBytes } from '../human.ts';
import { note, paint, print, printBytes, printJson, printTable } from '../output.ts';
import { ownCommand } from '../project.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';
import { listTestEvents, type TestEventView, testEvent, testEventPath } from '../test-event-api.ts';

/** `fob event save`, `list`, `show` and `rm`: events that are kept for a function, to run it with again. */
export function defineSaved(parent: Command): void {
  parent
    .command('save')
    .summary('keep an event for a function, to run it with again')
    .description(
      'Keeps an event for a function, for all who may run it, in place of that of the same name. It is JSON, kept as it is ' +
        'written, and seen by whoever sees the settings of the function.',
    )
    .argument('<function>')
    .argument('<name>', 'what the event is to be called')
    .requiredOption('-d, --data <json>', 'the event: JSON, @file, or - for standard input')
    .option('--new', 'only if there is none of that name')
    .addHelpText(
      'after',
      examples(
        ['fob event save pay big-order --data @big-order.json', ''],
        ['fob event sample bucket photos | fob event save thumbnail upload --data -', 'begun from a sample'],
        ['fob call pay --saved big-order', 'run the function with it'],
      ),
    )
    .action(async (name: string, event: string, _options, self: Command) => {
      const options = optionsOf<{ data: string; new?: boolean }>(self);
      const client = await clientOf(self);
      const text = String(await readData(options.data));
      const saved = await aboutFunction(client, name, () =>
        sendJson<TestEventView>(
          client,
          'PUT',
          testEventPath(name, event),
          { text },
          options.new ? { 'if-none-match': '*' } : {},
        ),
      );
      if (options.json) return printJson(saved);
      print(`${paint('green', '✔')} ${saved.function} has the test event ${paint('bold', saved.name)}`);
      if (process.stdout.isTTY) note(`run it with: ${ownCommand()} call ${saved.function} --saved ${saved.name}`);
    });
  parent
    .command('list')
    .summary('list the events that are kept for a function')
    .description('Lists the test events of a function.')
    .argument('<function>')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const events = await listTestEvents(client, name);
      if (optionsOf(self).json) return printJson(events);
      if (events.length === 0)
        return note(`no test events yet: ${ownCommand()} event save ${name} <name> --data @file`);
      printTestEvents(events);
    });
  parent
    .command('show')
    .summary('print an event that is kept for a function')
    .description('Prints a test event of a function as it was written.')
    .argument('<function>')
    .argument('<name>')
    .action(async (name: string, event: string, _options, self: Command) => {
      const client = await clientOf(self);
      const view = await testEvent(client, name, event);
      if (optionsOf(self).json) return printJson(view);
      if (process.stdout.isTTY) return print(harmlessJson(view.text));
      await printBytes(Buffer.from(view.text.endsWith('\n') ? view.text : `${view.text}\n`));
    });
  parent
    .command('rm')
    .summary('remove events that are kept for a function')
    .description('Removes test events of a function.')
    .argument('<function>')
    .argument('<names...>')
    .action((name: string, names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'test event',
        remove: (client, event) => aboutFunction(client, name, () => client.send('DELETE', testEventPath(name, event))),
      }),
    );
}

function printTestEvents(events: readonly Omit<TestEventView, 'text'>[]): void {
  const now = Date.now();
  printTable(
    [
      { title: 'EVENT', decorate: (cell) => paint('bold', cell) },
      { title: 'SIZE', align: 'right' },
      { title: 'SAVED', align: 'right' },
      { title: 'BY', shrinkTo: 6 },
    ],
    events.map(({ name, bytes, updatedAt, updatedBy }) => [
      name,
      formatBytes(bytes),
      formatAgo(Date.parse(updatedAt), now),
      updatedBy,
    ]),
  );
}
