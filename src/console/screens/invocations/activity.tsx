import { useMemo } from 'react';
import { useApi } from '../../api/hooks.ts';
import { formatCount } from '../../ui/format.ts';
import type { TimeRange } from '../../ui/range.ts';
import { TimeChart } from '../../ui/time-chart.tsx';
import { measuresOf } from '../function/monitoring/measures.ts';

const MINUTE_MS = 60_000;

interface ActivityProps {
  /** Empty: of all functions together. */
  readonly function: string;
  readonly version?: number;
  readonly range: TimeRange;
  readonly onRange: (range: TimeRange) => void;
}

/** How many invocations there were over the time of a list: dragging over a part of it lists that part. */
export function Activity({ function: name, version, range, onRange }: ActivityProps) {
  const query = useApi(
    '/v1/metrics/query',
    {
      query: {
        metric: 'invocations,errors',
        ...range,
        ...(name !== '' && { function: name }),
        ...(version !== undefined && { version: String(version) }),
      },
    },
    { keepPrevious: true },
  );
  const measures = useMemo(() => query.data && measuresOf(query.data), [query.data]);
  const series = useMemo(
    () => [
      { label: 'invocations', values: measures?.values.get('invocations') ?? [], color: 1, filled: true },
      { label: 'errors', values: measures?.values.get('errors') ?? [], bad: true },
    ],
    [measures],
  );
  // Who may not see what is measured still sees the list.
  if (query.error !== null || measures === undefined) return null;
  return (
    <TimeChart
      label="Invocations over time"
      timesMs={measures.timesMs}
      series={series}
      format={formatCount}
      whole
      height={88}
      range={measures}
      onRange={(fromMs, toMs) => {
        const from = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
        const to = Math.max(from + MINUTE_MS, Math.ceil(toMs / MINUTE_MS) * MINUTE_MS);
        onRange({
          from: new Date(from).toISOString(),
          ...(to < Date.now() && { to: new Date(to).toISOString() }),
        });
      }}
    />
  );
}
