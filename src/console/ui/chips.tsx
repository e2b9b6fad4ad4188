import type { ReactNode } from 'react';
import classes from './chips.module.css';

/** Names beside each other, such as members, actions or tags; with `none` where there are none. */
export function Chips({ names, none = 'none' }: { readonly names: readonly string[]; readonly none?: ReactNode }) {
  if (names.length === 0) return <span className={classes.none}>{none}</span>;
  return (
    <ul className={classes.chips}>
      {names.map((name) => (
        <li key={name} className={classes.chip}>
          {name}
        </li>
      ))}
    </ul>
  );
}
