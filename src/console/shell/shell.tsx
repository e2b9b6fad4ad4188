import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Outlet, ScrollRestoration, useLocation } from 'react-router';
import { onUnauthorized } from '../api/client.ts';
import { keyOf } from '../api/hooks.ts';
import '../api/live-renewal.ts';
import { feedOf, startLive } from '../api/live.ts';
import { useSession } from '../api/session.ts';
import { SCREENS } from '../routes.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { ScreensContext } from '../ui/screens.ts';
import { Boot } from './boot.tsx';
import { FirstRun } from './first-run.tsx';
import { useFocusKept } from './focus-keeper.ts';
import { Header } from './header.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import classes from './shell.module.css';
import { useShortcuts } from './shortcuts.ts';
import { SignIn } from './sign-in.tsx';
import { StaleBar } from './stale-bar.tsx';

const SESSION = keyOf('/v1/session', {});

/** What stands around every screen; in its place the sign-in, where the node wants to know who asks. */
export function Shell() {
  const client = useQueryClient();
  const { session, error, isPending } = useSession();
  useEffect(
    () =>
      onUnauthorized(() => {
        const query = client.getQueryCache().find({ queryKey: SESSION });
        // What was asked before one signed in may be refused late: only the node knows whether the session has ended. And whoever is
        // just about to sign in is not made to begin again.
        if (query?.state.status === 'success') void client.refetchQueries({ queryKey: SESSION });
      }),
    [client],
  );
  // A session that was ended elsewhere: what it showed goes with it.
  if (error?.status === 401) return <SignIn />;
  if (isPending && error === null) return <Boot />;
  if (session === undefined) {
    return <ErrorState error={error} what="The console" onRetry={() => void client.invalidateQueries()} />;
  }
  return (
    <ScreensContext value={SCREENS}>
      <Frame feed={feedOf(session)} />
    </ScreensContext>
  );
}

/** `feed` says whose it is that is heard. */
function Frame({ feed }: { readonly feed: string }) {
  const { pathname } = useLocation();
  const [isOpen, menu] = useDisclosure(false);
  const [help, setHelp] = useState(false);
  useEffect(() => startLive(feed), [feed]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu
  useEffect(() => menu.close(), [pathname]);
  useFocusKept();
  useShortcuts(() => setHelp(true));
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <Header isMenuOpen={isOpen} onMenu={menu.toggle} onHelp={() => setHelp(true)} />
      <Navigation isOpen={isOpen} onClose={menu.close} />
      {/* The address changes before the screen does, where that has to be loaded: this tells which one is there. */}
      <main id="main" className={classes.main} tabIndex={-1} data-path={pathname}>
        <StaleBar />
        <FirstRun />
        <Outlet />
      </main>
      <Palette onHelp={() => setHelp(true)} />
      <HelpSheet opened={help} onClose={() => setHelp(false)} />
      <ScrollRestoration />
    </div>
  );
}
