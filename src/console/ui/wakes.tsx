import { Anchor } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/hooks.ts';
import classes from './wakes.module.css';

type Trigger = Answer<'GET', '/v1/triggers'>['triggers'][number];
const NONE: Trigger[] = [];

/** The triggers that hear of a bucket, a queue or a topic. */
export function useWokenBy(kind: 'bucket' | 'queue' | 'topic', name: string): readonly Trigger[] {
  const found = useApi('/v1/triggers', { query: { type: kind } }, { retry: false }).data?.triggers ?? NONE;
  return found.filter(({ options }) => options[kind] === name);
}

/** Which functions something wakes, and by what. */
export function Wakes({ triggers }: { readonly triggers: readonly Trigger[] }) {
  if (triggers.length === 0) {
    return <p className={classes.wakes}>It wakes no function yet. Triggers are added on the page of the function.</p>;
  }
  return (
    <ul className={classes.wakes} aria-label="Functions that it wakes">
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
