import { VisuallyHidden } from '@mantine/core';
import classes from './difference-table.module.css';
import type { Difference } from './differences.ts';
import { countText } from './format.ts';
import { prettyValue } from './pretty-json.ts';

/** Nobody reads more of them. */
const MOST = 500;

interface DifferenceTableProps {
  readonly label: string;
  readonly differences: readonly Difference[];
  /** What the two states are called. */
  readonly before?: string;
  readonly after?: string;
}

/** Two states of one thing, side by side, where they differ: told by signs and words, not by colour alone. */
export function DifferenceTable({ label, differences, before = 'Before', after = 'After' }: DifferenceTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.scroller} aria-label={label} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {differences.slice(0, MOST).map((each) => (
            <tr key={each.path}>
              <th scope="row">{each.path === '' ? 'all of it' : each.path}</th>
              <td data-side="before">
                <Value value={each.before} sign="−" other={each.after} />
              </td>
              <td data-side="after">
                <Value value={each.after} sign="+" other={each.before} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {differences.length > MOST && (
        <p>{countText(differences.length - MOST, 'more place differs', 'more places differ')}.</p>
      )}
    </section>
  );
}

function Value({ value, sign, other }: { readonly value: unknown; readonly sign: string; readonly other: unknown }) {
  if (value === undefined) return <span className={classes.nothing}>nothing</span>;
  return (
    <span className={classes.value}>
      <span aria-hidden className={classes.sign}>
        {sign}
      </span>
      {other === undefined && <VisuallyHidden>{sign === '+' ? 'added: ' : 'removed: '}</VisuallyHidden>}
      {textOf(value)}
    </span>
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  return Array.isArray(value) && value.some((each) => typeof each === 'object')
    ? prettyValue(value)
    : JSON.stringify(value);
}
