import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { Panel } from '../../../ui/panel.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { functionPath } from '../paths.ts';
import type { Happening } from './happenings.ts';
import classes from './monitoring.module.css';

const SHOWN = 30;

interface HappenedProps {
  readonly name: string;
  readonly happenings: readonly Happening[];
}

/** What the marks on the axis of time stand for. */
export function Happened({ name, happenings }: HappenedProps) {
  if (happenings.length === 0) return null;
  return (
    <Panel title="What happened in this time" flush>
      <ul className={classes.happened}>
        {happenings.slice(0, SHOWN).map(({ id, atMs, label, tone, to, by }) => (
          <li key={id}>
            <Time at={atMs} />
            <StatusBadge tone={tone} plain>
              {tone === 'bad' ? 'alert' : 'change'}
            </StatusBadge>
            <span className={classes.what}>
              <Anchor component={Link} to={to.startsWith('/') ? to : functionPath(name, to)} inherit underline="always">
                {label}
              </Anchor>
              {by !== undefined && <span className={classes.hint}> by {by}</span>}
            </span>
          </li>
        ))}
      </ul>
      {happenings.length > SHOWN && <p className={classes.more}>and {happenings.length - SHOWN} earlier</p>}
    </Panel>
  );
}
