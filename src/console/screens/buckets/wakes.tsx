import { Anchor } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import classes from './buckets.module.css';

type Trigger = Answer<'GET', '/v1/triggers'>['triggers'][number];
const NONE: Trigger[] = [];

/** The triggers that hear of a bucket. */
export function useWokenBy(bucket: string): readonly Trigger[] {
  const found = useApi('/v1/triggers', { query: { type: 'bucket' } }, { retry: false }).data?.triggers ?? NONE;
  return found.filter(({ options }) => options.bucket === bucket);
}

/** Which functions a bucket wakes, and by what. */
export function Wakes({ triggers }: { triggers: readonly Trigger[] }) {
  if (triggers.length === 0) {
    return (
      <p className={classes.wakes}>
        Nothing wakes a function from here yet. A function's triggers are added on its page.
      </p>
    );
  }
  return (
    <ul className={classes.wakes} aria-label="Functions that this bucket wakes">
      {triggers.map(({ name, function: of, summary, enabled }) => (
        <li key={name}>
          <IconBolt size={15} stroke={1.6} aria-hidden /> wakes{' '}
          <Anchor component={Link} inherit to={`/functions/${encodeURIComponent(of)}/triggers`}>
            {of}
          </Anchor>{' '}
          by {summary}
          {!enabled && ' (paused)'}
        </li>
      ))}
    </ul>
  );
}
