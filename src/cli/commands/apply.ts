import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { harmless } from '../../model/harmless.ts';
import { problemOf } from '../../project/api.ts';
import { applyPlan } from '../../project/apply.ts';
import { isEmpty, type Plan, type Step } from '../../project/plan.ts';
import { planDocument, renderPlan } from '../../project/render.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { conflictOf } from '../conflict.ts';
import { EXIT, Failure } from '../failure.ts';
import { count } from '../human.ts';
import { note, Progress, paint, print, printJson } from '../output.ts';
import { loadPlan, type ProjectOptions, projectApi, statedOrigin } from '../project-file/load.ts';
import { addProjectOptions } from '../project-file/options.ts';

interface ApplyOptions extends ProjectOptions {
  readonly yes?: boolean;
  readonly message?: string;
}

const DOING = { create: 'creating', change: 'changing', remove: 'removing', keep: 'keeping' } as const;

export function define(command: Command): void {
  addProjectOptions(command)
    .description(
      'Shows what fob plan shows, asks, and then makes functions, triggers and services as the project file says, in an ' +
        'order that works. What the file no longer names is removed where the project made it. Stops at the first failure ' +
        'and says what was done; applying again goes on from there.',
    )
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .option('-m, --message <text>', 'what is to be said of these versions')
    .addHelpText('after', examples(['fob apply', ''], ['fob apply --env prod --yes -m "release 12"', 'in a pipeline']))
    .action(async (_options, self: Command) => {
      const options = optionsOf<ApplyOptions>(self);
      const client = await clientOf(self);
      const api = projectApi(client);
      const stated = statedOrigin(options.message);
      const plan = await loadPlan(api, options, stated);
      const quiet = options.json === true;
      if (!quiet) print(renderPlan(plan, paint).join('\n'));
      if (isEmpty(plan) && isRemembered(plan)) {
        if (quiet) printJson({ ...(planDocument(plan) as object), done: [] });
        return;
      }
      if (!isEmpty(plan) && options.yes !== true) await ask(plan, quiet);
      const progress = new Progress({ quiet });
      const { done, left, failed } = await applyPlan(plan, {
        api,
        stated: await stated(plan.folder),
        origin: stated,
        tell: (line) => progress.line(harmless(line)),
        onStep(step, state) {
          if (state === 'begins') progress.step(`${DOING[step.action]} ${thing(step)}`);
          else if (state === 'failed') progress.fail();
          else progress.done();
        },
      });
      const names = (steps: readonly Step[]) =>
        steps.map(({ section, name, action }) => ({ section: section.key, name, action }));
      if (failed !== undefined) {
        const { step, error } = failed;
        const failure = failureOf(error);
        const before = done.length === 0 ? 'nothing was done before' : `done before: ${done.map(thing).join(', ')}`;
        const after = left.length === 0 ? '' : `; left: ${left.map(thing).join(', ')}`;
        const conflict = conflictOf(problemOf(error));
        const both = conflict === undefined ? '' : `${conflict}\n`;
        throw new Failure(failure.exitCode, `${DOING[step.action]} ${thing(step)}: ${failure.message}`, {
          hint: `${both}${before}${after}; fob apply goes on from there`,
          body: {
            ...(problemOf(error) ?? { detail: failure.message }),
            failed: names([step])[0],
            done: names(done),
            left: names(left),
          },
          cause: error,
        });
      }
      if (quiet) printJson({ ...(planDocument(plan) as object), done: names(done) });
      else if (done.length > 0) print(`${paint('green', '✔')} ${count(done.length, 'thing')} done`);
    });
}

function thing({ section, name }: Step): string {
  return `${section.noun} ${name}`;
}

/** Whether the node remembers already all that the file names, and nothing else. */
function isRemembered({ steps, before }: Plan): boolean {
  const known = Object.values(before?.applied ?? {}).flatMap((things) => Object.keys(things));
  return steps.every(({ adopts }) => !adopts) && known.length === steps.length;
}

async function ask(plan: Plan, quiet: boolean): Promise<void> {
  if (quiet || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Failure(EXIT.usage, 'there is no terminal to ask on: say --yes to apply the plan', {
      hint: 'fob plan shows it and changes nothing',
    });
  }
  const removes = plan.steps.filter(({ action }) => action === 'remove').length;
  const question = removes === 0 ? 'Apply?' : `Apply, and remove ${count(removes, 'thing')}?`;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close());
  if (/^y(es)?$/i.test(answer.trim())) return;
  note('nothing was changed');
  throw new Failure(EXIT.interrupted, 'not applied');
}

/** What a step threw, with the exit code that says whose fault it is. */
function failureOf(error: unknown): { exitCode: Failure['exitCode']; message: string } {
  if (error instanceof Failure) return error;
  const log = problemOf(error)?.log;
  const message = error instanceof Error ? error.message : String(error);
  return { exitCode: EXIT.refused, message: typeof log === 'string' ? `${message}\n${harmless(log)}` : message };
}
