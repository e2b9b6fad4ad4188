import type { Release } from '../../../api/things.ts';
import { formatCount, formatDuration, formatShare } from '../../../ui/format.ts';
import { SimpleTable } from '../../../ui/simple-table.tsx';
import classes from './releases.module.css';

type Numbers = NonNullable<Release['numbers']>['old'];
type Rules = Release['rules'];

interface Row {
  readonly title: string;
  readonly of: (numbers: Numbers) => number;
  readonly shown: (value: number) => string;
  /** Whether the release's rules hold it against the new version. */
  readonly isWorse?: (before: number, after: number, rules: Rules) => boolean;
}

const ROWS: readonly Row[] = [
  {
    title: 'Failed',
    of: ({ errorRate }) => errorRate,
    shown: formatShare,
    isWorse: (before, after, { maxErrorIncrease }) => (after - before) * 100 > maxErrorIncrease,
  },
  { title: 'p50', of: ({ p50Ms }) => p50Ms, shown: formatDuration },
  {
    title: 'p90',
    of: ({ p90Ms }) => p90Ms,
    shown: formatDuration,
    isWorse: (before, after, { maxLatencyFactor, minLatencyIncreaseMs }) =>
      after > before * maxLatencyFactor && after - before > minLatencyIncreaseMs,
  },
  { title: 'p99', of: ({ p99Ms }) => p99Ms, shown: formatDuration },
];

interface ComparisonProps {
  readonly old: Numbers;
  readonly fresh: Numbers;
  readonly rules: Rules;
}

/** Two versions side by side, as their calls of late were. What the rules hold against the new one is said, not only coloured. */
export function Comparison({ old, fresh, rules }: ComparisonProps) {
  const isComparable = old.calls > 0 && fresh.calls > 0;
  return (
    <SimpleTable
      label="Both versions compared"
      head={['Of late', `Version ${old.version}, old`, `Version ${fresh.version}, new`, 'New against old']}
    >
      <tr>
        <th scope="row">Invocations</th>
        <td className={classes.figure}>{formatCount(old.calls)}</td>
        <td className={classes.figure}>{formatCount(fresh.calls)}</td>
        <td className={classes.against}>
          {fresh.calls < rules.minCalls && `judged from ${formatCount(rules.minCalls)} on`}
        </td>
      </tr>
      {ROWS.map(({ title, of, shown, isWorse }) => {
        const [before, after] = [of(old), of(fresh)];
        const worse = isComparable && isWorse?.(before, after, rules) === true;
        const difference = `${after > before ? '+' : '−'}${shown(Math.abs(after - before))}`;
        return (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td className={classes.figure}>{old.calls === 0 ? '–' : shown(before)}</td>
            <td className={classes.figure}>{fresh.calls === 0 ? '–' : shown(after)}</td>
            <td data-worse={worse || undefined} className={classes.against}>
              {isComparable && (after === before ? 'the same' : `${difference}${worse ? ': worse' : ''}`)}
            </td>
          </tr>
        );
      })}
    </SimpleTable>
  );
}
