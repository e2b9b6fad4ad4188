import type { Command } from 'commander';
import { clientOf, examples, optionsOf } from '../command-line.ts';
import { formatAge } from '../human.ts';
import { note, paint, print, printJson, printTable, warn } from '../output.ts';
import { defineCheck } from '../policy/check.ts';
import { addPolicyOptions, type PolicyOptions, policyOf, rulesInWords, scopeInWords } from '../policy/options.ts';
import { type FunctionViolations, type PolicyView, policyPath, printPolicy, printViolations } from '../policy/view.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';

interface Changed {
  readonly policy: PolicyView;
  readonly violations: readonly FunctionViolations[];
}

export function define(command: Command): void {
  command
    .description(
      'Policies: what the infrastructure team demands of functions. They are checked whenever a function is deployed or configured. Functions that are there already go on running. A policy with which nothing could be deployed any more is refused.',
    )
    .addHelpText(
      'after',
      examples(
        ['fob policy set size --max-memory 512 --max-timeout 1m', 'for all functions'],
        ['fob policy set live --match "live-*" --git clean,pushed,tagged', 'for some, by name'],
        ['fob policy set owned --require-owner --require-tag cost-centre --warn', 'tells, and lets pass'],
        ['fob policy set size --max-memory 256 --dry-run', 'which functions would break it'],
        ['fob policy check ./shop --memory 1g', 'what a deployment would be told'],
        ['fob policy violations', ''],
        ['fob policy undo size', 'puts back what stood before'],
      ),
    );
  defineSet(command);
  defineReading(command);
  defineCheck(command);
  defineRemoving(command);
}

function defineSet(command: Command): void {
  addPolicyOptions(command.command('set'))
    .summary('make or replace a policy')
    .description(
      'Makes a policy, or replaces one as a whole, and tells which functions break it as they stand. From options, or from a file in YAML or JSON as fob policy show --json prints it.',
    )
    .argument('<name>')
    .option('--file <path>', 'scope, rules, mode and message from a file; - for standard input')
    .option('--dry-run', 'change nothing: only tell which functions would break it')
    .action(async (name: string, _options, self: Command) => {
      const options = optionsOf<PolicyOptions & { dryRun?: boolean }>(self);
      const body = await policyOf(options);
      const client = await clientOf(self);
      const query = options.dryRun ? '?dryRun=true' : '';
      const changed = await sendJson<Changed>(client, 'PUT', `${policyPath(name)}${query}`, body);
      tell(self, changed, options.dryRun ? 'would hold' : 'holds from now on');
    });
}

function tell(self: Command, { policy, violations }: Changed, what: string): void {
  if (optionsOf(self).json) return printJson({ policy, violations });
  print(`${paint('green', '✔')} the policy ${paint('bold', policy.name)} ${what}: ${rulesInWords(policy.rules)}`);
  if (violations.length === 0) return note('no function breaks it');
  warn(
    `${violations.length === 1 ? '1 function breaks' : `${violations.length} functions break`} it; they go on running as they are`,
  );
  printViolations(violations);
}

function defineReading(command: Command): void {
  command
    .command('list')
    .summary('list policies')
    .description('Lists policies.')
    .action(async (_options, self: Command) => {
      const { policies } = await (await clientOf(self)).json<{ policies: PolicyView[] }>('GET', '/v1/policies');
      if (optionsOf(self).json) return printJson(policies);
      if (policies.length === 0) return note('no policies yet: fob policy set <name> --max-memory 512');
      const now = Date.now();
      printTable(
        [
          { title: 'POLICY', decorate: (cell) => paint('bold', cell), shrinkTo: 12 },
          { title: 'MODE', decorate: (cell, mode) => (mode === 'warn' ? paint('yellow', cell) : cell) },
          { title: 'FOR', shrinkTo: 10 },
          { title: 'RULES', shrinkTo: 16, wraps: true },
          { title: 'CHANGED', align: 'right', dropOrder: 2 },
          { title: 'BY', shrinkTo: 8, dropOrder: 3 },
        ],
        policies.map(({ name, mode, scope, rules, updatedAt, by }) => [
          ...[name, mode, scopeInWords(scope), rulesInWords(rules)],
          ...[formatAge(Date.parse(updatedAt), now), by],
        ]),
      );
    });

  command
    .command('show')
    .summary('show a policy')
    .description('Shows a policy: whom it is about, and what it demands.')
    .argument('<name>')
    .action(async (name: string, _options, self: Command) => {
      const policy = await (await clientOf(self)).json<PolicyView>('GET', policyPath(name));
      if (optionsOf(self).json) return printJson(policy);
      printPolicy(policy);
    });

  command
    .command('violations')
    .summary('list functions that break policies')
    .description(
      'Lists functions that break policies as they stand. They go on running; their next deployment or change is refused where the policy is enforced.',
    )
    .action(async (_options, self: Command) => {
      const { violations } = await (await clientOf(self)).json<{ violations: FunctionViolations[] }>(
        'GET',
        '/v1/policies/violations',
      );
      if (optionsOf(self).json) return printJson(violations);
      if (violations.length === 0) return note('no function breaks a policy');
      printViolations(violations);
    });
}

function defineRemoving(command: Command): void {
  command
    .command('undo')
    .summary('put back what stood before the last change')
    .description('Puts back the policy as it stood before its last change.')
    .argument('<name>')
    .action(async (name: string, _options, self: Command) => {
      const client = await clientOf(self);
      tell(self, await client.json<Changed>('POST', policyPath(name, '/undo')), 'is as it was before');
    });

  command
    .command('rm')
    .summary('remove policies')
    .description('Removes policies.')
    .argument('<names...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'policy',
        hint: 'fob policy list shows them',
        remove: (client, name) => client.json('DELETE', policyPath(name)),
      }),
    );
}
