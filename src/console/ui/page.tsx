import { Anchor, Breadcrumbs, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import classes from './page.module.css';
import { visible } from './visible.ts';

interface PageProps {
  /** Also the title of the window. */
  readonly title: string;
  /** What the heading shows, where it is more than its text. */
  readonly heading?: ReactNode;
  /** A sentence below the heading. */
  readonly lead?: ReactNode;
  /** What lies above this page, the outermost first. */
  readonly crumbs?: readonly { title: string; to: string }[];
  /** Buttons at the right of the heading. */
  readonly actions?: ReactNode;
  /** Stands alone, without the shell around it. */
  readonly bare?: boolean;
  readonly children?: ReactNode;
}

/** Dialogues give the focus back to what opened them 10 ms after they have closed. */
const GIVEN_BACK_MS = 20;
/** The path whose heading had the focus last, so that a page that draws anew does not take it again. */
let focusedPath: string | undefined;

/** Does something at once or, where somebody is in a dialogue, such as the palette, when that has gone. The returned function ends the wait. */
function onceNoDialogue(act: () => void): () => void {
  const dialogue = document.activeElement?.closest('[role="dialog"]');
  if (!dialogue) {
    act();
    return () => {};
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => {
    if (dialogue.isConnected) return;
    observer.disconnect();
    timer = setTimeout(act, GIVEN_BACK_MS);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    clearTimeout(timer);
  };
}

/** A screen's frame: where one is, what it is called, what one can do. Moves the focus to its heading when the path changed. */
export function Page({ title, heading, lead, crumbs = [], actions, bare = false, children }: PageProps) {
  const { pathname } = useLocation();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Flock of Birds`;
  }, [title]);
  useEffect(() => {
    // Whoever opens the console begins at its top.
    focusedPath ??= pathname;
    if (focusedPath === pathname) return;
    return onceNoDialogue(() => {
      focusedPath = pathname;
      ref.current?.focus({ preventScroll: true });
    });
  }, [pathname]);
  return (
    <div className={bare ? classes.bare : classes.page}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb">
          <Breadcrumbs className={classes.crumbs ?? ''} separatorMargin={6}>
            {crumbs.map((crumb) => (
              <Anchor component={Link} to={crumb.to} size="sm" key={crumb.to}>
                {crumb.title}
              </Anchor>
            ))}
          </Breadcrumbs>
        </nav>
      )}
      <div className={classes.top}>
        <div className={classes.heading}>
          <Title order={1} ref={ref} tabIndex={-1} data-route-focus>
            {heading ?? title}
          </Title>
          {lead !== undefined && (
            <Text c="dimmed" size="md">
              {typeof lead === 'string' ? visible(lead) : lead}
            </Text>
          )}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
