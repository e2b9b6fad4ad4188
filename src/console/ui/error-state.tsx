import { Button, Code, Text } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconPlugConnectedX, IconSearchOff } from '@tabler/icons-react';
import { ApiProblem, isUnreachable, messageOf } from '../api/problem.ts';
import { EmptyState } from './empty-state.tsx';

interface ErrorStateProps {
  readonly error: unknown;
  /** What was being shown, such as "The alerts". */
  readonly what?: string;
  readonly onRetry?: () => void;
}

/** Something could not be shown: says what happened and what to try. A missing permission is one of these, and names it. */
export function ErrorState({ error, what = 'This', onRetry }: ErrorStateProps) {
  const problem = error instanceof ApiProblem ? error : undefined;
  const retry = onRetry && (
    <Button variant="default" onClick={onRetry}>
      Try again
    </Button>
  );
  if (problem?.code === 'forbidden') {
    return (
      <EmptyState icon={IconLock} title="You may not see this">
        {problem.detail}
        {problem.permission !== undefined && !problem.detail.includes(problem.permission) && (
          <Text size="sm" mt={6}>
            The permission is called <Code>{problem.permission}</Code>
          </Text>
        )}
      </EmptyState>
    );
  }
  if (problem?.status === 404) {
    return (
      <EmptyState icon={IconSearchOff} title={`${what} is not there`} action={retry}>
        {problem.detail}
      </EmptyState>
    );
  }
  if (isUnreachable(error)) {
    return (
      <EmptyState icon={IconPlugConnectedX} title="The node does not answer" action={retry}>
        It may be starting again. The console keeps trying and will show this by itself.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={IconAlertTriangle} title={`${what} cannot be shown`} action={retry}>
      {messageOf(error)}
    </EmptyState>
  );
}
