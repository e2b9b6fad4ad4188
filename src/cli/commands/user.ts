import type { Command } from 'commander';
import { askNewPassword, askSecret } from '../ask-secret.ts';
import type { NodeClient } from '../client.ts';
import { collect, examples, operatorClientOf, optionsOf } from '../command-line.ts';
import { storeLogin } from '../credentials.ts';
import { formatAge, parseDurationMs } from '../human.ts';
import type { SessionView, TokenView, UserView } from '../identity/views.ts';
import { UNIX } from '../operator-socket.ts';
import { note, paint, paintError, print, printJson, printPairs, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface UserOptions {
  readonly admin?: boolean;
  readonly role?: readonly string[];
  readonly roles?: boolean;
  readonly team?: readonly string[];
  readonly email?: string;
  readonly fullName?: string;
  readonly password?: boolean;
  readonly token?: string | boolean;
  readonly expires?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

const DATA = [
  '--data <folder>',
  'ask the node by the socket in its data folder, as its operator: needs no token',
] as const;

export function define(command: Command): void {
  command
    .description('Users: who may talk to a node. From the first one on, it demands a credential of everybody.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['fob user create ada --admin', 'the first one; you are logged in as ada then'],
        ['fob user create bob --role appops --team shop', ''],
        ['fob user create eve --role viewer --password', 'who logs in with a password'],
        ['fob user set bob --role appops --role viewer', 'these roles and no others'],
        ['fob user create ada --admin --data /var/lib/fob', 'the way back for whoever owns the data folder'],
      ),
    );
  defineCreate(command);
  defineList(command);
  defineShow(command);
  defineSet(command);
  definePassword(command);
  for (const enable of [true, false]) defineEnable(command, enable);
  defineRemove(command);
}

function addSettings(command: Command): Command {
  return command
    .option('--role <name>', 'a role they have; may be given several times', collect)
    .option('--email <address>', 'their address')
    .option('--full-name <name>', 'how people call them');
}

function settingsOf(options: UserOptions): Record<string, unknown> {
  const roles = [...(options.admin ? ['administrator'] : []), ...(options.role ?? [])];
  return {
    ...((roles.length > 0 || options.roles === false) && { roles: [...new Set(roles)] }),
    ...(options.email !== undefined && { email: options.email }),
    ...(options.fullName !== undefined && { fullName: options.fullName }),
  };
}

function defineCreate(command: Command): void {
  addSettings(
    command
      .command('create')
      .summary('create a user, with a token')
      .description('Creates a user and prints a token of theirs, which is shown this once.')
      .argument('<name>', 'what `owner` of functions says, too')
      .option('--admin', 'give them the role administrator'),
  )
    .option('--team <name>', 'a team they are in; may be given several times', collect)
    .option('--password', 'ask for a password, and make no token')
    .option('--expires <duration>', 'how long the token is good, such as 90d; without, until it is revoked')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<UserOptions>(self);
      const client = await operatorClientOf(self);
      const before = await client.json<SessionView>('GET', '/v1/session');
      // A user who was made, and whose team is not there, would be half of what was asked for.
      for (const team of options.team ?? []) await client.json('GET', `/v1/teams/${encodeURIComponent(team)}`);
      const password = options.password ? await askNewPassword(name) : undefined;
      const expiresAt = expiryOf(options.expires);
      const { token, ...user } = await sendJson<UserView & { token?: TokenView & { token: string } }>(
        client,
        'POST',
        '/v1/users',
        {
          name,
          ...settingsOf(options),
          ...(password === undefined ? { token: { ...(expiresAt !== undefined && { expiresAt }) } } : { password }),
        },
      );
      const isFirst = before.kind === 'operator' && !before.credentialsDemanded && !client.url.startsWith(UNIX);
      if (isFirst && token !== undefined) storeLogin(client.url, { token: token.token, name });
      if (options.team !== undefined) await join(isFirst ? await operatorClientOf(self) : client, name, options.team);
      if (options.json) return printJson({ ...user, ...(token !== undefined && { token: token.token }) });
      note(
        `${paintError('green', '✔')} the user ${name} is there${user.roles.length === 0 ? '; they have no role yet' : ''}`,
      );
      if (isFirst) {
        note('from now on this node demands a credential of everybody');
        if (token !== undefined) note(`you are logged in as ${name}; others log in with: fob login`);
      }
      if (token === undefined) return;
      note('their token, which is shown only now:');
      print(token.token);
    });
}

async function join(client: NodeClient, user: string, teams: readonly string[]): Promise<void> {
  for (const team of teams) {
    await client.json('PUT', `/v1/teams/${encodeURIComponent(team)}/members/${encodeURIComponent(user)}`);
  }
}

function defineList(command: Command): void {
  command
    .command('list')
    .summary('list users')
    .description('Lists users, with their roles and teams.')
    .option(...DATA)
    .action(async (_options, self: Command) => {
      const { users } = await (await operatorClientOf(self)).json<{ users: UserView[] }>('GET', '/v1/users');
      if (optionsOf(self).json) return printJson(users);
      if (users.length === 0) return note('no users yet; make the first one: fob user create <name> --admin');
      const now = Date.now();
      printTable(
        [
          { title: 'NAME', decorate: (cell) => paint('bold', cell) },
          { title: 'ROLES', shrinkTo: 10 },
          { title: 'TEAMS', shrinkTo: 8 },
          { title: 'STATE', hideEmpty: true },
          { title: 'E-MAIL', shrinkTo: 10, dropOrder: 2, hideEmpty: true },
          { title: 'CREATED', align: 'right', dropOrder: 1 },
        ],
        users.map(({ name, roles, teams, disabled, email, createdAt }) => [
          name,
          roles.join(', ') || '-',
          teams.join(', ') || '-',
          disabled ? 'disabled' : '-',
          email || '-',
          formatAge(Date.parse(createdAt), now),
        ]),
      );
    });
}

function defineShow(command: Command): void {
  command
    .command('show')
    .summary('show a user')
    .description('Shows a user.')
    .argument('<name>', 'their name')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      const user = await (await operatorClientOf(self)).json<UserView>('GET', userPath(name));
      if (optionsOf(self).json) return printJson(user);
      printPairs([
        ['name', user.name],
        ['full name', user.fullName || '-'],
        ['e-mail', user.email || '-'],
        ['roles', user.roles.join(', ') || 'none'],
        ['teams', user.teams.join(', ') || 'none'],
        ['state', user.disabled ? 'disabled' : 'enabled'],
        ['password', user.hasPassword ? 'set' : 'none: they use tokens'],
        ['created', user.createdAt],
      ]);
    });
}

function defineSet(command: Command): void {
  addSettings(
    command
      .command('set')
      .summary("change a user's roles and particulars")
      .description('Changes a user. Roles that are given replace those they have.')
      .argument('<name>', 'their name'),
  )
    .option('--no-roles', 'take all roles away')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<UserOptions>(self);
      const user = await sendJson<UserView>(await operatorClientOf(self), 'PATCH', userPath(name), settingsOf(options));
      if (options.json) return printJson(user);
      note(
        `${paintError('green', '✔')} ${name} has ${user.roles.length === 0 ? 'no roles' : `the ${user.roles.length === 1 ? 'role' : 'roles'} ${user.roles.join(', ')}`}`,
      );
    });
}

function definePassword(command: Command): void {
  command
    .command('password')
    .summary('set a password')
    .description('Sets a password, yours or with the right to another user’s; their other sessions end.')
    .argument('<name>', 'whose')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      const client = await operatorClientOf(self);
      const session = await client.json<SessionView>('GET', '/v1/session');
      const isOwn = session.user === name && process.stdin.isTTY;
      const current = isOwn ? await askSecret('your present password (empty for none)') : undefined;
      const password = await askNewPassword(name);
      await sendJson(client, 'PUT', `${userPath(name)}/password`, { password, ...(current && { current }) });
      if (optionsOf(self).json) return printJson({ user: name });
      note(`${paintError('green', '✔')} the password of ${name} is set`);
    });
}

function defineEnable(command: Command, enable: boolean): void {
  command
    .command(enable ? 'enable' : 'disable')
    .summary(enable ? 'let a user in again' : 'refuse a user and their tokens, and forget nothing')
    .description(enable ? 'Lets a user in again.' : 'Refuses a user and their tokens from now on, and forgets nothing.')
    .argument('<name>', 'their name')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      const user = await sendJson<UserView>(await operatorClientOf(self), 'PATCH', userPath(name), {
        disabled: !enable,
      });
      if (optionsOf(self).json) return printJson(user);
      note(`${paintError('green', '✔')} ${name} is ${enable ? 'enabled' : 'disabled'}`);
    });
}

function defineRemove(command: Command): void {
  command
    .command('rm')
    .summary('remove a user and their tokens')
    .description('Removes a user and their tokens; what they own stays.')
    .argument('<name>', 'their name')
    .option(...DATA)
    .action(async (name: string, _options, self: Command) => {
      await (await operatorClientOf(self)).json('DELETE', userPath(name));
      if (optionsOf(self).json) return printJson({ removed: name });
      note(`${paintError('green', '✔')} the user ${name} is removed`);
    });
}

function userPath(name: string): string {
  return `/v1/users/${encodeURIComponent(name)}`;
}

/** When something ends that is good for this long; `never` and nothing at all are the same. */
export function expiryOf(duration: string | undefined): string | undefined {
  if (duration === undefined || duration === 'never') return undefined;
  return new Date(Date.now() + parseDurationMs(duration, '--expires')).toISOString();
}
