import { shellWord } from '../../ui/command-line.tsx';
import { type Source, sourceOf } from '../../ui/trigger-form/draft.ts';
import { triggerCommand } from '../../ui/trigger-form/trigger-form.tsx';
import type { Creation } from './context.tsx';
import { accessOf, type Draft, type FunctionDraft } from './draft.ts';
import { sameGrants } from './steps.ts';

/** One thing that is made, in the order in which they are. */
export type Task =
  | { readonly kind: 'source'; readonly id: string; readonly source: Source }
  | { readonly kind: 'secret'; readonly id: string; readonly at: number }
  | { readonly kind: 'role'; readonly id: string; readonly name: string; readonly grants: readonly string[] }
  | { readonly kind: 'function'; readonly id: string; readonly at: number }
  | { readonly kind: 'repository'; readonly id: string }
  | { readonly kind: 'trigger'; readonly id: string; readonly at: number };

type Facts = Pick<Creation, 'draft' | 'known' | 'kinds' | 'values'>;

/** All that is made, what others need first. */
export function planOf({ draft, known }: Facts): Task[] {
  const { functions, triggers, services, secrets } = draft.parts;
  const sources = new Map<string, Source>();
  for (const source of [...services, ...triggers.map(({ trigger }) => sourceOf(trigger))]) {
    if (source === undefined || known[source.kind]?.includes(source.name)) continue;
    sources.set(`${source.kind} ${source.name}`, source);
  }
  const roles = new Map<string, readonly string[]>();
  for (const at of functions.keys()) {
    const { mode, role, grants } = accessOf(draft, at);
    const before = known.roles?.find(({ name }) => name === role);
    if (mode === 'new' && !(before && sameGrants(before.grants, grants))) roles.set(role, grants);
  }
  return [
    ...[...sources].map(([id, source]): Task => ({ kind: 'source', id, source })),
    ...secrets.map(({ name }, at): Task => ({ kind: 'secret', id: `secret ${name}`, at })),
    ...[...roles].map(([name, grants]): Task => ({ kind: 'role', id: `role ${name}`, name, grants })),
    ...(draft.start === 'repository'
      ? [{ kind: 'repository', id: 'repository' } as const]
      : functions.map(({ name }, at): Task => ({ kind: 'function', id: `function ${name}`, at }))),
    ...triggers.map((_, at): Task => ({ kind: 'trigger', id: `trigger ${at}`, at })),
  ];
}

/** What a task makes, in words. */
export function titleOfTask(task: Task, draft: Draft): string {
  switch (task.kind) {
    case 'source':
      return `The ${task.source.kind} ${task.source.name}`;
    case 'secret':
      return `The secret ${draft.parts.secrets[task.at]!.name}`;
    case 'role':
      return `The execution role ${task.name}`;
    case 'function':
      return `The function ${draft.parts.functions[task.at]!.name}`;
    case 'repository':
      return `The repository ${draft.parts.functions[0]!.name}, and what it deploys`;
    case 'trigger': {
      const { trigger } = draft.parts.triggers[task.at]!;
      return trigger.name === '' ? `A trigger of the kind ${trigger.type}` : `The trigger ${trigger.name}`;
    }
  }
}

/** The settings of a function as the API takes them. */
export function configOf(draft: Draft, at: number): Record<string, unknown> {
  const { description, runtime, handler, memoryMb, timeoutMs, settings } = draft.parts.functions[at]!;
  const { mode, role } = accessOf(draft, at);
  return {
    ...settings,
    ...{ memoryMb, timeoutMs },
    ...(description !== '' && { description }),
    ...(runtime !== '' && { runtime }),
    ...(handler !== '' && { handler }),
    ...(mode !== 'none' && role !== '' && { role }),
  };
}

/** What makes the same on the command line, a command a line. */
export function commandsOf(facts: Facts): string[][] {
  const { draft } = facts;
  if (draft.start === 'blueprint' && draft.blueprint !== undefined && isUnchanged(draft)) {
    const set = Object.entries(draft.values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const folder = draft.parts.functions[0]!.name;
    return [
      ['new', draft.blueprint, folder, '--yes', ...set],
      ['apply', '--file', folder],
    ];
  }
  return planOf(facts).map((task) => commandOf(task, facts));
}

function commandOf(task: Task, { draft, kinds }: Facts): string[] {
  switch (task.kind) {
    case 'source':
      return [task.source.kind, 'create', task.source.name];
    case 'secret':
      return ['secret', 'set', draft.parts.secrets[task.at]!.name];
    case 'role':
      return ['execution-role', 'create', task.name, ...task.grants.flatMap((grant) => ['--grant', grant])];
    case 'function':
      return deployCommand(draft, task.at);
    case 'repository': {
      const { url, follow, ref } = draft.repository;
      return ['repo', 'watch', draft.parts.functions[0]!.name, url, ...(ref === '' ? [] : [`--${follow}`, ref])];
    }
    case 'trigger': {
      const { of, trigger } = draft.parts.triggers[task.at]!;
      const schema = kinds.find(({ name }) => name === trigger.type)?.options ?? {};
      return triggerCommand(trigger, schema, draft.parts.functions[of]!.name);
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
    ...['--name', fn.name || 'NAME'],
    ...option('--runtime', fn.runtime),
    ...option('--handler', fn.handler),
    ...['--memory', String(fn.memoryMb), '--timeout', durationWord(fn.timeoutMs)],
    ...option('--role', mode === 'none' ? '' : role),
    ...option('--description', fn.description),
    ...Object.entries((fn.settings.environment ?? {}) as Record<string, string>).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
  ];
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
