import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { DeployProgress } from '../../api/deployment.ts';
import { outdate } from '../../api/hooks.ts';
import { messageOf } from '../../api/problem.ts';
import type { Creation } from './context.tsx';
import { carryOut } from './deploy.ts';
import { planOf, type Task } from './plan.ts';

/** How far a thing has come. */
export interface TaskState {
  readonly task: Task;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly said: readonly DeployProgress[];
  readonly error?: string;
  readonly ms?: number;
}

export interface Deployment {
  readonly state: 'idle' | 'running' | 'failed' | 'done';
  readonly lead: string;
  readonly tasks: readonly TaskState[];
  /** Makes all of it, or, after a failure, what is not made yet. */
  readonly start: () => void;
  /** Back to the steps, to change something; what was made stays. */
  readonly leave: () => void;
}

/** So much of a build's output is kept. */
const MAX_SAID = 2_000;
/** So long what was made can be read before its page is gone to. */
const LOOK_MS = 900;
const LEADS = {
  idle: '',
  running: 'It is being made',
  failed: 'Something was refused. What was made before it stays, and is not made twice',
  done: 'All is made',
};

/** Makes what was written, one thing after the other, and goes to the function's page at the end. */
export function useDeployment(creation: Creation, forget: () => void): Deployment {
  const [tasks, setTasks] = useState<readonly TaskState[]>([]);
  const [state, setState] = useState<Deployment['state']>('idle');
  /** Ids of tasks that are done; a second attempt leaves them out. */
  const made = useRef(new Set<string>());
  const navigate = useNavigate();
  const change = (id: string, next: (before: TaskState) => Partial<TaskState>) =>
    setTasks((all) => all.map((each) => (each.task.id === id ? { ...each, ...next(each) } : each)));

  const run = async () => {
    const plan = planOf(creation);
    setState('running');
    const done = tasks.filter(({ task }) => made.current.has(task.id));
    const open = plan.filter(({ id }) => !made.current.has(id));
    setTasks([...done, ...open.map((task): TaskState => ({ task, state: 'waiting', said: [] }))]);
    for (const task of open) {
      const beganMs = performance.now();
      change(task.id, () => ({ state: 'running' }));
      try {
        await carryOut(task, creation, (progress) =>
          change(task.id, ({ said }) => ({ said: [...said, progress].slice(-MAX_SAID) })),
        );
        made.current.add(task.id);
        change(task.id, () => ({ state: 'done', ms: performance.now() - beganMs }));
      } catch (error) {
        change(task.id, () => ({ state: 'failed', error: messageOf(error) }));
        setState('failed');
        return;
      }
    }
    forget();
    setState('done');
    await outdate();
  };

  const name = creation.draft.parts.functions[0]?.name ?? '';
  useEffect(() => {
    if (state !== 'done') return;
    const timer = window.setTimeout(() => void navigate(`/functions/${encodeURIComponent(name)}`), LOOK_MS);
    return () => window.clearTimeout(timer);
  }, [state, name, navigate]);

  return { state, lead: LEADS[state], tasks, start: () => void run(), leave: () => setState('idle') };
}
