import { Anchor } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { Fragment } from 'react';
import { Link } from 'react-router';
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/hooks.ts';
import type { Lane } from '../api/things.ts';
import { countText } from './format.ts';
import classes from './wakes.module.css';

export type Trigger = Answer<'GET', '/v1/triggers'>['triggers'][number];
const NONE: Trigger[] = [];

/** The triggers that hear of a bucket, a queue or a topic. */
export function useWokenBy(kind: 'bucket' | 'queue' | 'topic', name: string): readonly Trigger[] {
  const found = useApi('/v1/triggers', { query: { type: kind } }, { retry: false }).data?.triggers ?? NONE;
  return found.filter(({ options }) => options[kind] === name);
}

/** Of these triggers, those that an upload of this key to their bucket fires. */
export function firedBy(triggers: readonly Trigger[], key: string): readonly Trigger[] {
  return triggers.filter(({ enabled, options }) => {
    const { prefix = '', suffix = '', events } = options as { prefix?: string; suffix?: string; events?: string[] };
    const isCreation = events === undefined || events.some((event) => event.startsWith('ObjectCreated:'));
    return enabled && isCreation && key.startsWith(prefix) && key.endsWith(suffix);
  });
}

/** The folder that a trigger of a bucket looks at; empty for all of it. */
function folderOf({ options }: Trigger): string {
  const prefix = String(options.prefix ?? '');
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

interface WakesProps {
  readonly triggers: readonly Trigger[];
  /** The folder of the bucket that is shown: where another one wakes a function, there is a way to it. */
  readonly folder?: string;
}

/** Which functions something wakes, and by what. */
export function Wakes({ triggers, folder }: WakesProps) {
  if (triggers.length === 0) {
    return <p className={classes.wakes}>It wakes no function yet. Triggers are added on the page of the function.</p>;
  }
  return (
    <ul className={classes.wakes} aria-label="Functions that it wakes">
      {triggers.map((trigger) => {
        const { name, function: of, summary, enabled, options } = trigger;
        const wanted = folderOf(trigger);
        return (
          <li key={name}>
            <IconBolt size={15} stroke={1.6} aria-hidden /> wakes{' '}
            <Anchor component={Link} inherit underline="always" to={`/functions/${encodeURIComponent(of)}`}>
              {of}
            </Anchor>{' '}
            by {summary}
            {!enabled && ' (paused)'}
            <OnTheWay of={of} lane={name} />
            {folder !== undefined && !folder.startsWith(wanted) && (
              <>
                {', not from this folder: '}
                <Anchor
                  component={Link}
                  inherit
                  underline="always"
                  to={`/buckets/${encodeURIComponent(String(options.bucket))}?prefix=${encodeURIComponent(wanted)}`}
                >
                  go to {wanted}
                </Anchor>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What a trigger has taken and not delivered yet, or could not; with the way to it. */
function OnTheWay({ of, lane }: { readonly of: string; readonly lane: string }) {
  const lanes = useApi('/v1/lanes', undefined, { retry: false }).data?.lanes ?? [];
  const own = lanes.filter((each) => each.function === of && each.lane === lane);
  const sum = (count: (each: Lane) => number) => own.reduce((total, each) => total + count(each), 0);
  const counts: readonly (readonly [count: number, word: string, state: string])[] = [
    [sum(({ waiting }) => waiting), 'waiting', ''],
    [sum(({ delayed }) => delayed), 'held back', ''],
    [sum(({ running }) => running), 'running', 'running'],
    [sum(({ dead }) => dead), 'dead', 'dead'],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, word, state]) => (
      <Fragment key={word}>
        {' · '}
        <Anchor
          component={Link}
          inherit
          underline="always"
          {...(state === 'dead' && { c: 'var(--fob-bad)' })}
          to={`/events?${new URLSearchParams({ function: of, lane, ...(state !== '' && { state }) })}`}
        >
          {countText(count, 'event')} {word}
        </Anchor>
      </Fragment>
    ));
}
