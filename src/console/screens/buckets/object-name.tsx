import { Anchor } from '@mantine/core';
import { IconFile, IconFolder } from '@tabler/icons-react';
import { Link, useLocation } from 'react-router';
import { visible } from '../../ui/visible.ts';
import classes from './buckets.module.css';

interface ObjectNameProps {
  /** A folder is named by its prefix, an object by its key. */
  readonly prefix?: string | undefined;
  readonly objectKey?: string;
  /** The folder that is shown: what begins with it is told without it. */
  readonly below: string;
}

/** The name of a folder, which leads into it, or of an object, which opens it. */
export function ObjectName({ prefix, objectKey = '', below }: ObjectNameProps) {
  const { pathname, search } = useLocation();
  const words = new URLSearchParams(search);
  words.delete('version');
  if (prefix === undefined) words.set('object', objectKey);
  else words.set('prefix', prefix);
  const name = prefix ?? objectKey;
  const shown = visible(name.slice(below.length));
  const Sign = prefix === undefined ? IconFile : IconFolder;
  return (
    <span className={classes.name} title={visible(name)}>
      <Sign size={16} stroke={1.6} aria-hidden />
      <Anchor component={Link} inherit to={`${pathname}?${words}`} preventScrollReset>
        {shown}
      </Anchor>
    </span>
  );
}
