import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { StatusBadge, toneOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import { alertInWords } from '../../home/alert-words.ts';
import classes from './overview.module.css';

/** The alerts of this function that fire now; nothing where none does. */
export function Firing({ name }: { readonly name: string }) {
  const { data } = useApi('/v1/alerts', { query: { function: name } });
  const alerts = data?.alerts.filter(({ state }) => state === 'firing') ?? [];
  return alerts.map((alert) => {
    const { id, severity, condition, sinceMs, diagnosis } = alert;
    return (
      <div key={id} className={classes.firing} data-tone={toneOf(severity)}>
        <StatusBadge tone={toneOf(severity)} plain>
          {severity}
        </StatusBadge>
        <b>{alertInWords(alert)}</b>
        <span className={classes.small}>{condition}</span>
        {diagnosis?.causes[0] !== undefined && <span>Likely: {visible(diagnosis.causes[0].text)}</span>}
        <span className={classes.small}>
          since <Time at={sinceMs} />
        </span>
        <Anchor component={Link} to={`/alerts?alert=${encodeURIComponent(id)}`} size="sm">
          Look into it
        </Anchor>
      </div>
    );
  });
}
