import type { Command } from 'commander';
import { CHANNEL_KINDS, SEVERITIES } from '../../model/alert.ts';
import { demand } from '../../project/api.ts';
import { clientOf, examples, oneOf, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatAgo } from '../human.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';
import { alertPath, type ChannelAnswer, type RoutingAnswer } from './api.ts';

interface ChannelOptions {
  readonly secret?: string;
  readonly smtp?: string;
  readonly from?: string;
  readonly least?: string;
}

/** Where notifications go, and who gets which. */
export function defineChannels(command: Command): void {
  const channel = command
    .command('channel')
    .summary('where notifications go')
    .description('Channels: where notifications go. Addresses and secrets are kept sealed, and never shown again.')
    .addHelpText(
      'after',
      examples(
        ['fob alert channel add ops slack https://hooks.slack.com/services/…', ''],
        ['fob alert channel list', 'with whom each tells, and what it failed with'],
        ['fob alert test ops', 'whether it works'],
        ['fob alert channel rm ops', ''],
      ),
    );

  channel
    .command('add')
    .summary('add or replace a channel')
    .description(
      'Adds a channel, or replaces one: Slack, a webhook (signed as Standard Webhooks), e-mail, or a function.',
    )
    .argument('<name>')
    .argument('<kind>', CHANNEL_KINDS.join(', '))
    .argument('<target...>', 'an address; mail addresses; or a function')
    .option('--secret <secret>', 'of a webhook: what signs it; default: one is made and shown once')
    .option('--smtp <url>', 'of e-mail: smtp://user:password@host:587, or smtps://')
    .option('--from <address>', 'of e-mail: who sends it')
    .option(
      '--least <severity>',
      `only alerts at least so grave: ${SEVERITIES.join(', ')}`,
      oneOf('--least', SEVERITIES),
    )
    .addHelpText(
      'after',
      examples(
        ['fob alert channel add ops slack https://hooks.slack.com/services/…', ''],
        ['fob alert channel add pager webhook https://example.org/alerts --least critical', ''],
        [
          'fob alert channel add mail email ops@example.org --smtp smtp://mail.example.org:587 --from fob@example.org',
          '',
        ],
        ['fob alert channel add restart function restarter', ''],
      ),
    )
    .action(async (name: string, kind: string, targets: string[], _options, self: Command) => {
      const options = optionsOf<ChannelOptions>(self);
      const body = {
        ...channelOf(kind, targets, options),
        ...(options.least !== undefined && { least: options.least }),
      };
      const client = await clientOf(self);
      const added = await sendJson<ChannelAnswer>(client, 'PUT', alertPath('channels', name), body);
      if (options.json) return printJson(added);
      print(`${paint('green', '✔')} the channel ${paint('bold', name)} leads to ${added.target}`);
      if (added.secret !== undefined) print(`its secret, shown only now: ${added.secret}`);
      const routing = await client.json<RoutingAnswer>('GET', alertPath('routing'));
      note(
        `try it: fob alert test ${name}${routing.default.length === 0 ? `; let it have all alerts: fob alert route default ${name}` : ''}`,
      );
    });

  channel
    .command('list')
    .summary('list channels')
    .description('Lists channels with how they work.')
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const [{ channels }, routing] = await Promise.all([
        client.json<{ channels: ChannelAnswer[] }>('GET', alertPath('channels')),
        client.json<RoutingAnswer>('GET', alertPath('routing')),
      ]);
      if (optionsOf(self).json) return printJson({ channels, routing });
      if (channels.length === 0)
        return note('no channels yet: fob alert channel add <name> slack|webhook|email|function …');
      const now = Date.now();
      printTable(
        [
          { title: 'CHANNEL', decorate: (cell) => paint('bold', cell) },
          { title: 'KIND' },
          { title: 'LEADS TO', shrinkTo: 16 },
          { title: 'LEAST', dropOrder: 2 },
          { title: 'FOR', shrinkTo: 8, hideEmpty: true, dropOrder: 1 },
          {
            title: 'WAITING',
            align: 'right',
            decorate: (cell, value) => (value === '0' ? cell : paint('yellow', cell)),
          },
          {
            title: 'STATE',
            shrinkTo: 16,
            decorate: (cell, value) => (value.startsWith('fails') ? paint('red', cell) : cell),
          },
        ],
        channels.map((each) => [
          each.name,
          each.kind,
          each.target,
          each.least,
          [
            ...(routing.default.includes(each.name) ? ['default'] : []),
            ...Object.entries(routing.owners).flatMap(([owner, names]) => (names.includes(each.name) ? [owner] : [])),
          ].join(' '),
          String(each.waiting),
          stateOf(each, now),
        ]),
      );
    });

  channel
    .command('rm')
    .summary('remove channels')
    .description('Removes channels; what waits for them is not delivered.')
    .argument('<channels...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'channel',
        hint: 'fob alert channel list shows them',
        remove: (client, name) => client.json('DELETE', alertPath('channels', name)),
      }),
    );

  command
    .command('test')
    .summary('send a message by a channel')
    .description('Sends a message by a channel now, and says whether it was taken.')
    .argument('<channel>')
    .action(async (name: string, _options, self: Command) => {
      await sendJson(await clientOf(self), 'POST', `${alertPath('channels', name)}/test`, {});
      if (optionsOf(self).json) return printJson({ delivered: true });
      print(`${paint('green', '✔')} the channel ${name} took a message`);
    });

  command
    .command('route')
    .summary('say which channels an owner has, or list them')
    .description(
      'Says which channels are told of the functions of an owner, or by default; without channels, takes that back. Without an owner, lists all.',
    )
    .argument('[owner]', 'an owner, or default')
    .argument('[channels...]')
    .addHelpText(
      'after',
      examples(
        ['fob alert route', 'who is told of what'],
        ['fob alert route default ops', 'of all functions whose owner has no other channel'],
        ['fob alert route team-a mail pager', 'of those of team-a'],
      ),
    )
    .action(async (owner: string | undefined, names: string[], _options, self: Command) => {
      const client = await clientOf(self);
      const current = await client.json<RoutingAnswer>('GET', alertPath('routing'));
      if (owner === undefined) return listRoutes(current, optionsOf(self).json);
      const { revision, ...routes } = current;
      const { [owner]: _before, ...others } = routes.owners;
      const wanted =
        owner === 'default'
          ? { ...routes, default: names }
          : { ...routes, owners: names.length === 0 ? others : { ...others, [owner]: names } };
      // Somebody else's change in between must not be lost.
      const routing = await sendJson<RoutingAnswer>(client, 'PUT', alertPath('routing'), wanted, demand(revision));
      if (optionsOf(self).json) return printJson(routing);
      const whom = owner === 'default' ? 'who has no other channel' : owner;
      print(
        `${paint('green', '✔')} ${whom}: ${names.length === 0 ? (owner === 'default' ? 'nobody is told' : 'as by default') : names.join(', ')}`,
      );
    });
}

function listRoutes(routing: RoutingAnswer, json: boolean | undefined): void {
  if (json) return printJson(routing);
  const owners = Object.entries(routing.owners);
  if (routing.default.length === 0 && owners.length === 0)
    return note('nobody is told of alerts: fob alert route default <channel>');
  printTable(
    [
      { title: 'OWNER', decorate: (cell) => paint('bold', cell) },
      { title: 'CHANNELS', shrinkTo: 16 },
    ],
    [
      ...owners.map(([owner, names]) => [owner, names.join(' ')]),
      ['default', routing.default.length === 0 ? '-' : routing.default.join(' ')],
    ],
  );
}

function channelOf(kind: string, targets: readonly string[], { secret, smtp, from }: ChannelOptions): object {
  const [target] = targets;
  const one = (): string => {
    if (targets.length === 1) return target!;
    throw new Failure(EXIT.usage, `a channel of the kind ${kind} has one target, not ${targets.length}`);
  };
  switch (kind) {
    case 'webhook':
      return { kind, url: one(), ...(secret !== undefined && { secret }) };
    case 'slack':
      return { kind, url: one() };
    case 'email':
      if (smtp === undefined || from === undefined)
        throw new Failure(
          EXIT.usage,
          'e-mail needs the server and the sender: --smtp smtp://user:password@host:587 --from fob@example.org',
        );
      return { kind, to: targets, smtp, from };
    case 'function':
      return { kind, function: one() };
    default:
      throw new Failure(EXIT.usage, `"${kind}" is no kind of channel: write ${CHANNEL_KINDS.join(', ')}`);
  }
}

function stateOf({ lastError, deliveredAtMs }: ChannelAnswer, nowMs: number): string {
  if (lastError !== undefined) return `fails since ${formatAgo(lastError.atMs, nowMs)}: ${lastError.message}`;
  return deliveredAtMs === undefined ? 'not used yet' : `delivered ${formatAgo(deliveredAtMs, nowMs)}`;
}
