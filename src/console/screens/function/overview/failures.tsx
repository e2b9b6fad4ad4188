import { Anchor } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
import { functionPath } from '../paths.ts';
import classes from './overview.module.css';

const SHOWN = 6;

/** The newest invocations that went wrong, whatever way. */
export function Failures({ name }: { readonly name: string }) {
  const query = useApi('/v1/invocations', { query: { function: name, failed: true, limit: SHOWN, from: '7d' } });
  return (
    <Panel
      title="Recent failures"
      flush
      aside={
        <Anchor component={Link} to={functionPath(name, 'invocations', { status: 'failed' })} size="sm">
          All of them
        </Anchor>
      }
    >
      <QueryView query={query} what="The failures" rows={3}>
        {({ invocations }) =>
          invocations.length === 0 ? (
            <EmptyState icon={IconCircleCheck} title="Nothing failed in the last seven days" />
          ) : (
            <ul className={classes.failures}>
              {invocations.map(({ invocationId, status, errorType, errorMessage, startedAtMs, version }) => (
                <li key={invocationId}>
                  <StatusBadge tone={toneOf(status)} plain>
                    {wordsOf(status)}
                  </StatusBadge>
                  <Anchor
                    component={Link}
                    to={functionPath(name, `invocations/${invocationId}`)}
                    inherit
                    c="var(--fob-text)"
                    className={classes.message ?? ''}
                  >
                    {visible([errorType, errorMessage].filter(Boolean).join(': ')) || 'No message'}
                  </Anchor>
                  <span className={classes.small}>
                    v{version} · <Time at={startedAtMs} ago />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Panel>
  );
}
