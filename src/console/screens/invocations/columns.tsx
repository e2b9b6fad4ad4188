import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Column } from '../../ui/data-table.tsx';
import { formatDuration } from '../../ui/format.ts';
import { StatusBadge, toneOf, wordsOf } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { failureOf, type Invocation, invocationPath, wokenBy } from './invocation.ts';
import classes from './invocations.module.css';

/** Percent of the longest bar: by orders of magnitude, since invocations differ by those. */
function lengthOf(ms: number, longestMs: number): number {
  return longestMs === 0 ? 0 : (100 * Math.log1p(ms * 10)) / Math.log1p(longestMs * 10);
}

/** The columns of a list of invocations; `longestMs` is what the bars of durations are measured by. */
export function columnsOf(isOfOneFunction: boolean, longestMs: number): readonly Column<Invocation>[] {
  const name: Column<Invocation> = {
    key: 'function',
    phone: 'first',
    title: 'Function',
    // More of a name where there is room for it: the columns of one width take theirs first.
    width: 'minmax(clamp(3.5rem, 14vw, 9rem), 1fr)',
    cell: ({ function: of }) => of,
  };
  return [
    {
      key: 'status',
      phone: isOfOneFunction ? 'first' : 'second',
      title: 'Ended',
      width: 'minmax(5.75rem, 8rem)',
      cell: ({ status, invocationId }) => (
        <Anchor component={Link} to={invocationPath(invocationId)} underline="never" inherit>
          <StatusBadge tone={toneOf(status)} plain>
            {wordsOf(status)}
          </StatusBadge>
        </Anchor>
      ),
    },
    {
      key: 'when',
      phone: 'end',
      title: 'Began',
      width: 'minmax(3.75rem, 8rem)',
      cell: ({ startedAtMs }) => <Time at={startedAtMs} />,
    },
    ...(isOfOneFunction ? [] : [name]),
    {
      key: 'version',
      title: 'Version',
      width: 'minmax(4rem, 7rem)',
      wide: true,
      cell: ({ version, alias }) => (alias === undefined ? String(version) : `${version} (${alias})`),
    },
    {
      key: 'duration',
      phone: 'second',
      title: 'Duration',
      width: 'minmax(4.25rem, 8rem)',
      cell: ({ durationMs, coldStart }) => (
        <span className={classes.duration}>
          <span className={classes.bar} style={{ width: `${lengthOf(durationMs, longestMs)}%` }} aria-hidden />
          <span>{formatDuration(durationMs)}</span>
          {coldStart && <span className={classes.cold}>cold</span>}
        </span>
      ),
    },
    {
      key: 'failure',
      phone: 'rest',
      title: 'What went wrong',
      width: 'minmax(8rem, 2fr)',
      wide: true,
      cell: (invocation) => <span title={failureOf(invocation)}>{failureOf(invocation)}</span>,
    },
    { key: 'by', title: 'Woken by', width: 'minmax(6rem, 1.2fr)', wide: true, cell: wokenBy },
  ];
}
