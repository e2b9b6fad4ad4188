import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { useTop } from '../../api/top.ts';
import { formatCount, formatDuration, formatMb, formatShare } from '../../ui/format.ts';
import { StatusBadge, toneOf, wordsOf } from '../../ui/status-badge.tsx';
import classes from './home.module.css';

/** What `/v1/top` says of the node, to those who may see it. */
interface NodeLoad {
  readonly state: string;
  readonly uptimeMs: number;
  readonly functions: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly sandboxes: number;
  readonly memoryBudgetMb: number;
  readonly memoryReservedMb: number;
  readonly machine: { readonly cores: number; readonly loadAverage: readonly number[] };
}

/** Whole, for the node leaves out the step that has not ended: it says 4.9 minutes. */
const WINDOW_MINUTES = 5 as const;

/** The platform in a few numbers. */
export function Figures() {
  const top = useTop(`${WINDOW_MINUTES}m`);
  const status = useApi('/v1/status', undefined, { retry: false });
  if (top.data === undefined) return top.error === null ? <Waiting /> : null;
  const { all } = top.data;
  const node = top.data.node as NodeLoad | undefined;
  const broken = (status.data?.objectives ?? []).filter(({ state }) => state === 'failing').map(({ title }) => title);
  const share = all.invocations === 0 ? 0 : all.errorRate;
  return (
    <dl className={classes.figures} aria-label="The platform in numbers" style={{ margin: 0 }}>
      {node !== undefined && (
        <Figure
          title="Platform"
          note={broken.length > 0 ? `not kept now: ${broken.join(', ')}` : `up for ${formatDuration(node.uptimeMs)}`}
        >
          <Link to="/nodes/status" className={classes.state ?? ''}>
            <StatusBadge tone={toneOf(status.data?.state ?? node.state)}>
              {wordsOf(status.data?.state ?? node.state)}
            </StatusBadge>
          </Link>
        </Figure>
      )}
      <Figure title="Invocations a second" note={`${formatCount(all.invocations)} in ${WINDOW_MINUTES} min`}>
        {formatCount(all.callsPerS)}
      </Figure>
      <Figure title="Errors" note={all.errors === 0 ? 'none' : `${formatCount(all.errors)} of these`}>
        <span className={share > 0 ? classes.bad : ''}>{formatShare(share)}</span>
      </Figure>
      <Figure
        title="Duration (p90)"
        note={
          all.p99Ms === undefined
            ? all.invocations === 0
              ? 'no invocations'
              : 'in a moment'
            : `p99 ${formatDuration(all.p99Ms)}`
        }
      >
        {all.p90Ms === undefined ? '–' : formatDuration(all.p90Ms)}
      </Figure>
      {node !== undefined && (
        <>
          <Figure
            title="Running now"
            note={`${formatCount(node.waiting)} waiting · ${formatCount(node.sandboxes)} sandboxes`}
          >
            {formatCount(node.inFlight)}
          </Figure>
          <Figure
            title="Memory for functions"
            note={`of ${formatMb(node.memoryBudgetMb)} · load ${node.machine.loadAverage[0]?.toFixed(1)} on ${node.machine.cores} cores`}
          >
            {formatMb(node.memoryReservedMb)}
          </Figure>
        </>
      )}
    </dl>
  );
}

function Figure({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
}) {
  return (
    <div className={classes.figure}>
      <dt>{title}</dt>
      <dd className={classes.value}>{children}</dd>
      <dd className={classes.note}>{note}</dd>
    </div>
  );
}

function Waiting() {
  return (
    <div className={classes.figures} role="status" aria-label="Loading the numbers" data-loading>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <Skeleton key={key} height={92} radius="lg" />
      ))}
    </div>
  );
}
