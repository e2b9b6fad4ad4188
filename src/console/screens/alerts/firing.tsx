import { IconChevronDown, IconCircleCheck } from '@tabler/icons-react';
import { useRef } from 'react';
import { useApi } from '../../api/hooks.ts';
import type { AlertView } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { StatusBadge, toneOf } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { useWords } from '../../ui/words.ts';
import { AlertDetail } from './alert-detail.tsx';
import classes from './alerts.module.css';

/** What fires now, the gravest first; one of them is opened. */
export function Firing() {
  const query = useApi('/v1/alerts');
  const [{ alert }, setWords] = useWords(['alert']);
  const first = useRef('');
  // What is read, or written in, stays open where something graver comes above it.
  if (!query.data?.alerts.some(({ id }) => id === first.current)) first.current = query.data?.alerts[0]?.id ?? '';
  return (
    <>
      <Panel flush>
        <QueryView query={query} what="The alerts">
          {({ alerts }) =>
            alerts.length === 0 ? (
              <EmptyState icon={IconCircleCheck} title="Nothing fires">
                Every function is watched from the start. What fires appears here by itself, with its likely cause.
              </EmptyState>
            ) : (
              <ul className={classes.list}>
                {alerts.map((each) => {
                  const isOpen = each.id === (alert === '' ? first.current : alert);
                  return (
                    <li key={each.firingId} className={classes.item}>
                      <Heading
                        alert={each}
                        isOpen={isOpen}
                        onToggle={() => setWords({ alert: isOpen ? '-' : each.id })}
                      />
                      {isOpen && <AlertDetail alert={each} />}
                    </li>
                  );
                })}
              </ul>
            )
          }
        </QueryView>
      </Panel>
      <div style={{ height: '1rem' }} />
      <CommandLine words={alert === '' || alert === '-' ? ['alert', 'list'] : ['alert', 'show', alert]} />
    </>
  );
}

function Heading({ alert, isOpen, onToggle }: { alert: AlertView; isOpen: boolean; onToggle: () => void }) {
  const { severity, rule, function: name, value, limit, sinceMs, acknowledged, silencedUntilMs, diagnosis } = alert;
  const history = (diagnosis?.history ?? []).map((each) => each ?? 0);
  return (
    <button type="button" className={classes.heading} aria-expanded={isOpen} onClick={onToggle}>
      <span className={classes.severity}>
        <StatusBadge tone={toneOf(severity)}>{severity}</StatusBadge>
      </span>
      <span className={classes.what}>
        <strong>{name ?? 'This node'}</strong>
        <span>{alert.description ?? rule}</span>
        {acknowledged && (
          <StatusBadge tone="info" plain>
            {`${acknowledged.by} looks after it`}
          </StatusBadge>
        )}
        {silencedUntilMs !== undefined && (
          <StatusBadge tone="quiet" plain>
            silenced
          </StatusBadge>
        )}
      </span>
      <span className={classes.figure}>
        <strong>{value}</strong>
        <span>limit {limit}</span>
      </span>
      <span className={classes.spark}>{history.length > 1 && <Sparkline values={history} bad />}</span>
      <span className={classes.since}>
        <Time at={sinceMs} ago />
        <IconChevronDown size={15} aria-hidden />
      </span>
    </button>
  );
}
