import { Anchor } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import type { ApiProblem } from '../../../api/problem.ts';
import type { Api } from '../../../api/types.gen.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { functionPath } from '../paths.ts';
import classes from './overview.module.css';

type Invocation = Api['GET /v1/invocations']['answer']['invocations'][number];
const BAD = ['failed', 'timed_out', 'out_of_memory', 'crashed'] as const;
const SHOWN = 6;

/** The newest calls that went wrong, whatever way. */
export function Failures({ name }: { readonly name: string }) {
  const query = useQuery<Invocation[], ApiProblem>({
    queryKey: ['/v1/invocations', { query: { function: name, bad: true } }],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        BAD.map((status) =>
          api.get('/v1/invocations', { query: { function: name, status, limit: SHOWN, from: '7d' }, signal }),
        ),
      );
      const all = pages.flatMap(({ invocations }) => invocations);
      return all.sort((a, b) => b.startedAtMs - a.startedAtMs).slice(0, SHOWN);
    },
  });
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
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon={IconCircleCheck} title="Nothing failed in the last seven days" />
          ) : (
            <ul className={classes.failures}>
              {found.map(({ invocationId, status, errorType, errorMessage, startedAtMs, version }) => (
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
                    {[errorType, errorMessage].filter(Boolean).join(': ') || 'No message'}
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
