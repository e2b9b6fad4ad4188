import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './simple-table.module.css';

interface SimpleTableProps {
  readonly label: string;
  /** Titles of the columns; one in brackets is only told, as of boxes and buttons. */
  readonly head: readonly string[];
  /** Its rows: `<tr>` with cells. */
  readonly children: ReactNode;
}

/** A table of a few rows that are what they are: nothing to sort, nothing left out. It scrolls sideways by itself. */
export function SimpleTable({ label, head, children }: SimpleTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {head.map((title) => (
              <th scope="col" key={title}>
                {/^\[.*\]$/.test(title) ? <VisuallyHidden>{title.slice(1, -1)}</VisuallyHidden> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
