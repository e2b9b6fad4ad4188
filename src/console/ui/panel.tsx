import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';

interface PanelProps {
  readonly title?: ReactNode;
  /** At the right of the title: a filter, a link to the whole. */
  readonly aside?: ReactNode;
  /** Without padding, for tables and lists that reach to the edge. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page on a surface of its own; a landmark with its title as name. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} {...(title !== undefined && { 'aria-labelledby': id })}>
      {(title !== undefined || aside !== undefined) && (
        <header className={classes.header}>
          {title !== undefined && (
            <Title order={2} id={id} className={classes.title ?? ''}>
              {title}
            </Title>
          )}
          {aside !== undefined && <div className={classes.aside}>{aside}</div>}
        </header>
      )}
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
