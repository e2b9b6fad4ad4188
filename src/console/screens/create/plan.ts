import { type Source, sourceOf } from '../../ui/trigger-form/draft.ts';
import type { Creation } from './creation.ts';
import { accessOf, type Draft } from './draft.ts';
import { sameGrants } from './steps.ts';

/** One thing that is made, in the order in which they are. */
export type Task =
  | { readonly kind: 'source'; readonly id: string; readonly source: Source }
  | { readonly kind: 'key-values'; readonly id: string; readonly at: number }
  | { readonly kind: 'secret'; readonly id: string; readonly at: number }
  | { readonly kind: 'role'; readonly id: string; readonly name: string; readonly grants: readonly string[] }
  | { readonly kind: 'function'; readonly id: string; readonly at: number }
  | { readonly kind: 'repository'; readonly id: string }
  | { readonly kind: 'trigger'; readonly id: string; readonly at: number };

/** What the task that makes a function is called. */
export const functionId = (name: string): string => `function ${name}`;

/** What a plan follows from. */
export type PlanFacts = Pick<Creation, 'draft' | 'known' | 'kinds' | 'values'>;

/** All that is made, what others need first. */
export function planOf({ draft, known }: PlanFacts): Task[] {
  const { functions, triggers, services, keyValues, secrets } = draft.parts;
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
    ...keyValues.map(({ space }, at): Task => ({ kind: 'key-values', id: `key-values ${space}`, at })),
    ...secrets.map(({ name }, at): Task => ({ kind: 'secret', id: `secret ${name}`, at })),
    ...[...roles].map(([name, grants]): Task => ({ kind: 'role', id: `role ${name}`, name, grants })),
    ...(draft.start === 'repository'
      ? [{ kind: 'repository', id: 'repository' } as const]
      : functions.map(({ name }, at): Task => ({ kind: 'function', id: functionId(name), at }))),
    ...triggers.map((_, at): Task => ({ kind: 'trigger', id: `trigger ${at}`, at })),
  ];
}

/** What a task makes, in words. */
export function titleOfTask(task: Task, draft: Draft): string {
  switch (task.kind) {
    case 'source':
      return `The ${task.source.kind} ${task.source.name}`;
    case 'key-values': {
      const { space, values } = draft.parts.keyValues[task.at]!;
      const count = Object.keys(values).length;
      return `The key-value space ${space}, with ${count} ${count === 1 ? 'key' : 'keys'}`;
    }
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
