import type { Command } from 'commander';
import { grantsOfTemplate, ROLE_TEMPLATES, type RoleTemplate } from '../../model/execution-role.ts';
import { clientOf, collect, examples, oneOf, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatAgo } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';

interface RoleView {
  readonly name: string;
  readonly description: string;
  readonly grants: readonly string[];
  readonly owner: string;
  readonly assignableBy: readonly string[];
  readonly revision: number;
  readonly updatedAt: string;
  readonly by: string;
  readonly usedBy: readonly string[];
}

interface Settings {
  readonly template?: string;
  readonly bucket?: readonly string[];
  readonly queue?: readonly string[];
  readonly topic?: readonly string[];
  readonly kv?: readonly string[];
  readonly calls?: readonly string[];
  readonly secret?: readonly string[];
  readonly grant?: readonly string[];
  readonly revoke?: readonly string[];
  readonly assignableBy?: readonly string[];
  readonly owner?: string;
  readonly description?: string;
}

const pathOf = (name: string) => `/v1/execution-roles/${encodeURIComponent(name)}`;

export function define(command: Command): void {
  command
    .description(
      'Execution roles: what functions may touch, in one place for all functions that have the role. A change holds at once, for running sandboxes, too. (What people may do is another matter: their roles.)',
    )
    .addHelpText(
      'after',
      examples(
        ['fob execution-role create photo-reader --template bucket-read --bucket serops-we', ''],
        ['fob execution-role create shop --grant queue:orders:send --grant secret:db-password', ''],
        ['fob execution-role create payments --grant kv:ledger --assignable-by payments-team', ''],
        ['fob set thumbnails --role photo-reader', 'the function has it'],
        ['fob execution-role templates', 'what a role is often for'],
      ),
    );
  defineWriting(command);
  defineReading(command);
}

function addSettings(command: Command): Command {
  return command
    .option(
      '--grant <grant>',
      'what it grants, such as bucket:photos:read or secret:db; may be given several times',
      collect,
    )
    .option('--assignable-by <team>', 'a team that may give it to functions; may be given several times', collect)
    .option('--owner <name>', "the user or team whose it is; empty: the platform's")
    .option('--description <text>', 'what it is for');
}

function defineWriting(command: Command): void {
  const create = addSettings(command.command('create'))
    .summary('make an execution role')
    .description('Makes an execution role, from grants, or from a template and what that is about.')
    .argument('<name>')
    .option(
      '--template <name>',
      Object.keys(ROLE_TEMPLATES).join(', '),
      oneOf('--template', Object.keys(ROLE_TEMPLATES)),
    );
  for (const [option, about] of [
    ['bucket', 'a bucket'],
    ['queue', 'a queue'],
    ['topic', 'a topic'],
    ['kv', 'a key-value space'],
    ['calls', 'a function'],
    ['secret', 'a secret'],
  ]) {
    create.option(`--${option} <name>`, `${about} that the template is about; may be given several times`, collect);
  }
  create.action(async (name: string, _options, self: Command) => {
    const options = optionsOf<Settings>(self);
    const body = {
      grants: [...templateGrants(options), ...(options.grant ?? [])],
      assignableBy: options.assignableBy,
      owner: options.owner,
      description: options.description,
    };
    const role = await sendJson<RoleView>(await clientOf(self), 'PUT', pathOf(name), body, { 'if-none-match': '*' });
    tell(self, role, 'is there', `next: fob set <function> --role ${name}`);
  });

  addSettings(command.command('set'))
    .summary('change an execution role')
    .description('Changes an execution role. Grants are added to those that it has; what is not given stays.')
    .argument('<name>')
    .option('--revoke <grant>', 'take a grant back; may be given several times', collect)
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<Settings>(self);
      const { grant = [], revoke = [], assignableBy, owner, description } = options;
      if (grant.length + revoke.length === 0 && (assignableBy ?? owner ?? description) === undefined)
        throw new Failure(EXIT.usage, 'nothing to change: name a grant, such as --grant bucket:photos:read');
      const client = await clientOf(self);
      const before = await client.json<RoleView>('GET', pathOf(name));
      const body = {
        grants: [...new Set([...before.grants, ...grant])].filter((each) => !revoke.includes(each)),
        assignableBy: assignableBy ?? before.assignableBy,
        owner: owner ?? before.owner,
        description: description ?? before.description,
      };
      const seen = { 'if-match': `"${before.revision}"` };
      const role = await sendJson<RoleView>(client, 'PUT', pathOf(name), body, seen);
      tell(
        self,
        role,
        'is changed',
        role.usedBy.length === 0 ? undefined : `it holds at once for ${role.usedBy.join(', ')}`,
      );
    });

  command
    .command('rm')
    .summary('remove execution roles')
    .description('Removes execution roles. One that functions have is removed only with --force.')
    .argument('<names...>')
    .option('--force', 'also where functions have it; they have only their own grants then')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'execution role',
        hint: 'fob execution-role list shows them',
        remove: (client, name) => {
          const { force } = optionsOf<{ force?: boolean }>(self);
          return client.json('DELETE', pathOf(name), { query: { force } });
        },
      }),
    );
}

function defineReading(command: Command): void {
  command
    .command('list')
    .summary('list execution roles')
    .description('Lists execution roles.')
    .action(async (_options, self: Command) => {
      const { roles } = await (await clientOf(self)).json<{ roles: RoleView[] }>('GET', '/v1/execution-roles');
      if (optionsOf(self).json) return printJson(roles);
      if (roles.length === 0) return note('no execution roles yet: fob execution-role create <name> --grant <grant>');
      printTable(
        [
          { title: 'ROLE', decorate: (cell) => paint('bold', cell), shrinkTo: 12 },
          { title: 'GRANTS', shrinkTo: 16 },
          { title: 'USED BY', shrinkTo: 10 },
          { title: 'OWNER', shrinkTo: 8, dropOrder: 2, hideEmpty: true },
          { title: 'GIVEN BY', shrinkTo: 8, dropOrder: 2, hideEmpty: true },
          { title: 'DESCRIPTION', shrinkTo: 8, dropOrder: 1, hideEmpty: true },
        ],
        roles.map(({ name, grants, usedBy, owner, assignableBy, description }) => [
          name,
          grants.join(' ') || '-',
          usedBy.join(' ') || '-',
          owner || '-',
          assignableBy.join(' ') || '-',
          description,
        ]),
      );
    });

  command
    .command('show')
    .summary('show an execution role')
    .description('Shows what an execution role grants, who may give it, and which functions have it.')
    .argument('<name>')
    .action(async (name: string, _options, self: Command) => {
      const role = await (await clientOf(self)).json<RoleView>('GET', pathOf(name));
      if (optionsOf(self).json) return printJson(role);
      printPairs([
        ['name', role.name],
        ...(role.description === '' ? [] : [['description', role.description] as const]),
        ['grants', role.grants.join('\n') || 'nothing'],
        ['owner', role.owner || 'the platform'],
        [
          'given by',
          [role.owner, ...role.assignableBy].filter(Boolean).join(', ') || 'whoever may configure the function',
        ],
        ['used by', role.usedBy.join(', ') || 'no function'],
        ['changed', `${formatAgo(Date.parse(role.updatedAt), Date.now())} by ${role.by}`],
      ]);
    });

  command
    .command('templates')
    .summary('list templates of execution roles')
    .description('Lists what execution roles are often for.')
    .action((_options, self: Command) => {
      const templates = Object.entries(ROLE_TEMPLATES);
      if (optionsOf(self).json) return printJson(templates.map(([name, template]) => ({ name, ...template })));
      printTable(
        [
          { title: 'TEMPLATE', decorate: (cell) => paint('bold', cell) },
          { title: 'WHAT FOR' },
          { title: 'GRANTS', shrinkTo: 12 },
        ],
        templates.map(([name, { meaning, grants }]) => [name, meaning, grants.join(' ')]),
      );
    });
}

function templateGrants(options: Settings): string[] {
  const { template } = options;
  if (template === undefined) return [];
  const { about } = ROLE_TEMPLATES[template as RoleTemplate];
  const option = about === 'function' ? 'calls' : about;
  const names = options[option];
  if (names === undefined) throw new Failure(EXIT.usage, `the template ${template} wants --${option} <name>`);
  return grantsOfTemplate(template as RoleTemplate, names);
}

function tell(self: Command, role: RoleView, what: string, next: string | undefined): void {
  if (optionsOf(self).json) return printJson(role);
  print(
    `${paint('green', '✔')} the execution role ${paint('bold', role.name)} ${what}: ${role.grants.join(', ') || 'it grants nothing'}`,
  );
  if (next !== undefined) note(next);
}
