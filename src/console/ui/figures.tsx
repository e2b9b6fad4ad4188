import type { ReactNode } from 'react';
import classes from './figures.module.css';

/** A number that matters, with its name. */
export interface Figure {
  readonly name: string;
  readonly value: ReactNode;
  /** Something that somebody should look after: told by a sign, too. */
  readonly bad?: boolean;
}

/** The few numbers that say how something stands. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return (
    <dl className={classes.figures}>
      {figures.map(({ name, value, bad = false }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-bad={bad || undefined}>
            {bad && '✕ '}
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
