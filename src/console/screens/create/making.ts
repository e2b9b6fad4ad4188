import { useSyncExternalStore } from 'react';
import type { DeployProgress } from '../../api/deployment.ts';
import { outdate } from '../../api/hooks.ts';
import { messageOf } from '../../api/problem.ts';
import type { Creation } from './creation.ts';
import { carryOut } from './deploy.ts';
import { configOf, planOf, type Task } from './plan.ts';

/** How far a thing has come. */
export interface TaskState {
  readonly task: Task;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly said: readonly DeployProgress[];
  readonly error?: string;
  readonly ms?: number;
}

export interface Making {
  readonly state: 'idle' | 'running' | 'failed' | 'done';
  readonly tasks: readonly TaskState[];
  /** What is made, by the ids of tasks, as it was then; a second attempt leaves it out where it is to be the same. */
  readonly made: ReadonlyMap<string, string>;
  /** Counts the drafts of which all was made. */
  readonly count: number;
}

/** So much of a build's output is kept. */
const MAX_SAID = 2_000;
const NOTHING: Omit<Making, 'count'> = { state: 'idle', tasks: [], made: new Map() };

let making: Making = { ...NOTHING, count: 0 };
const watchers = new Set<() => void>();

/** What is made in this tab: it goes on while one looks at something else, and whoever comes back finds it. */
export function useMaking(): Making {
  return useSyncExternalStore(watch, () => making);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0 && making.state === 'done') makeNext();
  };
}

function set(change: Partial<Making>): void {
  making = { ...making, ...change };
  for (const watcher of watchers) watcher();
}

/** Back to the steps, to change something; what was made stays. */
export function leaveMaking(): void {
  set({ state: 'idle' });
}

/** Nothing that was made counts for what is begun anew. */
export function forgetMade(): void {
  set(NOTHING);
}

/** All of the draft is made: what is begun now is another one. */
export function makeNext(): void {
  set({ ...NOTHING, count: making.count + 1 });
}

/** Makes all of it, or, after a failure, what is not made yet; calls back once all of it is. */
export async function make(creation: Creation, onDone: () => void): Promise<void> {
  const isMade = (task: Task) => making.made.get(task.id) === contentOf(task, creation);
  const open = planOf(creation).filter((task) => !isMade(task));
  const done = making.tasks.filter(({ task }) => isMade(task));
  const change = (id: string, next: (before: TaskState) => Partial<TaskState>) =>
    set({ tasks: making.tasks.map((each) => (each.task.id === id ? { ...each, ...next(each) } : each)) });
  set({ state: 'running', tasks: [...done, ...open.map((task): TaskState => ({ task, state: 'waiting', said: [] }))] });
  for (const task of open) {
    const beganMs = performance.now();
    change(task.id, () => ({ state: 'running' }));
    try {
      await carryOut(task, { ...creation, isAgain: making.made.has(task.id) }, (progress) =>
        change(task.id, ({ said }) => ({ said: [...said, progress].slice(-MAX_SAID) })),
      );
      set({ made: new Map([...making.made, [task.id, contentOf(task, creation)]]) });
      change(task.id, () => ({ state: 'done', ms: performance.now() - beganMs }));
    } catch (error) {
      change(task.id, () => ({ state: 'failed', error: messageOf(error) }));
      set({ state: 'failed' });
      return;
    }
  }
  onDone();
  if (watchers.size === 0) makeNext();
  else set({ state: 'done' });
  await outdate();
}

/** What is given in a task: a function whose code was changed since it was made, or a secret with another value, is made again. */
function contentOf(task: Task, { draft, secrets }: Creation): string {
  if (task.kind === 'secret') return secrets[draft.parts.secrets[task.at]!.variable] ?? '';
  if (task.kind !== 'function') return '';
  const { files } = draft.parts.functions[task.at]!;
  return JSON.stringify([configOf(draft, task.at), files, draft.upload]);
}
