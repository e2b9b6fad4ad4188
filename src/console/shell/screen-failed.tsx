import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useRouteError } from 'react-router';
import { useLiveState } from '../api/live.ts';
import { messageOf } from '../api/problem.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';

/** What stands in place of a screen that failed to load or to draw. One that a node has not sent because it is away comes when it is back. */
export function ScreenFailed({ whole = false }: { readonly whole?: boolean }) {
  const message = messageOf(useRouteError());
  const { state } = useLiveState();
  // What a browser says when a file does not come: of a node that is away, or of an older build, which is gone.
  const isMissing = /dynamically imported module|module script/i.test(message);
  const isAway = isMissing && state === 'reconnecting';
  const wasAway = useRef(false);
  useEffect(() => {
    if (isAway) wasAway.current = true;
    else if (wasAway.current && state === 'live') window.location.reload();
  }, [isAway, state]);
  const words = isAway ? AWAY : isMissing ? OUTDATED : { ...FAILED, text: message };
  return (
    <Page title={words.heading} {...(whole && { bare: true })}>
      <EmptyState
        icon={IconRefresh}
        title={words.title}
        action={<Button onClick={() => window.location.reload()}>Load the page again</Button>}
      >
        {words.text}
      </EmptyState>
    </Page>
  );
}

const AWAY = {
  heading: 'The node does not answer',
  title: 'This page was not opened before, and has to come from the node',
  text: 'It is shown as soon as the node is back. Pages that were open already still show what they knew.',
};
const OUTDATED = {
  heading: 'The console has changed',
  title: 'A new version of the console is there',
  text: 'The node was updated.',
};
const FAILED = { heading: 'This page failed', title: 'Something in this page went wrong' };
