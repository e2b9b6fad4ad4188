import type { Command } from 'commander';
import { type AlertRule, SEVERITIES, type Severity } from '../../model/alert.ts';
import { demand } from '../../project/api.ts';
import { clientOf, collect, examples, oneOf, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { parseDurationMs } from '../human.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';
import { removeEach } from '../remove-each.ts';
import { sendJson } from '../send-json.ts';
import { alertPath, paintSeverity, type RuleAnswer } from './api.ts';

interface RuleOptions {
  readonly when?: string;
  readonly criticalWhen?: string;
  readonly severity?: Severity;
  readonly function?: string;
  readonly owner?: string;
  readonly tag?: string;
  readonly notify?: readonly string[];
  readonly repeat?: string;
  readonly resolveAfter?: string;
  readonly hysteresis?: string;
  readonly description?: string;
  readonly off?: boolean;
  readonly on?: boolean;
}

/** Rules of one's own. */
export function defineRules(command: Command): void {
  addOptions(
    command
      .command('add')
      .summary('add a rule')
      .description('Adds a rule: a condition, of which functions, and who is told.')
      .argument('<rule>', 'its name')
      .addHelpText(
        'after',
        examples(
          ["fob alert add pay-errors --function pay --when 'errors / invocations > 5% over 5m' --notify slack:ops", ''],
          ["fob alert add slow --function 'api-*' --when 'p99(duration) > 2s over 10m for 2m' --severity critical", ''],
          ["fob alert add surge --owner team-a --when 'invocations > 3x before over 10m'", ''],
          ["fob alert add silent --function report --when 'no invocations for 1h'", ''],
          ["fob alert add full --when 'node.memory > 2GB'", 'about the node'],
        ),
      ),
  ).action(async (name: string, _options, self: Command) => {
    const options = optionsOf<RuleOptions>(self);
    if (options.when === undefined)
      throw new Failure(EXIT.usage, `say when it fires: --when 'errors / invocations > 5% over 5m'`);
    const client = await clientOf(self);
    const { rules } = await client.json<{ rules: RuleAnswer[] }>('GET', alertPath('rules'));
    if (rules.some((rule) => rule.name === name))
      throw new Failure(EXIT.refused, `there is a rule "${name}" already`, {
        hint: `change it: fob alert set ${name} …`,
      });
    const rule = await sendJson<RuleAnswer>(client, 'PUT', alertPath('rules', name), ruleOf(options, {}), demand(0));
    if (options.json) return printJson(rule);
    print(`${paint('green', '✔')} the rule ${paint('bold', name)} fires when ${rule.when}, ${aboutOf(rule)}`);
  });

  addOptions(
    command
      .command('set')
      .summary('change a rule')
      .description('Changes a rule; what is not given stays as it is.')
      .argument('<rule>'),
  ).action(async (name: string, _options, self: Command) => {
    const options = optionsOf<RuleOptions>(self);
    const client = await clientOf(self);
    const {
      name: _n,
      createdAtMs: _c,
      by: _b,
      firing: _f,
      revision,
      ...current
    } = await client.json<RuleAnswer>('GET', alertPath('rules', name));
    // Somebody else's change in between must not be lost.
    const path = alertPath('rules', name);
    const rule = await sendJson<RuleAnswer>(client, 'PUT', path, ruleOf(options, current), demand(revision));
    if (options.json) return printJson(rule);
    print(`${paint('green', '✔')} the rule ${paint('bold', name)} fires when ${rule.when}, ${aboutOf(rule)}`);
  });

  command
    .command('rules')
    .summary('list rules')
    .description('Lists rules that were added. What every function has: fob alert defaults list.')
    .action(async (_options, self: Command) => {
      const { rules } = await (await clientOf(self)).json<{ rules: RuleAnswer[] }>('GET', alertPath('rules'));
      if (optionsOf(self).json) return printJson(rules);
      if (rules.length === 0)
        return note(
          "no rules yet, beside the defaults (fob alert defaults list): fob alert add <rule> --function <name> --when '…'",
        );
      printTable(
        [
          { title: 'RULE', shrinkTo: 10, decorate: (cell) => paint('bold', cell) },
          {
            title: 'FIRES',
            align: 'right',
            decorate: (cell, value) => (value === '0' || value === 'off' ? cell : paint('red', cell)),
          },
          { title: 'SEVERITY', decorate: paintSeverity, dropOrder: 1 },
          { title: 'ABOUT', shrinkTo: 10 },
          { title: 'TELLS', shrinkTo: 6, hideEmpty: true },
          { title: 'WHEN', shrinkTo: 20, wraps: true },
        ],
        rules.map((rule) => [
          rule.name,
          rule.enabled === false ? 'off' : String(rule.firing.length),
          rule.severity ?? 'warning',
          aboutOf(rule).replace(/^of /, ''),
          rule.notify?.join(' ') ?? '',
          rule.when,
        ]),
      );
    });

  command
    .command('rm')
    .summary('remove rules')
    .description('Removes rules; what fires of them ends.')
    .argument('<rules...>')
    .action((names: string[], _options, self: Command) =>
      removeEach(names, self, {
        kind: 'rule',
        hint: 'fob alert rules shows them; a default is switched off: fob alert defaults set <rule> --off',
        remove: (client, name) => client.json('DELETE', alertPath('rules', name)),
      }),
    );
}

function addOptions(command: Command): Command {
  return command
    .option('--when <condition>', "such as 'errors / invocations > 5% over 5m for 2m'")
    .option('--critical-when <condition>', 'a graver condition that makes it critical; "" for none')
    .option('--severity <severity>', `${SEVERITIES.join(', ')}; default: warning`, oneOf('--severity', SEVERITIES))
    .option('--function <name>', 'each function of this name; * stands for any part')
    .option('--owner <owner>', 'each function of this owner')
    .option('--tag <name=value>', 'each function with this tag')
    .option('--notify <channel>', 'a channel that is told; may be given several times; default: as routed', collect)
    .option('--repeat <duration>', 'told again after so long; 0 never; default: 4h')
    .option('--resolve-after <duration>', 'how long it must be well; default: 2m')
    .option('--hysteresis <share>', 'how far below its limit is well; default: 0.2')
    .option('--description <text>', 'what to know and do; told with it')
    .option('--off', 'keep it, and do not watch')
    .option('--on', 'watch it again');
}

function ruleOf(options: RuleOptions, current: Partial<AlertRule>): Partial<AlertRule> {
  const { repeat, resolveAfter, hysteresis, off, on, ...rest } = options;
  const { when, criticalWhen, severity, function: name, owner, tag, notify, description } = rest;
  const given = { when, criticalWhen, severity, function: name, owner, tag, description };
  return {
    ...current,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<AlertRule>),
    ...(notify !== undefined && { notify: [...notify] }),
    ...(repeat !== undefined && { repeatMs: parseDurationMs(repeat, '--repeat') }),
    ...(resolveAfter !== undefined && { resolveAfterMs: parseDurationMs(resolveAfter, '--resolve-after') }),
    ...(hysteresis !== undefined && { hysteresis: share(hysteresis) }),
    ...(off === true && { enabled: false }),
    ...(on === true && { enabled: true }),
  };
}

function share(text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (value >= 0 && value <= 0.9) return value;
  throw new Failure(EXIT.usage, `--hysteresis: "${text}" is no share from 0 to 0.9: write 0.2 or 20%`);
}

function aboutOf({ function: name, owner, tag }: AlertRule): string {
  const parts = [name, owner && `owner ${owner}`, tag && `tag ${tag}`].filter(Boolean);
  return parts.length === 0 ? 'of the node' : `of ${parts.join(', ')}`;
}
