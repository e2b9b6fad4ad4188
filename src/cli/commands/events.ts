import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, oneOf, optionsOf, wholeNumber } from '../command-line.ts';
import { type EventView, type LaneView, printEvent, printEvents, printLanes } from '../events-view.ts';
import { count, parseSinceMs } from '../human.ts';
import { note, print, printJson } from '../output.ts';
import { sendJson } from '../send-json.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STATES = ['waiting', 'running', 'dead', 'delivered', 'expired', 'dropped'];
const DEFAULT_LIMIT = 20;

interface ListOptions {
  readonly state?: string;
  readonly lane?: string;
  readonly since?: string;
  readonly limit?: number;
}

export function define(command: Command): void {
  command
    .argument('[function-or-event]', 'a function, or the id of one event')
    .description(
      'Shows what waits for a function to be run, and what could not be delivered; retries, redrives and drops events.',
    )
    .option('--state <state>', `one of ${STATES.join(', ')}; default: those not delivered`, oneOf('--state', STATES))
    .option('--lane <lane>', 'only events of this trigger, or `direct`')
    .option('--since <when>', 'of ended events, not older than: 10m, 2h, 2026-01-31T12:00')
    .option('-n, --limit <n>', `at most so many; default: ${DEFAULT_LIMIT}`, wholeNumber('--limit', 1))
    .addHelpText(
      'after',
      examples(
        ['fob events resize', 'what waits, runs or is dead'],
        ['fob events resize --state delivered', 'what was delivered lately'],
        ['fob events 019a1b2c-...', 'one event: its content, attempts and last error'],
        ['fob events redrive resize --rate 10', 'deliver all dead ones again'],
      ),
    )
    .action(async (what: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<ListOptions>(self);
      if (what === undefined) await overview(client, options.json);
      else if (UUID.test(what)) await show(client, what, options.json);
      else await list(client, what, options);
    });

  command
    .command('retry')
    .argument('<event...>', 'ids of events')
    .description('Delivers waiting events now, and dead ones again.')
    .action(async (ids: string[], _options, self: Command) => {
      const client = await clientOf(self);
      for (const id of ids) await client.json('POST', `/v1/events/${encodeURIComponent(id)}/retry`);
      done(self, { retried: ids.length }, `${count(ids.length, 'event')} on the way`);
    });

  command
    .command('drop')
    .argument('<event...>', 'ids of events')
    .description('Gives waiting or dead events up; a record of each stays.')
    .action(async (ids: string[], _options, self: Command) => {
      const client = await clientOf(self);
      for (const id of ids) await client.json('DELETE', `/v1/events/${encodeURIComponent(id)}`);
      done(self, { dropped: ids.length }, `${count(ids.length, 'event')} dropped`);
    });

  command
    .command('redrive')
    .argument('<function>', 'name or id of the function')
    .description('Delivers the dead events of a function again, with fresh attempts.')
    .option('--rate <n>', 'events a second; default: 100', wholeNumber('--rate', 1))
    .option('--lane <lane>', 'only events of this trigger, or `direct`')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { rate, lane } = optionsOf<{ rate?: number; lane?: string }>(self);
      const path = functionPath(name, '/events/redrive');
      const answer = await aboutFunction(client, name, () =>
        sendJson<{ redriven: number }>(client, 'POST', path, { ratePerSecond: rate, lane }),
      );
      done(self, answer, answer.redriven === 0 ? 'no dead events' : `${count(answer.redriven, 'event')} on the way`);
    });
}

/** Every function that has had events, one line a lane. */
async function overview(client: NodeClient, json: boolean | undefined): Promise<void> {
  const { lanes } = await client.json<{ lanes: LaneView[] }>('GET', '/v1/lanes');
  if (json) return printJson(lanes);
  if (lanes.length === 0) {
    return note(
      'no events\n\nsend one with: ./fob call <function> --async        or add a trigger: ./fob trigger add --help',
    );
  }
  printLanes(lanes);
}

async function list(client: NodeClient, name: string, options: ListOptions & { json?: boolean }): Promise<void> {
  const now = Date.now();
  const answer = await client.json<{ lanes: LaneView[]; events: EventView[]; cursor?: string }>(
    'GET',
    functionPath(name, '/events'),
    {
      query: {
        state: options.state,
        lane: options.lane,
        from: options.since === undefined ? undefined : parseSinceMs(options.since, '--since', now),
        limit: options.limit ?? DEFAULT_LIMIT,
      },
    },
  );
  // A function that was removed may still have events, so its absence is told only where there are none.
  if (answer.events.length === 0 && answer.lanes.length === 0) {
    await aboutFunction(client, name, () => client.json('GET', functionPath(name)));
  }
  if (options.json) return printJson(answer);
  if (answer.lanes.length > 0) {
    printLanes(answer.lanes);
    print('');
  }
  if (answer.events.length === 0)
    return note(options.state === undefined ? 'no event waits or is dead' : `no events ${options.state}`);
  printEvents(answer.events, now);
  if (answer.cursor !== undefined) note(`and more: --limit shows them`);
}

async function show(client: NodeClient, id: string, json: boolean | undefined): Promise<void> {
  const event = await client.json<EventView>('GET', `/v1/events/${id}`);
  if (json) return printJson(event);
  printEvent(event, Date.now());
}

function done(self: Command, value: unknown, text: string): void {
  if (optionsOf(self).json) printJson(value);
  else note(text);
}
