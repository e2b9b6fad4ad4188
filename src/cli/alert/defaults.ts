import type { Command } from 'commander';
import { type DefaultChange, SEVERITIES, type Severity } from '../../model/alert.ts';
import { clientOf, examples, oneOf, optionsOf } from '../command-line.ts';
import { EXIT, Failure } from '../failure.ts';
import { parseDurationMs } from '../human.ts';
import { note, paint, print, printJson, printPairs } from '../output.ts';
import { sendJson } from '../send-json.ts';
import { alertPath, type DefaultsAnswer } from './api.ts';

interface ScopeOptions {
  readonly function?: string;
  readonly owner?: string;
  readonly tag?: string;
}

interface ChangeOptions extends ScopeOptions {
  readonly when?: string;
  readonly criticalWhen?: string;
  readonly severity?: Severity;
  readonly repeat?: string;
  readonly resolveAfter?: string;
  readonly off?: boolean;
  readonly on?: boolean;
}

/** What every function has without a rule. */
export function defineDefaults(command: Command): void {
  const defaults = command
    .command('defaults')
    .summary('what every function is watched for')
    .description(
      'What every function is watched for: for all, by tag, by owner, by function; the more special one counts.',
    );

  defaults
    .command('list', { isDefault: true })
    .summary('list the default rules')
    .description('Lists the default rules as they are for all functions or for one, and what was changed of them.')
    .argument('[function]', 'as they are for this one')
    .action(async (name: string | undefined, _options, self: Command) => {
      const query = name === undefined ? '' : `?${new URLSearchParams({ function: name })}`;
      const answer = await (await clientOf(self)).json<DefaultsAnswer>('GET', `${alertPath('defaults')}${query}`);
      if (optionsOf(self).json) return printJson(answer);
      printPairs(
        answer.defaults.map(({ name: rule, enabled, when, severity, criticalWhen }) => {
          if (!enabled) return [rule, 'off'] as const;
          const graver = criticalWhen === undefined ? '' : `\ncritical: ${criticalWhen}`;
          return [rule, `${severity}: ${when}${graver}`] as const;
        }),
      );
      for (const { scope, rules } of answer.changes) note(`changed for ${scope}: ${Object.keys(rules).join(', ')}`);
    });

  addScope(
    defaults
      .command('set')
      .summary('change a default rule')
      .description('Changes a default rule for all functions, or for some.')
      .argument('<rule>'),
  )
    .option('--when <condition>', 'when it fires')
    .option('--critical-when <condition>', 'when it is critical; "" for never')
    .option('--severity <severity>', `${SEVERITIES.join(', ')}; default: warning`, oneOf('--severity', SEVERITIES))
    .option('--repeat <duration>', 'told again after so long; 0 never')
    .option('--resolve-after <duration>', 'how long it must be well')
    .option('--off', 'switch it off')
    .option('--on', 'switch it on')
    .addHelpText(
      'after',
      examples(
        ["fob alert defaults set errors --when 'errors / invocations > 1% over 5m' --owner team-a", ''],
        ['fob alert defaults set lag --off --tag kind=batch', ''],
      ),
    )
    .action(async (rule: string, _options, self: Command) => {
      const options = optionsOf<ChangeOptions>(self);
      const { when, criticalWhen, severity, repeat, resolveAfter, off, on } = options;
      const change: DefaultChange = {
        ...(when !== undefined && { when }),
        ...(criticalWhen !== undefined && { criticalWhen }),
        ...(severity !== undefined && { severity }),
        ...(repeat !== undefined && { repeatMs: parseDurationMs(repeat, '--repeat') }),
        ...(resolveAfter !== undefined && { resolveAfterMs: parseDurationMs(resolveAfter, '--resolve-after') }),
        ...(off === true && { enabled: false }),
        ...(on === true && { enabled: true }),
      };
      if (Object.keys(change).length === 0)
        throw new Failure(EXIT.usage, 'say what changes: --when, --critical-when, --severity, --off …');
      const scope = scopeOf(options);
      await sendJson(await clientOf(self), 'PUT', alertPath('defaults'), { scope, rule, change });
      if (options.json) return printJson({ scope, rule, change });
      print(`${paint('green', '✔')} the default ${paint('bold', rule)} is changed for ${scope}`);
    });

  addScope(
    defaults
      .command('reset')
      .summary('take changes back')
      .description('Takes back what was changed of one default rule, or of all.')
      .argument('[rule]'),
  ).action(async (rule: string | undefined, _options, self: Command) => {
    const options = optionsOf<ScopeOptions>(self);
    const scope = scopeOf(options);
    const query = new URLSearchParams({ scope, ...(rule !== undefined && { rule }) });
    await (await clientOf(self)).json('DELETE', `${alertPath('defaults')}?${query}`);
    if (options.json) return printJson({ scope, rule });
    print(`${paint('green', '✔')} ${rule ?? 'every default'} is again for ${scope} what it was`);
  });
}

function addScope(command: Command): Command {
  return command
    .option('--function <name>', 'for this function')
    .option('--owner <owner>', 'for functions of this owner')
    .option('--tag <name=value>', 'for functions with this tag');
}

function scopeOf({ function: name, owner, tag }: ScopeOptions): string {
  const scopes = [name && `function:${name}`, owner && `owner:${owner}`, tag && `tag:${tag}`].filter(
    (scope) => scope !== undefined,
  );
  if (scopes.length > 1) throw new Failure(EXIT.usage, 'only one of --function, --owner and --tag can be given');
  return scopes[0] || 'all';
}
