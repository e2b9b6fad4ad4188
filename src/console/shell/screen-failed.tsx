import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useRouteError } from 'react-router';
import { messageOf } from '../api/problem.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';

/** What stands in place of a screen that failed to load or to draw. */
export function ScreenFailed({ whole = false }: { readonly whole?: boolean }) {
  const message = messageOf(useRouteError());
  // What a browser says when a file of an older build is gone.
  const isOutdated = /dynamically imported module|module script/i.test(message);
  return (
    <Page title={isOutdated ? 'The console has changed' : 'This page failed'} {...(whole && { bare: true })}>
      <EmptyState
        icon={IconRefresh}
        title={isOutdated ? 'A new version of the console is there' : 'Something in this page went wrong'}
        action={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
      >
        {isOutdated ? 'The node was updated, or is not there at this moment.' : message}
      </EmptyState>
    </Page>
  );
}
