import { shellWord } from '../../ui/shell-words.ts';
import { triggerCommand } from '../../ui/trigger-form/trigger-form.tsx';
import { type Config, commandOf } from '../function/configuration/settings.ts';
import { accessOf, type Draft, type FunctionDraft, followedBy } from './draft.ts';
import { configOf, type PlanFacts, planOf, type Task } from './plan.ts';

/** What makes the same on the command line, a command a line. */
export function commandsOf(facts: PlanFacts): string[][] {
  const { draft } = facts;
  if (draft.start === 'blueprint' && draft.blueprint !== undefined && isUnchanged(draft)) {
    const set = Object.entries(draft.values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const folder = draft.parts.functions[0]!.name;
    return [
      ['new', draft.blueprint, folder, '--yes', ...set],
      ['apply', '--file', folder],
    ];
  }
  return planOf(facts).flatMap((task) => commandsOfTask(task, facts));
}

function commandsOfTask(task: Task, { draft, kinds }: PlanFacts): string[][] {
  switch (task.kind) {
    case 'source':
      return [[task.source.kind, 'create', task.source.name]];
    case 'key-values': {
      const { space, values } = draft.parts.keyValues[task.at]!;
      return Object.entries(values).map(([key, value]) => ['kv', 'set', space, key, value]);
    }
    case 'secret':
      return [['secret', 'set', draft.parts.secrets[task.at]!.name]];
    case 'role':
      return [['execution-role', 'create', task.name, ...task.grants.flatMap((grant) => ['--grant', grant])]];
    case 'function':
      return [deployCommand(draft, task.at)];
    case 'repository': {
      const followed = Object.entries(followedBy(draft.repository)).flatMap(([what, ref]) => [`--${what}`, ref]);
      const { name } = draft.parts.functions[0]!;
      return [
        ['repo', 'watch', name, draft.repository.url, ...followed],
        ['set', name, ...settingWords(configOf(draft, 0))],
      ];
    }
    case 'trigger': {
      const { of, trigger } = draft.parts.triggers[task.at]!;
      const schema = kinds.find(({ name }) => name === trigger.type)?.options ?? {};
      return [triggerCommand(trigger, schema, draft.parts.functions[of]!.name)];
    }
  }
}

function isUnchanged({ base, parts }: Draft): boolean {
  return JSON.stringify(base) === JSON.stringify(parts);
}

/** The command that deploys a function with all that was set. */
export function deployCommand(draft: Draft, at: number): string[] {
  const fn = draft.parts.functions[at]!;
  const { mode, role } = accessOf(draft, at);
  const option = (flag: string, value: string) => (value === '' ? [] : [flag, value]);
  return [
    ...['deploy', placeOf(draft, fn)],
    ...['--name', fn.name],
    ...option('--runtime', fn.runtime),
    ...option('--handler', fn.handler),
    ...['--memory', String(fn.memoryMb), '--timeout', durationWord(fn.timeoutMs)],
    ...option('--role', mode === 'none' ? '' : role),
    ...option('--description', fn.description),
    ...settingWords(fn.settings),
  ];
}

const NOTHING = { environment: {}, secrets: {}, tags: {}, grants: [] as string[] };

/** Settings as the options that `fob deploy` and `fob set` have for them. */
function settingWords(settings: Partial<Config>): string[] {
  return commandOf('', NOTHING as unknown as Config, settings).slice(2);
}

function placeOf(draft: Draft, { files, name }: FunctionDraft): string {
  if (files.length === 1) return files[0]!.path;
  return files.length === 0 && draft.upload !== undefined ? draft.upload.name : `./${name}`;
}

/** A time as the command line takes it. */
export function durationWord(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** Commands as a script that a shell takes. */
export function scriptOf(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => ['fob', ...words.map(shellWord)].join(' ')).join('\n');
}
