import type { ReactNode } from 'react';
import classes from './fact-grid.module.css';

/** A name and what it is; left out where the value is `undefined`. */
type Fact = readonly [name: string, value: ReactNode];

/** What is known of one thing: names with their values, in as many columns as there is room for. */
export function FactGrid({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
