import type { Command } from 'commander';
import { collect, examples, operatorClientOf, optionsOf } from '../command-line.ts';
import { formatAge } from '../human.ts';
import { expiryText, type TokenView, usedText } from '../identity/views.ts';
import { note, paint, paintError, print, printJson, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';
import { expiryOf } from './user.ts';

const DEFAULT_EXPIRY = '90d';
const DATA = ['--data <folder>', 'ask the node by the socket in its data folder, as its operator'] as const;

interface TokenOptions {
  readonly user?: string;
  readonly team?: string;
  readonly role?: readonly string[];
  readonly action?: readonly string[];
  readonly expires?: string;
  readonly all?: boolean;
}

export function define(command: Command): void {
  command
    .description('Tokens: credentials of users, and of teams for their pipelines. Only a hash of each is kept.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['fob token create laptop', 'one of yours, good for 90 days'],
        [
          'fob token create ci --team shop --action "function:*"',
          'for a pipeline: what shop may do, and of that only this',
        ],
        ['fob token create metrics --role viewer --expires never', 'what you may do and a viewer, too'],
        ['fob token list', 'yours'],
        ['fob token list --all', 'of everybody, and of teams'],
        ['fob token rm <id>', 'refused from then on'],
      ),
    );
  defineCreate(command);
  defineList(command);
  defineRemove(command);
}

function defineCreate(command: Command): void {
  command
    .command('create')
    .summary('create a token')
    .description(
      'Creates a token and prints it, this once. Narrowed to roles or actions, it may do what its owner and each of them allow, and never more.',
    )
    .argument('[label]', 'what it is for')
    .option('--user <name>', 'whose it is; without, yours')
    .option('--team <name>', 'a token of a team')
    .option('--role <name>', 'narrow it to what this role allows; may be given several times', collect)
    .option('--action <action>', 'narrow it to this, such as "function:*"; may be given several times', collect)
    .option('--expires <duration>', `how long it is good, such as 12h, 30d or never`, DEFAULT_EXPIRY)
    .option(...DATA)
    .action(async (label: string | undefined, _options, self: Command) => {
      const options = optionsOf<TokenOptions>(self);
      const { user, team, role, action } = options;
      const scopes = role === undefined && action === undefined ? undefined : { roles: role, actions: action };
      const client = await operatorClientOf(self);
      const token = await sendJson<TokenView & { token: string }>(client, 'POST', '/v1/tokens', {
        user,
        team,
        label,
        scopes,
        expiresAt: expiryOf(options.expires),
      });
      if (options.json) return printJson(token);
      const whose = token.team === undefined ? token.user : `the team ${token.team}`;
      note(
        `${paintError('green', '✔')} a token of ${whose}, expires ${expiryText(token.expiresAt, Date.now())}; it is shown only now`,
      );
      print(token.token);
    });
}

function defineList(command: Command): void {
  command
    .command('list')
    .summary('list tokens')
    .description('Lists your tokens, without their secrets; with the right to, those of others.')
    .option('--user <name>', 'of this user')
    .option('--team <name>', 'of this team')
    .option('--all', 'of everybody')
    .option(...DATA)
    .action(async (_options, self: Command) => {
      const { user, team, all, json } = optionsOf<TokenOptions>(self);
      const client = await operatorClientOf(self);
      const { tokens } = await client.json<{ tokens: TokenView[] }>('GET', '/v1/tokens', {
        query: { user, team, all },
      });
      if (json) return printJson(tokens);
      if (tokens.length === 0)
        return note(
          (user ?? team ?? all)
            ? 'no tokens: fob token create <what it is for>'
            : 'you have no tokens: fob token create <what it is for>; those of everybody: --all',
        );
      const now = Date.now();
      printTable(
        [
          { title: 'ID', decorate: (cell) => paint('bold', cell) },
          { title: 'OF', shrinkTo: 8 },
          { title: 'LABEL', shrinkTo: 8 },
          { title: 'CREATED', align: 'right', dropOrder: 2 },
          { title: 'USED', align: 'right' },
          { title: 'EXPIRES' },
          { title: 'NARROWED TO', shrinkTo: 10, hideEmpty: true },
        ],
        tokens.map((token) => [
          token.id,
          token.team === undefined ? (token.user ?? '') : `team ${token.team}`,
          token.label,
          formatAge(Date.parse(token.createdAt), now),
          usedText(token.lastUsedAt, now),
          expiryText(token.expiresAt, now),
          [...(token.scopes?.roles ?? []), ...(token.scopes?.actions ?? [])].join(' ') || '-',
        ]),
      );
    });
}

function defineRemove(command: Command): void {
  command
    .command('rm')
    .summary('revoke tokens')
    .description('Revokes tokens: they are refused from then on.')
    .argument('<ids...>', 'their ids')
    .option(...DATA)
    .action(async (ids: string[], _options, self: Command) => {
      const client = await operatorClientOf(self);
      for (const id of ids) await client.json('DELETE', `/v1/tokens/${encodeURIComponent(idOf(id))}`);
      if (optionsOf(self).json) return printJson({ revoked: ids.map(idOf) });
      for (const id of ids) note(`${paintError('green', '✔')} the token ${idOf(id)} is revoked`);
    });
}

/** Of a whole token, as somebody may have it at hand, only the id is sent. */
function idOf(text: string): string {
  return /^fob_([a-z0-9]+)_/.exec(text)?.[1] ?? text;
}
