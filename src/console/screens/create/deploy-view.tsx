import { Anchor, Button, Group, Loader, Stack, Text, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconRocket,
} from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { DeployProgress } from '../../api/deployment.ts';
import { ANY } from '../../api/may.ts';
import { Failure } from '../../ui/failure.tsx';
import { formatDuration } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { Creation } from './creation.ts';
import classes from './deploy.module.css';
import type { Draft } from './draft.ts';
import type { TaskState } from './making.ts';
import { titleOfTask } from './plan.ts';
import { useForbidden } from './policy-verdict.tsx';
import { STEPS } from './step-list.ts';
import { faultsOfStep } from './steps.ts';
import type { Deployment } from './use-deployment.ts';

interface DeployButtonProps {
  readonly creation: Creation;
  /** What was typed last is in all that is made. */
  readonly isSettled: boolean;
  readonly onDeploy: () => void;
}

/** The button at the end; where something is missing it says what, and leads there. */
export function DeployButton({ creation, isSettled, onDeploy }: DeployButtonProps) {
  const missing = STEPS.flatMap(({ id, title }) => faultsOfStep(id, creation).map((fault) => ({ id, title, fault })));
  const [first] = missing;
  const forbidden = useForbidden(creation.draft);
  return (
    <Group gap="sm">
      <May action="function:deploy" on={ANY}>
        <Button
          leftSection={<IconRocket size={17} />}
          onClick={onDeploy}
          disabled={first !== undefined || forbidden !== undefined}
          loading={!isSettled && first === undefined && forbidden === undefined}
        >
          Deploy
        </Button>
      </May>
      {first !== undefined && (
        <Text size="sm" c="var(--fob-notice)" role="status">
          <IconAlertTriangleFilled size={14} aria-hidden className={classes.inline ?? ''} /> {first.fault}
          {missing.length > 1 && `, and ${missing.length - 1} more`}.{' '}
          <Anchor component="button" type="button" size="sm" onClick={() => creation.go(first.id)}>
            Go to {first.title.toLowerCase()}
          </Anchor>
        </Text>
      )}
      {first === undefined && forbidden !== undefined && (
        <Text size="sm" c="var(--fob-notice)" role="status">
          <IconAlertTriangleFilled size={14} aria-hidden className={classes.inline ?? ''} /> Policies forbid {forbidden}{' '}
          as it is: change what they name above
        </Text>
      )}
    </Group>
  );
}

interface DeployViewProps {
  readonly deployment: Deployment;
  readonly draft: Draft;
}

/** What is being made, thing by thing, with what the build prints as it does. */
export function DeployView({ deployment, draft }: DeployViewProps) {
  const { state, tasks, start, leave } = deployment;
  const name = draft.parts.functions[0]!.name;
  return (
    <Stack gap="md" maw="60rem">
      <Panel title={state === 'done' ? `${name} is deployed` : `Deploying ${name}`}>
        <ol className={classes.tasks} aria-live="polite">
          {tasks.map((each) => (
            <OneTask key={each.task.id} of={each} title={titleOfTask(each.task, draft)} />
          ))}
        </ol>
      </Panel>
      {state === 'failed' && (
        <Group gap="xs">
          <Button onClick={leave}>Back to the review</Button>
          <Button variant="default" onClick={start}>
            Try again
          </Button>
        </Group>
      )}
      {state === 'done' && (
        <Text size="sm" role="status">
          <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}`}>
            Its page
          </Anchor>{' '}
          opens by itself.
        </Text>
      )}
    </Stack>
  );
}

const WORDS = { waiting: 'waits', running: 'is being made', done: 'is made', failed: 'was refused' };

function OneTask({ of: { state, said, error, ms }, title }: { readonly of: TaskState; readonly title: string }) {
  return (
    <li className={classes.task} data-state={state}>
      <span className={classes.sign}>
        {state === 'running' ? (
          <Loader size={17} />
        ) : state === 'done' ? (
          <IconCircleCheckFilled size={19} aria-hidden />
        ) : state === 'failed' ? (
          <IconCircleXFilled size={19} aria-hidden />
        ) : (
          <IconCircleDashed size={19} aria-hidden />
        )}
      </span>
      <div className={classes.taskBody}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={state === 'running' ? 600 : 400}>
            {title}
            <VisuallyHidden component="span"> {WORDS[state]}</VisuallyHidden>
          </Text>
          {ms !== undefined && (
            <Text size="xs" c="dimmed">
              {formatDuration(ms)}
            </Text>
          )}
        </Group>
        {said.length > 0 && <Output said={said} />}
        <Failure error={error} />
      </div>
    </li>
  );
}

/** What the node and the build say, the newest in sight. Text of packages' scripts is text. */
function Output({ said }: { readonly said: readonly DeployProgress[] }) {
  const box = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line is scrolled to
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [said]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can have the focus
    <pre ref={box} className={classes.output} tabIndex={0} role="log" aria-label="What the build says">
      {said.map((line) => lineOf(line)).join('')}
    </pre>
  );
}

function lineOf(progress: DeployProgress): string {
  switch (progress.kind) {
    case 'step':
      return `› ${progress.title}\n`;
    case 'guessed':
      return `› ${progress.what}: ${progress.value}\n`;
    case 'warning':
      return `! ${progress.text}\n`;
    case 'output':
      return progress.text.endsWith('\n') ? progress.text : `${progress.text}\n`;
  }
}
