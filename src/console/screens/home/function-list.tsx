import { Button, SegmentedControl } from '@mantine/core';
import { IconBolt, IconSearch, IconSearchOff } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { ANY } from '../../api/may.ts';
import type { FunctionView, TopEntry } from '../../api/things.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatCount, formatDuration, formatShare } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { Time } from '../../ui/time.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import classes from './home.module.css';

const STEP_MS = 120_000;
const STEPS = 30;
const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'failing', label: 'Failing' },
  { value: 'throttled', label: 'Throttled' },
] as const;

/** A function with what it did. */
interface Row {
  readonly view: FunctionView;
  /** What is looked through, in small letters. */
  readonly text: string;
  readonly now: TopEntry | undefined;
  /** Calls of the last hour, by two minutes; absent where too many others had more. */
  readonly calls: readonly number[] | undefined;
  readonly sum: number;
}

/** All functions, with what they did within the last hour; found by name, description, runtime, owner or tag. */
export function FunctionList({ functions }: { readonly functions: UseQueryResult<FunctionView[], Error> }) {
  const navigate = useNavigate();
  const [parameters, setParameters] = useSearchParams();
  const search = parameters.get('q') ?? '';
  const filter = parameters.get('show') ?? 'all';
  const words = useDeferredValue(search.trim().toLowerCase());
  const rows = useRows(functions.data ?? []);
  const found = useMemo(
    () =>
      rows.filter(({ text, now, sum }) => {
        if (words !== '' && !words.split(/\s+/).every((word) => text.includes(word))) return false;
        if (filter === 'active') return sum > 0 || (now?.invocations ?? 0) > 0;
        if (filter === 'failing') return (now?.errors ?? 0) > 0;
        return filter !== 'throttled' || (now?.throttles ?? 0) > 0;
      }),
    [rows, words, filter],
  );
  const set = (name: string, value: string): void => {
    setParameters(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  };

  return (
    <Panel
      title={`Functions${functions.data === undefined ? '' : ` (${formatCount(functions.data.length)})`}`}
      flush
      aside={
        <div className={classes.filters}>
          <TypedInput
            size="xs"
            aria-label="Search functions"
            placeholder="Name, tag, owner …"
            leftSection={<IconSearch size={14} aria-hidden />}
            value={search}
            onText={(text) => set('q', text)}
          />
          <SegmentedControl
            size="xs"
            aria-label="Which functions"
            data={[...FILTERS]}
            value={filter}
            onChange={(value) => set('show', value === 'all' ? '' : value)}
          />
        </div>
      }
    >
      <QueryView query={functions} what="The functions" rows={8}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={IconBolt}
              title="There are no functions yet"
              action={
                <May action="function:deploy" on={ANY}>
                  <Button component={Link} to="/create">
                    Create the first one
                  </Button>
                </May>
              }
            >
              From a blueprint that works, or from code of your own. On the command line:{' '}
              <code>fob deploy hello.py</code>
            </EmptyState>
          ) : (
            <DataTable
              label="Functions"
              rows={found}
              columns={COLUMNS}
              rowKey={({ view }) => view.name}
              onOpen={({ view }) => void navigate(`/functions/${encodeURIComponent(view.name)}`)}
              initialSort={{ key: 'calls', descending: true }}
              maxHeight="36rem"
              empty={
                <EmptyState
                  icon={IconSearchOff}
                  title="No function fits"
                  action={
                    <Button variant="default" onClick={() => setParameters({}, { replace: true })}>
                      Show all
                    </Button>
                  }
                />
              }
            />
          )
        }
      </QueryView>
    </Panel>
  );
}

function useRows(functions: readonly FunctionView[]): readonly Row[] {
  const top = useApi('/v1/top', { query: { window: '5m', limit: 1_000 } });
  const calls = useApi('/v1/metrics/query', {
    query: { metric: 'invocations', by: 'function', from: '1h', step: '2m' },
  });
  const texts = useMemo(() => functions.map((view) => ({ view, text: textOf(view) })), [functions]);
  return useMemo(() => {
    const now = new Map(top.data?.functions.map((entry) => [entry.function, entry]));
    const metric = calls.data?.metrics[0];
    const end = metric === undefined ? 0 : Math.floor(Date.parse(metric.to) / STEP_MS);
    const byName = new Map(
      metric?.series.map(({ labels, points }) => {
        const values = Array.from({ length: STEPS }, () => 0);
        for (const [atMs = 0, value = 0] of points) {
          const at = STEPS - 1 - (end - Math.floor(atMs / STEP_MS));
          if (at >= 0 && at < STEPS) values[at] = value;
        }
        return [labels.function ?? '', values];
      }),
    );
    return texts.map(({ view, text }) => {
      const values = byName.get(view.name) ?? (metric !== undefined && metric.leftOut === 0 ? [] : undefined);
      const sum = values?.reduce((one, other) => one + other, 0) ?? 0;
      return { view, text, now: now.get(view.name), calls: values, sum };
    });
  }, [texts, top.data, calls.data]);
}

function textOf({ name, config }: FunctionView): string {
  const tags = Object.entries(config.tags).map(([key, value]) => `${key}=${value}`);
  return [name, config.description, config.runtime, config.owner, ...tags].join(' ').toLowerCase();
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'name',
    title: 'Function',
    width: 'minmax(6.5rem, 3fr)',
    sort: ({ view }) => view.name.toLowerCase(),
    cell: ({ view }) => (
      <>
        <Link to={`/functions/${encodeURIComponent(view.name)}`} className={classes.name ?? ''}>
          {view.name}
        </Link>
        {view.config.description !== '' && <span className={classes.description}>{view.config.description}</span>}
      </>
    ),
  },
  {
    key: 'runtime',
    title: 'Runtime',
    width: '5.5rem',
    wide: true,
    sort: ({ view }) => view.config.runtime,
    cell: ({ view }) => view.config.runtime,
  },
  {
    key: 'owner',
    title: 'Owner',
    width: 'minmax(4rem, 0.7fr)',
    wide: true,
    sort: ({ view }) => view.config.owner,
    cell: ({ view }) => view.config.owner || <span className={classes.none}>nobody</span>,
  },
  {
    key: 'calls',
    title: 'Invocations',
    width: '6rem',
    align: 'right',
    sort: ({ sum, calls }) => (calls === undefined ? -1 : sum),
    cell: ({ sum, calls }) => (calls === undefined ? <span className={classes.none}>–</span> : formatCount(sum)),
  },
  {
    key: 'course',
    title: 'Course',
    width: '6.5rem',
    wide: true,
    cell: ({ calls = [] }) => <Sparkline values={calls} />,
  },
  {
    key: 'errors',
    title: 'Errors',
    width: '3.75rem',
    align: 'right',
    sort: ({ now }) => (now === undefined || now.invocations === 0 ? 0 : now.errorRate),
    cell: ({ now }) =>
      now === undefined || now.errors === 0 ? (
        <span className={classes.none}>–</span>
      ) : (
        <span className={classes.bad}>{formatShare(now.errorRate)}</span>
      ),
  },
  {
    key: 'p90',
    title: 'p90',
    width: '4.75rem',
    align: 'right',
    wide: true,
    sort: ({ now }) => now?.p90Ms ?? -1,
    cell: ({ now }) => (now?.p90Ms === undefined ? <span className={classes.none}>–</span> : formatDuration(now.p90Ms)),
  },
  {
    key: 'updated',
    title: 'Changed',
    width: '6rem',
    align: 'right',
    wide: true,
    sort: ({ view }) => view.updatedAt,
    cell: ({ view }) => <Time at={view.updatedAt} ago />,
  },
];
