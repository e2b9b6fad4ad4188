import type { Command } from 'commander';
import { harmlessJson } from '../../model/harmless.ts';
import { aboutFunction, type FunctionView, functionPath } from '../api.ts';
import { clientOf, examples, oneOf, optionsOf, wholeNumber } from '../command-line.ts';
import { readData } from '../data-argument.ts';
import { EXIT, Failure } from '../failure.ts';
import { print } from '../output.ts';
import { allTypes, typeNamed } from '../trigger/api.ts';
import { sampleEvent } from '../trigger/sample.ts';
import { printTypes } from '../trigger/show.ts';
import { parseJsonOption } from '../trigger/type-options.ts';
import { defineSaved } from './event-saved.ts';

const SHAPES = ['handler', 'callme', 'cloudevent'] as const;

interface SampleOptions {
  readonly as?: string;
  readonly for?: string;
  readonly data?: string;
  readonly batch?: number;
}

export function define(command: Command): void {
  command.description('Makes samples of the events that wake functions, and keeps events for functions, to test with.');
  command
    .command('sample')
    .summary('print an event as a function would see it')
    .description(
      "Prints an event of a kind of trigger as a function would see it. What follows the type is the type's own, as in `fob trigger add`; " +
        'nothing is asked of the source, and nothing is run.',
    )
    .argument('<type>', 'schedule, bucket, queue, topic, webhook, ...')
    .argument('[words...]', "the type's own words and options; default: those of a usual trigger")
    .allowUnknownOption()
    .option('--as <shape>', `as what it is seen: ${SHAPES.join(', ')}; default: handler`, oneOf('--as', SHAPES))
    .option('--for <function>', 'as this function sees it')
    .option('--data <json>', 'laid over the data of the sample: JSON, @file, or - for standard input')
    .option('--batch <n>', 'as a batch of so many events', wholeNumber('--batch', 1))
    .addHelpText(
      'after',
      examples(
        ['fob event sample bucket photos --suffix .jpg', "an upload, as AWS's code sees it"],
        ['fob event sample webhook github --as cloudevent', 'a push'],
        ['fob event sample queue jobs --batch 3 --data \'{"id": 7}\'', 'three messages'],
        ['fob event sample bucket photos --as cloudevent | fob call meta --event -', 'run a function with it'],
      ),
    )
    .action(async (typeName: string, given: string[], _options, self: Command) => {
      const options = optionsOf<SampleOptions>(self);
      if (options.as !== undefined && options.for !== undefined)
        throw new Failure(EXIT.usage, 'give --as or --for, not both');
      const client = await clientOf(self);
      const type = typeNamed(await allTypes(client), typeName);
      const sample = await sampleEvent(client, type, given, {
        ...(options.data !== undefined && { data: parseJsonOption(String(await readData(options.data)), '--data') }),
        ...(options.batch !== undefined && { batch: options.batch }),
      });
      const fn = options.for;
      const seenBy =
        fn === undefined
          ? options.as
          : await aboutFunction(client, fn, async () => {
              const { config } = await client.json<FunctionView>('GET', functionPath(fn));
              return config.handler.endsWith('.callme') ? 'callme' : 'handler';
            });
      const shown = seenBy === 'cloudevent' ? sample.event : seenBy === 'callme' ? sample.callme : sample.handler;
      print(harmlessJson(JSON.stringify(shown, null, options.json ? undefined : 2)));
    });
  command
    .command('types')
    .summary('list the kinds of events')
    .description('Lists the kinds of triggers whose events can be sampled.')
    .action(async (_options, self: Command) => {
      const types = await allTypes(await clientOf(self));
      if (optionsOf(self).json) print(JSON.stringify(types.map(({ name, summary }) => ({ name, summary }))));
      else printTypes(types);
    });
  defineSaved(command);
}
