import type { Command } from 'commander';
import { parseSecretReference, SHORTEST_REDACTED } from '../../model/secret.ts';
import { demand } from '../../project/api.ts';
import { clientOf, collect, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { count, formatAge, formatAgo, formatBytes } from '../human.ts';
import { note, paint, print, printJson, printPairs, printTable, warn } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { readSecret } from '../secret-input.ts';
import { sendJson } from '../send-json.ts';

interface SecretView {
  readonly name: string;
  readonly revision: number;
  readonly description: string;
  readonly functions: readonly string[];
  readonly createdAt: string;
  readonly version: number;
  readonly versions: readonly {
    readonly version: number;
    readonly createdAt: string;
    readonly by: string;
    readonly bytes: number;
    readonly redacted: boolean;
    readonly restoredFrom?: number;
  }[];
  readonly usedBy: readonly {
    readonly function: string;
    readonly variable: string;
    readonly version?: number;
    readonly granted: boolean;
  }[];
}

interface Recycled {
  readonly functions: readonly string[];
  readonly sandboxes: number;
}

const pathOf = (name: string, rest = '') => `/v1/secrets/${encodeURIComponent(name)}${rest}`;

export function define(command: Command): void {
  command
    .description(
      'Secrets: values that functions get as environment variables, and nobody is shown again. They are sealed on disk, kept in versions, given to the functions that they name, and taken out of logs and errors.',
    )
    .addHelpText(
      'after',
      examples(
        ['fob secret set db-password --function "shop-*"', 'asks for the value'],
        ['pass show db | fob secret set db-password', 'from another program'],
        ['fob secret set tls-key --file key.pem', ''],
        ['fob set shop-api --secret DB_PASSWORD=db-password', 'the function has it from now on'],
        ['fob secret set db-password --recycle', 'warm functions get the new value, too'],
        ['fob secret rollback db-password', ''],
        ['fob secret rotate-key', 'seals everything with a new key'],
      ),
    );
  defineSet(command);
  defineGrant(command);
  defineReading(command);
  defineRemoving(command);
  defineKey(command);
}

interface SetOptions {
  readonly file?: string;
  readonly function?: readonly string[];
  readonly description?: string;
  readonly recycle?: boolean;
  readonly json?: boolean;
}

function defineSet(command: Command): void {
  command
    .command('set')
    .summary('set a value, as a new version')
    .description(
      'Sets the value of a secret, as a new version. The value comes from standard input, from a file, or is asked for; it never stands on the command line.',
    )
    .argument('<name>')
    .option('--file <path>', 'the value is the content of a file; - for standard input')
    .option(
      '--function <name>',
      'functions that may have it, such as shop-*; replaces those before; may be given several times',
      collect,
    )
    .option('--description <text>', 'what it is for')
    .option('--recycle', 'end the warm sandboxes of functions that use it, so that they start with it')
    .action(async (name: string, _options, self: Command) => {
      const { file, function: functions, description, recycle, json } = optionsOf<SetOptions>(self);
      const client = await clientOf(self);
      const value = await readSecret(name, file);
      const body = { value, functions, description };
      const view = await sendJson<SecretView>(client, 'PUT', pathOf(name), body);
      const recycled = recycle ? await client.json<Recycled>('POST', pathOf(name, '/recycle')) : undefined;
      if (json) return printJson({ ...view, ...(recycled !== undefined && { recycled }) });
      print(`${paint('green', '✔')} ${paint('bold', name)} has version ${view.version} now`);
      if (view.versions.at(-1)?.redacted === false) {
        warn(`a value of fewer than ${SHORTEST_REDACTED} characters is not taken out of logs`);
      }
      if (recycled !== undefined) note(inWords(recycled));
      else if (view.usedBy.some(({ version }) => version === undefined)) {
        note(`functions get it when they are started next; now: fob secret recycle ${name}`);
      } else if (view.usedBy.length === 0) {
        note(
          view.functions.length === 0
            ? `next: fob secret grant ${name} <function>`
            : `next: fob set <function> --secret VARIABLE=${name}`,
        );
      }
    });
}

function defineGrant(command: Command): void {
  const change = async (
    self: Command,
    name: string,
    changed: (functions: readonly string[]) => string[],
  ): Promise<void> => {
    const client = await clientOf(self);
    const { functions, revision } = await client.json<SecretView>('GET', pathOf(name));
    // Somebody else's change in between must not be lost.
    const body = { functions: changed(functions) };
    const view = await sendJson<SecretView>(client, 'PUT', pathOf(name), body, demand(revision));
    if (optionsOf(self).json) return printJson(view);
    const who = view.functions.length === 0 ? 'no function, but by an execution role' : view.functions.join(', ');
    print(`${paint('green', '✔')} ${paint('bold', name)} is for ${who}`);
  };
  command
    .command('grant')
    .summary('let functions have a secret')
    .description(
      'Lets functions have a secret. Their configuration then names it: fob set <function> --secret VARIABLE=<name>.',
    )
    .argument('<name>')
    .argument('<functions...>', 'names of functions, or beginnings of names such as shop-*')
    .action((name: string, given: string[], _options, self: Command) =>
      change(self, name, (functions) => [...new Set([...functions, ...given])]),
    );
  command
    .command('revoke')
    .summary('take a secret back from functions')
    .description(
      'Takes a secret back: warm sandboxes that have it end, and the functions cannot be started with it any more.',
    )
    .argument('<name>')
    .argument('<functions...>', 'as they were granted')
    .action((name: string, given: string[], _options, self: Command) =>
      change(self, name, (functions) => functions.filter((each) => !given.includes(each))),
    );
}

function defineReading(command: Command): void {
  command
    .command('list')
    .summary('list secrets')
    .description('Lists secrets, without their values.')
    .action(async (_options, self: Command) => {
      const { secrets } = await (await clientOf(self)).json<{ secrets: SecretView[] }>('GET', '/v1/secrets');
      if (optionsOf(self).json) return printJson(secrets);
      if (secrets.length === 0) return note('no secrets yet: fob secret set <name>');
      const now = Date.now();
      printTable(
        [
          { title: 'SECRET', decorate: (cell) => paint('bold', cell), shrinkTo: 12 },
          { title: 'VERSION', align: 'right' },
          { title: 'SET', align: 'right' },
          { title: 'USED BY', shrinkTo: 12 },
          { title: 'FOR', shrinkTo: 8 },
          { title: 'DESCRIPTION', shrinkTo: 8, dropOrder: 1, hideEmpty: true },
        ],
        secrets.map(({ name, version, versions, usedBy, functions, description }) => [
          name,
          String(version),
          formatAge(Date.parse(versions.at(-1)?.createdAt ?? ''), now),
          [...new Set(usedBy.map((user) => user.function))].join(' ') || '-',
          functions.join(' ') || '-',
          description,
        ]),
      );
    });

  command
    .command('show')
    .summary('show versions and users of a secret')
    .description(
      'Shows which versions a secret has, who set them and when, and which functions use it. Nothing shows its value.',
    )
    .argument('<name>')
    .action(async (name: string, _options, self: Command) => {
      const view = await (await clientOf(self)).json<SecretView>('GET', pathOf(name));
      if (optionsOf(self).json) return printJson(view);
      const now = Date.now();
      printPairs([
        ['name', view.name],
        ...(view.description === '' ? [] : [['description', view.description] as const]),
        ['for', view.functions.join(', ') || 'no function, but by an execution role'],
        ['used by', view.usedBy.map(userInWords).join('\n') || 'no function'],
      ]);
      print('');
      printTable(
        [
          { title: 'VERSION', align: 'right' },
          { title: 'SET' },
          { title: 'BY', shrinkTo: 8 },
          { title: 'BYTES', align: 'right' },
          { title: 'NOTE', shrinkTo: 8, hideEmpty: true },
        ],
        view.versions
          .toReversed()
          .map(({ version, createdAt, by, bytes, redacted, restoredFrom }) => [
            String(version),
            formatAgo(Date.parse(createdAt), now),
            by,
            formatBytes(bytes),
            [restoredFrom === undefined ? '' : `as ${restoredFrom}`, redacted ? '' : 'too short to be redacted']
              .filter((part) => part !== '')
              .join(', '),
          ]),
      );
    });
}

function defineRemoving(command: Command): void {
  command
    .command('rollback')
    .summary('bring back the value of an earlier version')
    .description(
      'Makes a new version with the value of an earlier one: the one before the last, or the one that is named.',
    )
    .argument('<name>', 'or <name>@<version>')
    .option('--to <version>', 'whose value', wholeNumber('--to', 1))
    .option('--recycle', 'end the warm sandboxes of functions that use it, so that they start with it')
    .action(async (text: string, _options, self: Command) => {
      const { to, recycle, json } = optionsOf<{ to?: number; recycle?: boolean }>(self);
      const { name, version = to } = parseSecretReference(text);
      const client = await clientOf(self);
      const view = await sendJson<SecretView>(client, 'POST', pathOf(name, '/rollback'), { version });
      const recycled = recycle ? await client.json<Recycled>('POST', pathOf(name, '/recycle')) : undefined;
      if (json) return printJson(view);
      const last = view.versions.at(-1);
      print(
        `${paint('green', '✔')} ${paint('bold', name)} has version ${view.version} now, with the value of version ${last?.restoredFrom}`,
      );
      if (recycled !== undefined) note(inWords(recycled));
      else if (view.usedBy.length > 0)
        note(`functions get it when they are started next; now: fob secret recycle ${name}`);
    });

  command
    .command('recycle')
    .summary('have functions start anew with the newest value')
    .description('Ends the sandboxes of functions that use a secret, each when what it runs is done.')
    .argument('<name>')
    .action(async (name: string, _options, self: Command) => {
      const recycled = await (await clientOf(self)).json<Recycled>('POST', pathOf(name, '/recycle'));
      if (optionsOf(self).json) return printJson(recycled);
      print(`${paint('green', '✔')} ${inWords(recycled)}`);
    });

  command
    .command('rm')
    .summary('remove secrets')
    .description('Removes secrets with all of their versions. One that functions use is removed only with --force.')
    .argument('<names...>')
    .option('--force', 'also where functions use it; they cannot be started then')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'secret',
        hint: 'fob secret list shows them',
        remove: (client, name) => {
          const { force } = optionsOf<{ force?: boolean }>(self);
          return client.json('DELETE', pathOf(name), { query: { force } });
        },
      }),
    );
}

function defineKey(command: Command): void {
  command
    .command('rotate-key')
    .summary('seal everything with a new key')
    .description(
      'Makes a new key and seals everything with it anew: secrets, access keys and what triggers keep. The node goes on running. The old key is removed a minute later. A backup from before can be read only with the secret.key of its time: keep that, if you keep the backup.',
    )
    .action(async (_options, self: Command) => {
      const state = await (await clientOf(self)).json<{ key: string; oldKeys: string[]; resealed: number }>(
        'POST',
        '/v1/vault/rotate',
      );
      if (optionsOf(self).json) return printJson(state);
      print(
        `${paint('green', '✔')} the key ${state.key} seals from now on; ${count(state.resealed, 'document')} sealed anew`,
      );
      note('the old key is removed in a minute; keep a copy of secret.key beside your next backup');
    });
}

function inWords({ functions, sandboxes }: Recycled): string {
  if (functions.length === 0) return 'no function uses it';
  const many = sandboxes === 1 ? '1 sandbox' : `${sandboxes} sandboxes`;
  return `${many} of ${functions.join(', ')} ${sandboxes === 1 ? 'ends' : 'end'} when idle`;
}

function userInWords({ function: name, variable, version, granted }: SecretView['usedBy'][number]): string {
  const which = version === undefined ? '' : ` (version ${version})`;
  return `${name} as ${variable}${which}${granted ? '' : ': not granted, so that it cannot be started'}`;
}
