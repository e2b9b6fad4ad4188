import { Alert } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { ANY, type Target, useMay } from '../../api/may.ts';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import type { Draft } from './draft.ts';
import { planOf, type Task, titleOfTask } from './plan.ts';

/** Told at once to who may not deploy anything, with what they can do all the same. */
export function MayNotDeploy() {
  const { allowed, reason } = useMay('function:deploy', ANY);
  if (allowed !== false) return null;
  return (
    <Refusal title="You may not deploy functions">
      {reason}. You can go through the steps all the same, and give the commands of the last one to somebody who may.
    </Refusal>
  );
}

/** What one may not make of a plan, said before it is tried. Whose functions and roles are is known only when they are made. */
export function MissingPermissions() {
  const creation = useCreation();
  const { draft } = creation;
  return planOf(creation).flatMap((task) => {
    const needed = neededFor(task, draft);
    return needed === undefined ? [] : [<Missing key={task.id} title={titleOfTask(task, draft)} {...needed} />];
  });
}

interface Needed {
  readonly action: string;
  readonly on: Target;
}

function Missing({ title, action, on }: Needed & { readonly title: string }) {
  const { allowed, reason } = useMay(action, on);
  if (allowed !== false) return null;
  return (
    <Refusal title={`You may not make this: ${title.replace(/^The /, 'the ')}`}>
      {reason}. Or choose another name: what begins with your name, or your team’s, is yours.
    </Refusal>
  );
}

function Refusal({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconLock size={18} aria-hidden />}
      title={title}
      classNames={{ title: classes.refusal ?? '', icon: classes.refusal ?? '' }}
    >
      {children}
    </Alert>
  );
}

function neededFor(task: Task, { parts }: Draft): Needed | undefined {
  if (task.kind === 'source') {
    const { kind, name } = task.source;
    return { action: `${kind}:manage`, on: `${kind}:${name}` };
  }
  if (task.kind === 'key-values') return { action: 'kv:write', on: `kv:${parts.keyValues[task.at]!.space}` };
  if (task.kind === 'repository') return { action: 'repository:write', on: `repository:${parts.functions[0]!.name}` };
  return undefined;
}
