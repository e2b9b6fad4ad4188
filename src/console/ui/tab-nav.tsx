import { useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import { useKeepShown } from './keep-shown.ts';
import classes from './tab-nav.module.css';

/** One part of a screen, with a URL of its own. */
export interface Tab {
  readonly title: string;
  readonly to: string;
  /** Only where the path is exactly this one: for the first of them, whose path the others begin with. */
  readonly end?: boolean;
  /** How many there are of what it shows. */
  readonly count?: number | undefined;
}

/** The parts of a screen side by side; the one that is shown is marked. Scrolls by itself where it is wider than the window. */
export function TabNav({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  const { pathname } = useLocation();
  const ref = useRef<HTMLElement>(null);
  useKeepShown(ref, pathname);
  return (
    <nav aria-label={label} className={classes.tabs} ref={ref}>
      {tabs.map(({ title, to, end = false, count }) => (
        <NavLink key={to} to={to} end={end} className={classes.tab ?? ''}>
          <span className={classes.title} data-title={title}>
            {title}
          </span>
          {count !== undefined && <span className={classes.count}>{count}</span>}
        </NavLink>
      ))}
    </nav>
  );
}
