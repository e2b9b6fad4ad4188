import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconLoader2 } from '@tabler/icons-react';
import type { DeployProgress } from '../../../api/deployment.ts';
import { ApiProblem, messageOf } from '../../../api/problem.ts';
import classes from './code.module.css';

interface BuildLogProps {
  readonly steps: readonly DeployProgress[];
  readonly pending: boolean;
  readonly error: unknown;
}

/** A deployment as it happens: its steps, what the build prints, and why it failed where it does. */
export function BuildLog({ steps, pending, error }: BuildLogProps) {
  if (steps.length === 0 && !pending && error === null) return null;
  const details = error instanceof ApiProblem ? detailsOf(error) : undefined;
  /** Of the function itself nothing serves any more, and a later one of its name has none of its draft. */
  const isRemoved = error instanceof ApiProblem && error.status === 404;
  const lastStep = steps.findLastIndex(({ kind }) => kind === 'step');
  return (
    <div className={classes.build} role="log" aria-label="Deployment">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps only grow
        <div key={at} data-kind={step.kind}>
          {step.kind === 'step' &&
            (pending && at === lastStep ? <IconLoader2 size={14} aria-hidden /> : <IconCheck size={14} aria-hidden />)}
          {step.kind === 'warning' && <IconAlertTriangle size={14} aria-hidden />}
          <span>{textOf(step)}</span>
        </div>
      ))}
      {pending && steps.length === 0 && <div>sending the files …</div>}
      {error !== null && (
        <div role="alert" className={classes.failed}>
          <Text size="sm" fw={600}>
            Not deployed: {messageOf(error)}
          </Text>
          {details !== undefined && <pre>{details}</pre>}
          {!isRemoved && <Text size="xs">What served goes on serving. Your draft is kept.</Text>}
        </div>
      )}
    </div>
  );
}

function textOf(step: DeployProgress): string {
  if (step.kind === 'step') return step.title;
  return step.kind === 'guessed' ? `${step.what}: ${step.value}` : step.text;
}

function detailsOf({ document }: ApiProblem): string | undefined {
  const details = (document.details ?? document) as Record<string, unknown>;
  for (const name of ['log', 'stack']) {
    if (typeof details[name] === 'string') return details[name];
    if (Array.isArray(details[name])) return details[name].join('\n');
  }
  return undefined;
}
