import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { PolicyRules, PolicyViolation } from '../../model/policy.ts';
import { functionPath } from '../api.ts';
import type { NodeClient } from '../client.ts';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { functionName } from '../deploy/upload.ts';
import { EXIT, Failure } from '../failure.ts';
import { addFunctionOptions, configOf, type FunctionOptions } from '../function-options.ts';
import { gitOriginOf } from '../git-origin.ts';
import { note, paint, print, printJson, printTable, warn } from '../output.ts';
import { sendJson } from '../send-json.ts';
import { rulesInWords } from './options.ts';
import { modeColour } from './view.ts';

interface Verdict {
  readonly policies: readonly string[];
  readonly allowed: boolean;
  readonly violations: readonly PolicyViolation[];
  readonly warnings: readonly string[];
  readonly limits: PolicyRules;
}

/** `fob policy check`: what a deployment would be told, before there is one. */
export function defineCheck(command: Command): void {
  addFunctionOptions(
    command
      .command('check')
      .summary('say what a deployment would be told')
      .description(
        'Says which policies hold for a file, a folder or a function, and what of them is broken, without deploying: as it stands, or with the settings that are given. The exit code is 5 where a deployment would be refused.',
      )
      .argument('<path or function>', 'a file or folder as fob deploy takes it, or the name of a function'),
  )
    .option('--name <name>', 'name of the function; default: from the file or folder')
    .addHelpText(
      'after',
      examples(
        ['fob policy check ./shop', 'as it would be deployed now, with its commit'],
        ['fob policy check shop --memory 1g', 'the function, with more memory'],
      ),
    )
    .action(async (what: string, _options, self: Command) => {
      const options = optionsOf<FunctionOptions & { name?: string }>(self);
      const isPath = existsSync(what);
      const name = isPath ? functionName(what, options.name) : (options.name ?? what);
      const client = await clientOf(self);
      if (!isPath && options.name === undefined) await assertThere(client, what);
      const git = isPath ? await gitOriginOf(what) : undefined;
      const verdict = await sendJson<Verdict>(client, 'POST', '/v1/policies/check', {
        function: name,
        config: configOf(options),
        // Code that is not in Git comes from nowhere; a function that is only configured keeps where it is from.
        ...(isPath && { origin: git === undefined ? {} : { git } }),
      });
      if (!verdict.allowed) process.exitCode = EXIT.refused;
      if (options.json) return printJson(verdict);
      show(name, verdict);
    });
}

/** A slip in a path would be told that nothing forbids it. Whether there is a function that one may not read is not told. */
async function assertThere(client: NodeClient, what: string): Promise<void> {
  try {
    await client.json('GET', functionPath(what));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { exitCode } = error;
    if (exitCode === EXIT.refused) return;
    if (exitCode !== EXIT.notFound && exitCode !== EXIT.usage) throw error;
    throw new Failure(EXIT.notFound, `there is no file, folder or function "${what}"`, {
      hint: `what a new one would be told: fob policy check <path> --name <name>`,
      cause: error,
    });
  }
}

function show(name: string, { policies, allowed, violations, warnings, limits }: Verdict): void {
  if (policies.length === 0) note(`no policy holds for ${name}`);
  else note(`policies that hold for ${name}: ${policies.join(', ')}`);
  const words = rulesInWords(limits);
  if (words !== '') note(`together they allow: ${words}`);
  if (violations.length > 0) {
    printTable(
      [
        { title: 'POLICY', decorate: (cell) => paint('bold', cell), shrinkTo: 8 },
        { title: 'MODE', decorate: modeColour },
        { title: 'RULE', dropOrder: 1 },
        { title: 'WHAT IS WRONG', shrinkTo: 20 },
      ],
      violations.map(({ policy, mode, rule, message }) => [policy, mode, rule, message]),
    );
  }
  for (const text of warnings) if (!violations.some(({ message }) => text.endsWith(message))) warn(text);
  print(
    allowed
      ? `${paint('green', '✔')} ${paint('bold', name)} may be deployed so`
      : `${paint('red', '✘')} ${paint('bold', name)} would be refused`,
  );
}
