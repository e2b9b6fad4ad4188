import type { Command } from 'commander';
import { aboutFunction, functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, collect, examples, optionsOf, wholeNumber } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { formatDuration, parseDurationMs } from '../human.ts';
import { note, paint, print, printJson } from '../output.ts';
import { ownCommand } from '../project.ts';
import { type AliasView, aliasPath, type ReleaseView, versionOf } from '../release/api.ts';
import { printRelease, printReleases } from '../release/show.ts';
import { parseSteps } from '../release/steps.ts';
import { sendJson } from '../send-json.ts';

interface StartOptions {
  readonly alias?: string;
  readonly to?: string;
  readonly steps?: string;
  readonly every?: string;
  readonly minCalls?: number;
  readonly maxErrors?: string;
  readonly maxLatency?: string;
  readonly minSlower?: string;
  readonly window?: string;
  readonly waitForCalls?: boolean;
  readonly alarm?: readonly string[];
  readonly wait?: boolean;
}

const LOOK_EVERY_MS = 1_000;

const EXAMPLES = examples(
  ['fob release hello --alias prod --to 4 --steps 10%/1m', 'ten percent more each minute'],
  ['fob release hello --alias prod --to 4 --steps 5,25,50,100 --every 2m', 'in steps'],
  ['fob release hello --alias prod --to latest --wait', 'for a pipeline: exit code 1 where it went back'],
  ['fob release show hello --alias prod', 'how it stands, and why it went back'],
  ['fob release pause hello --alias prod', 'also resume, abort, promote'],
);

export function define(command: Command): void {
  command
    .usage('[options] <function> --alias <alias> --to <version> | list | show | pause | resume | abort | promote')
    .description(
      'Releases a version gradually by an alias. The alias gives it more of its calls step by step, while both versions are ' +
        'compared; when the new one has more errors, takes longer, or an alarm fires, all calls go back to the old one at ' +
        'once, and the report says why.',
    )
    .addHelpText('after', `${EXAMPLES}\n\nfob release start --help shows the options of a release.`);
  defineStart(command);
  defineLooking(command);
  defineChanges(command);
}

function defineStart(command: Command): void {
  command
    .command('start', { isDefault: true })
    .summary('release a version gradually; the word start may be left out')
    .argument('<function>', 'name or id of the function')
    .option('--alias <alias>', 'the alias that callers name')
    .option('--to <version>', 'the version that is released; latest is the one that serves')
    .option('--steps <steps>', '10%/1m: ten percent more each minute; or shares such as 5,25,50,100; default: 10%/1m')
    .option('--every <time>', 'with shares: how long each of them holds; default: 1m')
    .option(
      '--min-calls <n>',
      'calls of the new version before it is judged; default: 10',
      wholeNumber('--min-calls', 1),
    )
    .option('--max-errors <points>', 'percentage points by which it may fail more often; default: 2')
    .option('--max-latency <factor>', 'how many times the old p90 its p90 may be; default: 1.5')
    .option('--min-slower <time>', 'an increase of the p90 below this never counts; default: 20ms')
    .option('--window <time>', 'over how long both are compared; default: 1m')
    .option('--wait-for-calls', 'a step holds until the new version had --min-calls calls in it')
    .option('--alarm <name>', 'an alarm that rolls back when it fires; may be given several times', collect)
    .option('--wait', 'wait for the end; exit code 1 where it was not promoted')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const options = optionsOf<StartOptions>(self);
      const { alias, to } = options;
      if (alias === undefined || to === undefined)
        throw new Failure(EXIT.usage, 'a release wants --alias <alias> and --to <version>');
      const started = await aboutFunction(client, name, async () =>
        sendJson<ReleaseView>(client, 'POST', aliasPath(name, alias, '/release'), {
          to: await versionOf(client, name, to),
          ...parseSteps(options.steps, options.every),
          rules: rulesOf(options),
        }),
      );
      if (options.wait) return waitForEnd(client, started, options.json === true);
      if (options.json) return printJson(started);
      print(
        `${paint('green', '✔')} version ${started.to} gets ${started.percent}% of ${paint('bold', `${started.function}:${alias}`)}, and all of it after ${formatDuration(started.everyMs * (started.steps.length - 1))}`,
      );
      note(`follow it with: ${ownCommand()} release show ${name} --alias ${alias}`);
    });
}

function rulesOf(options: StartOptions): Record<string, unknown> {
  const { minCalls, maxErrors, maxLatency, minSlower, window, waitForCalls, alarm } = options;
  return {
    ...(minCalls !== undefined && { minCalls }),
    ...(maxErrors !== undefined && { maxErrorIncrease: numberOf('--max-errors', maxErrors) }),
    ...(maxLatency !== undefined && { maxLatencyFactor: numberOf('--max-latency', maxLatency) }),
    ...(minSlower !== undefined && { minLatencyIncreaseMs: parseDurationMs(minSlower, '--min-slower') }),
    ...(window !== undefined && { windowMs: parseDurationMs(window, '--window') }),
    ...(waitForCalls && { waitForCalls }),
    ...(alarm !== undefined && { alarms: alarm }),
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new Failure(EXIT.usage, `${option}: "${text}" is no number`);
}

async function waitForEnd(client: NodeClient, started: ReleaseView, isJson: boolean): Promise<void> {
  const path = aliasPath(started.function, started.alias, '/release');
  let shown = -1;
  for (;;) {
    const release = await client.json<ReleaseView>('GET', path);
    if (release.id !== started.id) throw new Failure(EXIT.refused, 'another release has taken its place');
    if (release.percent !== shown && !isJson) note(`version ${release.to} gets ${release.percent}%`);
    shown = release.percent;
    if (release.state !== 'running' && release.state !== 'paused') {
      if (isJson) printJson(release);
      else printRelease(release);
      if (release.state !== 'promoted') process.exitCode = EXIT.functionFailed;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function defineLooking(command: Command): void {
  command
    .command('list')
    .summary('list releases')
    .description(
      'Lists releases, newest first: of a function all that are kept, of all functions the last one by each alias.',
    )
    .argument('[function]')
    .action(async (name: string | undefined, _options, self: Command) => {
      const client = await clientOf(self);
      const path = name === undefined ? '/v1/releases' : functionPath(name, '/releases');
      const read = () => client.json<{ releases: ReleaseView[] }>('GET', path);
      const { releases } = name === undefined ? await read() : await aboutFunction(client, name, read);
      if (optionsOf(self).json) return printJson(releases);
      if (releases.length === 0)
        return note(`no releases yet: fob release ${name ?? '<function>'} --alias <alias> --to <version>`);
      printReleases(releases);
    });
  command
    .command('show')
    .summary('show a release: how it stands, and why it ended')
    .description('Shows the release by an alias that is under way, or the last one, with the numbers of both versions.')
    .argument('<function>')
    .option('--alias <alias>', 'the alias; may be left out where the function has just one')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      const alias = await aliasOf(client, name, self);
      const release = await aboutFunction(client, name, () =>
        client.json<ReleaseView>('GET', aliasPath(name, alias, '/release')),
      );
      if (optionsOf(self).json) return printJson(release);
      printRelease(release);
    });
}

const CHANGES = {
  pause: { summary: 'hold a release at its step', done: 'is held at' },
  resume: { summary: 'let a release go on', done: 'goes on at' },
  abort: { summary: 'give a release up: all calls go to the old version', done: 'is given up: it gets' },
  promote: { summary: 'end a release: all calls go to the new version now', done: 'is promoted: it gets' },
} as const;

function defineChanges(command: Command): void {
  for (const [change, { summary, done }] of Object.entries(CHANGES)) {
    command
      .command(change)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .argument('<function>')
      .option('--alias <alias>', 'the alias; may be left out where the function has just one')
      .action(async (name: string, _options, self: Command) => {
        const client = await clientOf(self);
        const alias = await aliasOf(client, name, self);
        const release = await aboutFunction(client, name, () =>
          sendJson<ReleaseView>(client, 'POST', aliasPath(name, alias, `/release/${change}`), {}),
        );
        if (optionsOf(self).json) return printJson(release);
        print(
          `${paint('green', '✔')} version ${release.to} ${done} ${release.percent}% of ${release.function}:${alias}`,
        );
      });
  }
}

/** The alias that is said, or the only one that there is. */
async function aliasOf(client: NodeClient, name: string, self: Command): Promise<string> {
  const { alias } = optionsOf<{ alias?: string }>(self);
  if (alias !== undefined) return alias;
  const { aliases } = await aboutFunction(client, name, () =>
    client.json<{ aliases: AliasView[] }>('GET', functionPath(name, '/aliases')),
  );
  const released = aliases.filter(({ release }) => release !== undefined);
  const only = released.length === 1 ? released[0] : aliases.length === 1 ? aliases[0] : undefined;
  if (only !== undefined) return only.name;
  throw new Failure(
    EXIT.usage,
    aliases.length === 0
      ? `"${name}" has no aliases`
      : `which alias? --alias ${aliases.map((each) => each.name).join(', --alias ')}`,
  );
}
