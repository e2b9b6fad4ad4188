import { Anchor } from '@mantine/core';
import { IconFile, IconFolder } from '@tabler/icons-react';
import { Link, useLocation } from 'react-router';
import classes from './buckets.module.css';
import type { Entry } from './objects.ts';

interface ObjectNameProps {
  readonly entry: Entry;
  /** The folder that is shown: what begins with it is told without it. */
  readonly below: string;
}

/** The name of a folder, which leads into it, or of an object, which opens it. */
export function ObjectName({ entry, below }: ObjectNameProps) {
  const { pathname, search } = useLocation();
  const words = new URLSearchParams(search);
  if (entry.prefix === undefined) words.set('object', entry.key);
  else words.set('prefix', entry.prefix);
  const name = entry.prefix ?? entry.key;
  const Sign = entry.prefix === undefined ? IconFile : IconFolder;
  return (
    <span className={classes.name} title={name}>
      <Sign size={16} stroke={1.6} aria-hidden />
      <Anchor component={Link} inherit to={`${pathname}?${words}`} preventScrollReset>
        {name.slice(below.length)}
      </Anchor>
    </span>
  );
}
