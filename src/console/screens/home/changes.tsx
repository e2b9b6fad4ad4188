import { IconSparkles } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link } from 'react-router';
import type { FunctionView } from '../../api/things.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './home.module.css';

const MOST = 6;

/** The functions whose serving version is the youngest, with who made it and why. */
export function Changes({ functions }: { readonly functions: UseQueryResult<FunctionView[], Error> }) {
  const latest = useMemo(
    () => [...(functions.data ?? [])].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(0, MOST),
    [functions.data],
  );
  return (
    <Panel title="Changed lately" flush>
      <QueryView query={functions} what="What changed" rows={3}>
        {() =>
          latest.length === 0 ? (
            <EmptyState icon={IconSparkles} title="Nothing has been deployed yet">
              The first function that you deploy appears here.
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {latest.map(({ name, version, updatedAt, origin }) => (
                <li key={name} className={classes.item}>
                  <span className={classes.what}>
                    <Link to={`/functions/${encodeURIComponent(name)}`} className={classes.name ?? ''}>
                      {name}
                    </Link>
                    <span className={classes.none}>
                      version {version}
                      {origin === undefined ? '' : ` by ${origin.by}`}
                      {origin?.message === undefined ? '' : `: ${origin.message}`}
                    </span>
                  </span>
                  <span className={classes.aside}>
                    <Time at={updatedAt} ago />
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
