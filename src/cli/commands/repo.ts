import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { closest } from '../../model/suggest.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration, parseDurationMs } from '../human.ts';
import { note, paint, print, printJson, printPairs } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import {
  type DeploymentView,
  followed,
  printRepositories,
  printRepository,
  type RepositoryView,
  shortCommit,
} from '../repository/view.ts';
import { sendJson } from '../send-json.ts';

interface SettingOptions {
  readonly branch?: string;
  readonly env?: string;
  readonly function?: string;
  readonly description?: string;
}

export function define(command: Command): void {
  command.description(
    'Git repositories on the node. What is pushed to one is deployed: as its fob.yaml says, else as one function. Others, ' +
      'elsewhere, are watched: a new commit of a branch, or a new tag, is deployed.',
  );
  defineMaking(command);
  defineShowing(command);
  defineCare(command);
}

function withSettings(command: Command): Command {
  return command
    .option('--env <name>', 'environment of its fob.yaml')
    .option('--function <name>', 'the function that the whole tree is, where it has no fob.yaml')
    .option('--description <text>');
}

function settingsOf({ branch, env, function: name, description }: SettingOptions): Record<string, string> {
  const given = { branch, environment: env, function: name, description };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function defineMaking(command: Command): void {
  withSettings(
    command
      .command('create')
      .summary('make a repository to push to')
      .description('Makes an empty repository. A push to its branch is deployed, and refused where that fails.')
      .argument('<repository>')
      .option('--branch <name>', 'the branch that deploys; default: main, or master where there is no main'),
  )
    .addHelpText(
      'after',
      examples(
        ['fob repo create app', ''],
        ['git remote add fob http://127.0.0.1:9999/git/app.git && git push fob main', ''],
      ),
    )
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<SettingOptions>(self);
      const made = await sendJson<RepositoryView>(client, 'PUT', pathOf(name), settingsOf(options), {
        'if-none-match': '*',
      });
      if (options.json) return printJson(made);
      print(`${paint('green', '✔')} ${paint('bold', name)} can be pushed to`);
      note(`next: git remote add fob ${client.url}${made.path} && git push fob ${made.branch || 'main'}`);
    });

  withSettings(
    command
      .command('watch')
      .summary('deploy from a repository elsewhere')
      .description(
        'Looks at a repository elsewhere now and then, and at once when its webhook calls: deploys new commits of a branch, or new tags.',
      )
      .argument('<repository>', 'what it is called here')
      .argument('<url>', 'https or http')
      .option('--branch <name>', 'the branch whose commits deploy; else the default one of the repository')
      .option('--tag <pattern>', "or tags, such as 'v*'")
      .option('--poll <duration>', 'how often it is looked at', '1m')
      .option('--credential <user:password>', 'or a token, where it is not public; @file reads it from a file'),
  )
    .addHelpText(
      'after',
      examples(
        ['fob repo watch shop https://github.com/ann/shop.git --branch main', ''],
        ["fob repo watch shop https://gitlab.com/ann/shop.git --tag 'v*' --credential @token.txt", ''],
      ),
    )
    .action(async (name: string, url: string, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<SettingOptions & { tag?: string; poll: string; credential?: string }>(self);
      const { branch, tag, poll, json } = options;
      if (branch !== undefined && tag !== undefined) throw new Failure(EXIT.usage, 'give --branch or --tag, not both');
      const watch = {
        url,
        ...(branch !== undefined && { branch }),
        ...(tag !== undefined && { tag }),
        pollMs: parseDurationMs(poll, '--poll'),
      };
      const { branch: _, ...settings } = settingsOf(options);
      const credential = await credentialOf(options.credential);
      const body = { ...settings, watch, ...(credential !== undefined && { credential }) };
      const made = await sendJson<RepositoryView>(client, 'PUT', pathOf(name), body);
      if (json) return printJson(made);
      const { hookPath, hookSecret } = made.watch!;
      const what = followed(made.watch!);
      print(
        `${paint('green', '✔')} ${paint('bold', name)} watches ${what} of ${url}, every ${formatDuration(watch.pollMs)}`,
      );
      if (hookSecret !== undefined) {
        printPairs([
          ['webhook', `${client.url}${hookPath}`],
          ['secret', hookSecret],
        ]);
        note('the secret is shown once; the webhook is optional, and makes a push be seen at once');
      }
      note(`next: fob repo show ${name}`);
    });

  withSettings(
    command
      .command('set')
      .summary('change the settings of a repository')
      .argument('<repository>')
      .option('--branch <name>', "the branch that deploys; '' for main or master"),
  ).action(async (name: string, _options, self: Command) => {
    const client = await clientOf(self);
    const options = optionsOf<SettingOptions>(self);
    const change = settingsOf(options);
    if (Object.keys(change).length === 0) throw new Failure(EXIT.usage, 'there is nothing to set: give an option');
    const changed = await aboutRepository(client, name, () =>
      sendJson<RepositoryView>(client, 'PUT', pathOf(name), change, { 'if-match': '*' }),
    );
    if (options.json) printJson(changed);
    else print(`${paint('green', '✔')} ${name} is changed`);
  });
}

function defineShowing(command: Command): void {
  command
    .command('list')
    .summary('list repositories')
    .action(async (_options, self: Command) => {
      const client = await clientOf(self);
      const all = await allRepositories(client);
      if (optionsOf(self).json) return printJson(all);
      if (all.length === 0) return note('there are no repositories; fob repo create <name> makes one to push to');
      printRepositories(all);
    });

  command
    .command('show')
    .summary('show a repository, and what was deployed from it')
    .argument('<repository>')
    .option('--log [deployment]', 'what its last deployment printed, or the one with this id')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const { log, json } = optionsOf<{ log?: string | true }>(self);
      if (log !== undefined) {
        const id = log === true ? 'last' : encodeURIComponent(log);
        const path = `${pathOf(name)}/deployments/${id}`;
        const one = await client.json<DeploymentView & { log: string }>('GET', path);
        if (json) printJson(one);
        else print(harmless(one.log.trimEnd()));
        return;
      }
      const view = await aboutRepository(client, name, () => client.json<RepositoryView>('GET', pathOf(name)));
      if (json) printJson(view);
      else printRepository(view, client.url);
    });
}

function defineCare(command: Command): void {
  command
    .command('look')
    .summary('look at a watched repository now')
    .description('Looks at a watched repository now, deploys what is new, and waits for that.')
    .argument('<repository>')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const view = await aboutRepository(client, name, () =>
        client.json<RepositoryView>('POST', `${pathOf(name)}/look`),
      );
      if (view.watch?.state === 'failing') {
        throw new Failure(EXIT.refused, view.watch.error ?? 'it failed', {
          hint: `what it printed: fob repo show ${name} --log`,
          body: view,
        });
      }
      if (optionsOf(self).json) return printJson(view);
      const last = view.deployments[0];
      const what = last === undefined ? '' : `: ${shortCommit(last.commit)} ${last.subject} is deployed`;
      print(`${paint('green', '✔')} ${name} is looked at${what}`);
    });

  command
    .command('rm')
    .summary('remove repositories')
    .description('Removes repositories with all that was pushed to them. What was deployed stays.')
    .argument('<repository...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'repository',
        remove: (client, name) => aboutRepository(client, name, () => client.json('DELETE', pathOf(name))),
      }),
    );
}

function pathOf(name: string): string {
  return `/v1/repositories/${encodeURIComponent(name)}`;
}

async function allRepositories(client: NodeClient): Promise<RepositoryView[]> {
  return (await client.json<{ repositories: RepositoryView[] }>('GET', '/v1/repositories')).repositories;
}

/** On a command line others may see it: a file, too, may hold it. */
async function credentialOf(given: string | undefined): Promise<string | undefined> {
  if (given === undefined || !given.startsWith('@')) return given;
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(given.slice(1), 'utf8').catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `--credential: ${given.slice(1)} cannot be read`, { cause });
  });
  return text.trim();
}

async function aboutRepository<T>(client: NodeClient, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== EXIT.notFound) throw error;
    const meant = closest(
      name,
      (await allRepositories(client).catch(() => [])).map((each) => each.name),
    );
    const hint = meant === undefined ? 'fob repo list shows all repositories' : `did you mean ${meant}?`;
    throw new Failure(EXIT.notFound, `there is no repository "${name}"`, { hint, body: error.body, cause: error });
  }
}
