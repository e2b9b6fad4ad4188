import { Anchor, Breadcrumbs, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';
import classes from './page.module.css';

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

/** The path whose heading had the focus last, so that a page that draws anew does not take it again. */
let focusedPath: string | undefined;

/** A screen's frame: where one is, what it is called, what one can do. Moves the focus to its heading when the path changed. */
export function Page({ title, heading, lead, crumbs = [], actions, bare = false, children }: PageProps) {
  const { pathname } = useLocation();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Flock of Birds`;
  }, [title]);
  useEffect(() => {
    const isFirst = focusedPath === undefined;
    if (focusedPath !== pathname && !isFirst) ref.current?.focus({ preventScroll: true });
    focusedPath = pathname;
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
              {lead}
            </Text>
          )}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
