import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

interface LinkListProps {
  readonly names: readonly string[];
  /** What the path of each begins with. */
  readonly to: string;
  readonly none?: ReactNode;
}

/** Names with links to their pages. */
export function LinkList({ names, to, none = 'none' }: LinkListProps) {
  if (names.length === 0) return <span>{none}</span>;
  return (
    <span style={{ display: 'flex', flexWrap: 'wrap', columnGap: '0.625rem' }}>
      {names.map((name) => (
        <Anchor key={name} component={Link} to={to + encodeURIComponent(name)} inherit>
          {name}
        </Anchor>
      ))}
    </span>
  );
}
