import { Button, SegmentedControl } from '@mantine/core';
import { IconSearch, IconSearchOff } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { FunctionView } from '../../api/things.ts';
import { useTop } from '../../api/top.ts';
import { courseOf } from '../../ui/course.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import { useWords } from '../../ui/words.ts';
import { NAME, OWNER, P90, type Row, RUNTIME, UPDATED } from '../functions/columns.tsx';
import { NoFunctions } from '../functions/no-functions.tsx';
import { holds, textOf } from '../functions/search.ts';
import classes from './home.module.css';

const STEPS = 30;
const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'active', label: 'Active' },
  { value: 'failing', label: 'Failing' },
  { value: 'throttled', label: 'Throttled' },
] as const;

/** A function with what it did in the last five minutes, and in the last hour. */
interface HomeRow extends Row {
  /** What is looked through. */
  readonly text: string;
  /** Invocations of the last hour, by two minutes; absent where too many others had more. */
  readonly calls: readonly number[] | undefined;
  readonly sum: number;
}

/** All functions, with what they did within the last hour; found by name, description, runtime, owner or tag. */
export function FunctionList({ functions }: { readonly functions: UseQueryResult<FunctionView[], Error> }) {
  const navigate = useNavigate();
  const [{ q: search, show: wanted }, show] = useWords(['q', 'show']);
  const filter = FILTERS.find(({ value }) => value === wanted)?.value ?? 'all';
  const words = useDeferredValue(search.trim());
  const rows = useRows(functions.data ?? []);
  const found = useMemo(
    () =>
      rows.filter(({ text, top, sum }) => {
        if (words !== '' && !holds(text, words)) return false;
        if (filter === 'active') return sum > 0 || (top?.invocations ?? 0) > 0;
        if (filter === 'failing') return (top?.errors ?? 0) > 0;
        return filter !== 'throttled' || (top?.throttles ?? 0) > 0;
      }),
    [rows, words, filter],
  );
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
            onText={(q) => show({ q })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Which functions"
            data={[...FILTERS]}
            value={filter}
            onChange={(value) => show({ show: value === 'all' ? '' : value })}
          />
        </div>
      }
    >
      <QueryView query={functions} what="The functions" rows={8}>
        {(all) =>
          all.length === 0 ? (
            <NoFunctions />
          ) : (
            <DataTable
              label="Functions"
              rows={found}
              columns={COLUMNS}
              rowKey={({ view }) => view.name}
              onOpen={({ view }) => void navigate(`/functions/${encodeURIComponent(view.name)}`)}
              initialSort={{ key: 'calls', descending: true }}
              rowHeight={46}
              maxHeight="36rem"
              empty={
                <EmptyState
                  icon={IconSearchOff}
                  title="No function fits"
                  action={
                    <Button variant="default" onClick={() => show({ q: '', show: '' })}>
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

function useRows(functions: readonly FunctionView[]): readonly HomeRow[] {
  const top = useTop('5m');
  const calls = useApi('/v1/metrics/query', {
    query: { metric: 'invocations', by: 'function', from: '1h', step: '2m' },
  });
  const texts = useMemo(() => functions.map((view) => ({ view, text: textOf(view) })), [functions]);
  return useMemo(() => {
    const now = new Map(top.data?.functions.map((entry) => [entry.function, entry]));
    const metric = calls.data?.metrics[0];
    const byName = new Map(
      metric?.series.map(({ labels, points }) => [labels.function ?? '', courseOf(metric, points, STEPS)]),
    );
    return texts.map(({ view, text }) => {
      const values = byName.get(view.name) ?? (metric !== undefined && metric.leftOut === 0 ? [] : undefined);
      const sum = values?.reduce((one, other) => one + other, 0) ?? 0;
      return { view, text, top: now.get(view.name), isMeasured: top.data !== undefined, calls: values, sum };
    });
  }, [texts, top.data, calls.data]);
}

const COLUMNS: readonly Column<HomeRow>[] = [
  NAME,
  RUNTIME,
  OWNER,
  {
    key: 'calls',
    title: 'Invoked',
    width: '4.25rem',
    align: 'right',
    sort: ({ sum, calls }) => (calls === undefined ? -1 : sum),
    cell: ({ sum, calls }) => (calls === undefined ? <span className={classes.none}>–</span> : formatCount(sum)),
  },
  {
    key: 'course',
    title: 'Course',
    width: '5.5rem',
    wide: true,
    cell: ({ calls = [] }) => <Sparkline values={calls} />,
  },
  {
    key: 'errors',
    title: 'Errors',
    width: '3.5rem',
    align: 'right',
    sort: ({ top }) => (top === undefined || top.invocations === 0 ? 0 : top.errorRate),
    cell: ({ top }) =>
      top === undefined || top.errors === 0 ? (
        <span className={classes.none}>–</span>
      ) : (
        <span className={classes.bad}>{formatShare(top.errorRate)}</span>
      ),
  },
  P90,
  UPDATED,
];
