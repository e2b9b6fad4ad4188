import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { thingPath } from './thing-path.ts';

/** A thing as the API names it (`function:pay`), with a link to its page where it has one. */
export function ThingLink({ thing }: { readonly thing: string }) {
  const path = thingPath(thing);
  if (path === undefined) return <span>{thing}</span>;
  return (
    <Anchor component={Link} to={path} inherit>
      {thing}
    </Anchor>
  );
}
