import { Button } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { Link } from 'react-router';
import { ANY } from '../../api/may.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';

/** There are none, or none that one may see. */
export function NoFunctions() {
  return (
    <EmptyState
      icon={IconBolt}
      title="There are no functions yet"
      action={
        <May action="function:deploy" on={ANY}>
          <Button component={Link} to="/create">
            Create the first one
          </Button>
        </May>
      }
    >
      Begin with a blueprint that works, a few lines of your own, a ZIP or a Git repository. On the command line:{' '}
      <code>fob deploy hello.py</code>
    </EmptyState>
  );
}
