import { Button } from '@mantine/core';
import { IconCompass } from '@tabler/icons-react';
import { Link } from 'react-router';
import { EmptyState } from './empty-state.tsx';
import { Page } from './page.tsx';

/** A path that no screen has. */
export function NotFound() {
  return (
    <Page title="There is no such page">
      <EmptyState
        icon={IconCompass}
        title="Nothing lives at this address"
        action={
          <Button component={Link} to="/">
            Go home
          </Button>
        }
      >
        The link may be of an older version, or what it showed was removed. Ctrl-K finds every function and screen.
      </EmptyState>
    </Page>
  );
}
