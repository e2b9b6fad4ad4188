import type { Command } from 'commander';
import type { Check } from '../../model/machine.ts';
import type { Settings } from '../../model/settings.ts';
import { readSettings } from '../../settings.ts';
import { examples, optionsOf } from '../command-line.ts';
import { EXIT } from '../failure.ts';
import { machineChecks } from '../machine/checks.ts';
import { Progress, paint, print, printJson, printTable } from '../output.ts';

const SIGNS = { ok: '✔ ok', weaker: '! weaker', missing: '✘ missing' } as const;
const COLOURS = { ok: 'green', weaker: 'yellow', missing: 'red' } as const;

export function define(command: Command): void {
  command
    .description(
      'Explains what works on this machine, what is weaker or missing, why, and what to do about it. The exit code is 0 ' +
        'when functions can run here.',
    )
    .option('--port <port>', 'the port that a node would take')
    .option('--host <host>', 'the address that a node would take')
    .option('--data <folder>', 'the data folder that a node would take')
    .option('--sandbox <kind>', 'how functions would be isolated')
    .addHelpText('after', examples(['fob doctor', ''], ['fob doctor --json | jq .functionsCanRun', 'for scripts']))
    .action(async (_options, self: Command) => {
      const { json, ...given } = optionsOf<Partial<Record<keyof Settings, string>>>(self);
      const flags = Object.fromEntries(
        (['port', 'host', 'data', 'sandbox', 'token'] as const).flatMap((name) =>
          given[name] === undefined ? [] : [[name, given[name]]],
        ),
      );
      const settings = readSettings({ flags, environment: process.env });
      const progress = new Progress({ quiet: json === true });
      progress.step('looking at this machine');
      const { checkParts } = await import('../../checks.ts');
      const [machine, parts] = await Promise.all([machineChecks(settings), checkParts(settings)]);
      progress.done();
      const checks = [...machine, ...parts.checks];
      const functionsCanRun = parts.functionsCanRun && machine.every((check) => check.state !== 'missing');
      if (json) printJson({ functionsCanRun, checks });
      else printChecks(checks, functionsCanRun);
      process.exitCode = functionsCanRun ? EXIT.ok : EXIT.refused;
    });
}

function printChecks(checks: readonly Check[], functionsCanRun: boolean): void {
  printTable(
    [
      { title: 'WHAT' },
      { title: 'STATE', decorate: (cell, sign) => paint(colourOf(sign), cell) },
      { title: 'WHY', shrinkTo: 24, wraps: true },
    ],
    checks.map((check) => [check.name, SIGNS[check.state], check.summary]),
  );
  const wanting = checks.filter((check) => check.remedy !== undefined && check.state !== 'ok');
  if (wanting.length > 0) {
    print('\nWhat to do:');
    for (const check of wanting) print(`  ${check.name}: ${check.remedy}`);
  }
  print(functionsCanRun ? '\nFunctions can run on this machine.' : '\nFunctions cannot run on this machine yet.');
}

function colourOf(sign: string): 'green' | 'yellow' | 'red' {
  const state = (Object.keys(SIGNS) as (keyof typeof SIGNS)[]).find((each) => SIGNS[each] === sign);
  return COLOURS[state ?? 'missing'];
}
