import { Anchor, Stack } from '@mantine/core';
import { Link } from 'react-router';
import classes from './map.module.css';
import { kindWords, type MapNode, pathOf } from './model.ts';

/** Where one goes on from here: the function behind it, its logs, its invocations. */
export function SideLinks({
  of,
  thing,
  failed,
}: {
  of: MapNode | undefined;
  thing: MapNode | undefined;
  failed: boolean;
}) {
  const path = of && pathOf(of);
  const other = thing && thing.kind !== 'function' ? pathOf(thing) : undefined;
  if (path === undefined && other === undefined) return null;
  return (
    <Stack gap={0} component="nav" aria-label="Further" className={classes.further ?? ''}>
      {path !== undefined && (
        <>
          <Anchor component={Link} to={path} size="sm">
            The function {of!.name}
          </Anchor>
          <Anchor component={Link} to={`${path}/logs`} size="sm">
            Its logs
          </Anchor>
          <Anchor component={Link} to={`${path}/invocations${failed ? '?status=any' : ''}`} size="sm">
            {failed ? 'Its invocations that failed' : 'Its invocations'}
          </Anchor>
        </>
      )}
      {other !== undefined && (
        <Anchor component={Link} to={other} size="sm">
          The {kindWords(thing!.kind)} {thing!.name}
        </Anchor>
      )}
    </Stack>
  );
}
