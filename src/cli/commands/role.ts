import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { messageOf } from '../../model/problem.ts';
import { clientOf, collect, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { type RoleView, type Statement, statementText } from '../identity/views.ts';
import { note, paint, paintError, print, printJson, printTable } from '../output.ts';
import { sendJson } from '../send-json.ts';

interface RoleOptions {
  readonly file?: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly on?: readonly string[];
  readonly owner?: readonly string[];
  readonly tag?: readonly string[];
  readonly description?: string;
}

export function define(command: Command): void {
  command
    .description('Roles: what users and teams may do. A deny wins over every allow.')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['fob role list', 'those of every node come first'],
        ['fob role show appops', ''],
        ['fob role set callers --allow function:invoke --on "function:pay-*"', ''],
        ['fob role set careful --deny function:remove --tag stage=prod', ''],
        ['fob role set shop-data --file role.yaml', 'several statements'],
      ),
    );
  command
    .command('list')
    .summary('list roles')
    .description('Lists roles: those of every node, then your own.')
    .action(async (_options, self: Command) => {
      const { roles } = await (await clientOf(self)).json<{ roles: RoleView[] }>('GET', '/v1/roles');
      if (optionsOf(self).json) return printJson(roles);
      printTable(
        [
          { title: 'NAME', decorate: (cell) => paint('bold', cell) },
          { title: 'STATEMENTS', align: 'right', dropOrder: 1 },
          { title: 'WHAT FOR', shrinkTo: 20 },
        ],
        roles.map(({ name, statements, description, builtIn }) => [
          name,
          String(statements.length),
          description || (builtIn ? '' : statements.map(statementText).join('; ')),
        ]),
      );
    });
  command
    .command('show')
    .summary('show what a role says')
    .description('Shows what a role says.')
    .argument('<name>', 'its name')
    .action(async (name: string, _options, self: Command) => {
      const role = await (await clientOf(self)).json<RoleView>('GET', rolePath(name));
      if (optionsOf(self).json) return printJson(role);
      print(`${paint('bold', role.name)}${role.description === '' ? '' : `: ${role.description}`}`);
      role.statements.forEach((statement, index) => {
        const colour = statement.effect === 'deny' ? 'red' : 'green';
        print(
          `${String(index + 1).padStart(3)}  ${paint(colour, statement.effect)}${statementText(statement).slice(statement.effect.length)}`,
        );
      });
    });
  defineSet(command);
  command
    .command('rm')
    .summary('remove a role that nobody has any more')
    .description('Removes a role that nobody has any more.')
    .argument('<name>', 'its name')
    .action(async (name: string, _options, self: Command) => {
      await (await clientOf(self)).json('DELETE', rolePath(name));
      if (optionsOf(self).json) return printJson({ removed: name });
      note(`${paintError('green', '✔')} the role ${name} is removed`);
    });
}

function defineSet(command: Command): void {
  command
    .command('set')
    .summary('create a role, or replace what it says')
    .description(
      'Creates a role, or replaces what it says: by one statement given here, or by a file of YAML or JSON with ' +
        '"statements". Whoever has it may do what it says from then on.',
    )
    .argument('<name>', 'its name')
    .option('--file <file>', 'statements as YAML or JSON; - reads standard input')
    .option('--allow <action>', 'such as function:invoke, function:* or *:read; may be given several times', collect)
    .option('--deny <action>', 'the same, and it wins; may be given several times', collect)
    .option('--on <resource>', 'such as function:pay-*, bucket:photos; without, everything', collect)
    .option('--owner <who>', 'only what they own: a user, a team, @self or @team', collect)
    .option('--tag <name=value>', 'only what has this tag; a value may hold *', collect)
    .option('--description <text>', 'what it is for')
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<RoleOptions>(self);
      const wanted = options.file === undefined ? statementsOf(options) : readRole(options.file);
      const body = { ...wanted, ...(options.description !== undefined && { description: options.description }) };
      const role = await sendJson<RoleView>(await clientOf(self), 'PUT', rolePath(name), body);
      if (options.json) return printJson(role);
      note(`${paintError('green', '✔')} the role ${name} says:`);
      for (const statement of role.statements) print(`  ${statementText(statement)}`);
    });
}

function statementsOf({ allow, deny, on, owner, tag }: RoleOptions): { statements: Statement[] } {
  const where = {
    ...(owner !== undefined && { owner }),
    ...(tag !== undefined && { tag: Object.fromEntries(tag.map(tagOf)) }),
  };
  const statement = (effect: 'allow' | 'deny', actions: readonly string[] | undefined): Statement[] =>
    actions === undefined
      ? []
      : [
          {
            effect,
            actions,
            ...(on !== undefined && { resources: on }),
            ...(Object.keys(where).length > 0 && { where }),
          },
        ];
  const statements = [...statement('allow', allow), ...statement('deny', deny)];
  if (statements.length > 0) return { statements };
  throw new Failure(EXIT.usage, 'say what the role allows or denies: --allow, --deny or --file');
}

function tagOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new Failure(EXIT.usage, `--tag: "${text}" has no value: write name=value, or name=* for any`);
}

function readRole(file: string): { statements: Statement[]; description?: string } {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new Failure(EXIT.notFound, `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  try {
    const value: unknown = parse(text);
    return (Array.isArray(value) ? { statements: value } : value) as { statements: Statement[] };
  } catch (cause) {
    throw new Failure(EXIT.usage, `${file} is neither YAML nor JSON: ${messageOf(cause)}`, { cause });
  }
}

function rolePath(name: string): string {
  return `/v1/roles/${encodeURIComponent(name)}`;
}
