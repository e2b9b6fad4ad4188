import type { Command } from 'commander';
import { demand } from '../../project/api.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import type { TeamView } from '../identity/views.ts';
import { note, paint, paintError, printJson, printPairs, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface TeamOptions {
  readonly role?: readonly string[];
  readonly roles?: boolean;
  readonly description?: string;
}

export function define(command: Command): void {
  command
    .description('Teams: users who own functions together and have roles together.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['fob team create shop ada bob --role appops', 'who may do everything with what shop owns'],
        ['fob team add shop eve', ''],
        ['fob deploy pay/ --owner shop', 'a function of the team'],
        ['fob team list', ''],
      ),
    );
  defineCreate(command);
  defineList(command);
  defineShow(command);
  defineSet(command);
  for (const add of [true, false]) defineMember(command, add);
  command
    .command('rm')
    .summary('remove a team and its tokens')
    .description('Removes a team and its tokens; its members and what it owns stay.')
    .argument('<name>', 'its name')
    .action(async (name: string, _options, self: Command) => {
      await (await clientOf(self)).json('DELETE', teamPath(name));
      if (optionsOf(self).json) return printJson({ removed: name });
      note(`${paintError('green', '✔')} the team ${name} is removed`);
    });
}

function settingsOf(options: TeamOptions, members?: readonly string[]): Record<string, unknown> {
  return {
    ...(members !== undefined && { members: [...new Set(members)] }),
    ...((options.role !== undefined || options.roles === false) && { roles: options.role ?? [] }),
    ...(options.description !== undefined && { description: options.description }),
  };
}

function defineCreate(command: Command): void {
  command
    .command('create')
    .summary('create a team')
    .description('Creates a team.')
    .argument('<name>', 'what `owner` of functions says, too')
    .argument('[members...]', 'users who are in it')
    .option('--role <name>', 'a role its members have; may be given several times', collect)
    .option('--description <text>', 'what it does')
    .action(async (name: string, members: string[], _options, self: Command) => {
      const options = optionsOf<TeamOptions>(self);
      const client = await clientOf(self);
      const team = await sendJson<TeamView>(client, 'PUT', teamPath(name), settingsOf(options, members), {
        'if-none-match': '*',
      });
      if (options.json) return printJson(team);
      const who = team.members.length === 0 ? `; add members: fob team add ${name} <user>` : '';
      note(`${paintError('green', '✔')} the team ${name} is there${who}`);
    });
}

function defineList(command: Command): void {
  command
    .command('list')
    .summary('list teams')
    .description('Lists teams, with their members and roles.')
    .action(async (_options, self: Command) => {
      const { teams } = await (await clientOf(self)).json<{ teams: TeamView[] }>('GET', '/v1/teams');
      if (optionsOf(self).json) return printJson(teams);
      if (teams.length === 0) return note('no teams yet: fob team create <name> <members...> --role appops');
      printTable(
        [
          { title: 'NAME', decorate: (cell) => paint('bold', cell) },
          { title: 'ROLES', shrinkTo: 10 },
          { title: 'MEMBERS', shrinkTo: 12 },
          { title: 'DESCRIPTION', shrinkTo: 10, dropOrder: 1, hideEmpty: true },
        ],
        teams.map(({ name, roles, members, description }) => [
          name,
          roles.join(', ') || '-',
          members.join(', ') || '-',
          description || '-',
        ]),
      );
    });
}

function defineShow(command: Command): void {
  command
    .command('show')
    .summary('show a team')
    .description('Shows a team.')
    .argument('<name>', 'its name')
    .action(async (name: string, _options, self: Command) => {
      const team = await (await clientOf(self)).json<TeamView>('GET', teamPath(name));
      if (optionsOf(self).json) return printJson(team);
      printPairs([
        ['name', team.name],
        ['description', team.description || '-'],
        ['members', team.members.join(', ') || 'none'],
        ['roles', team.roles.join(', ') || 'none'],
        ['created', team.createdAt],
      ]);
    });
}

function defineSet(command: Command): void {
  command
    .command('set')
    .summary("change a team's roles")
    .description('Changes a team. Roles that are given replace those it has.')
    .argument('<name>', 'its name')
    .option('--role <name>', 'a role its members have; may be given several times', collect)
    .option('--no-roles', 'take all roles away')
    .option('--description <text>', 'what it does')
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<TeamOptions>(self);
      const client = await clientOf(self);
      // A name that is mistyped must not make another team.
      const { revision } = await client.json<TeamView>('GET', teamPath(name));
      const team = await sendJson<TeamView>(client, 'PUT', teamPath(name), settingsOf(options), demand(revision));
      if (options.json) return printJson(team);
      note(
        `${paintError('green', '✔')} ${name} has ${team.roles.length === 0 ? 'no roles' : `the ${team.roles.length === 1 ? 'role' : 'roles'} ${team.roles.join(', ')}`}`,
      );
    });
}

function defineMember(command: Command, add: boolean): void {
  command
    .command(add ? 'add' : 'remove')
    .summary(add ? 'add users to a team' : 'take users out of a team')
    .description(add ? 'Adds users to a team.' : 'Takes users out of a team.')
    .argument('<name>', 'the team')
    .argument('<users...>', 'the users')
    .action(async (name: string, users: string[], _options, self: Command) => {
      const client = await clientOf(self);
      let team: TeamView | undefined;
      for (const user of users) {
        const path = `${teamPath(name)}/members/${encodeURIComponent(user)}`;
        team = await client.json<TeamView>(add ? 'PUT' : 'DELETE', path);
      }
      if (optionsOf(self).json) return printJson(team);
      note(`${paintError('green', '✔')} members of ${name}: ${team?.members.join(', ') || 'none'}`);
    });
}

function teamPath(name: string): string {
  return `/v1/teams/${encodeURIComponent(name)}`;
}
