import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { FunctionView, TopEntry } from '../../api/things.ts';
import type { Column } from '../../ui/data-table.tsx';
import { formatCount, formatDuration, formatShare } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { functionPath } from '../function/paths.ts';
import { HEALTH, healthOf } from './health.ts';
import classes from './list.module.css';

/** A function and what its calls did in the last ten minutes. */
export interface Row {
  readonly view: FunctionView;
  readonly top: TopEntry | undefined;
  /** False until the node has said what the calls did, and for who may not know that. */
  readonly isMeasured: boolean;
}

// All widths together fit into a tablet held upright.

export const NAME: Column<Row> = {
  key: 'name',
  title: 'Function',
  width: 'minmax(6.25rem, 3fr)',
  sort: ({ view }) => view.name.toLowerCase(),
  cell: ({ view: { name, config } }) => (
    <span className={classes.name}>
      <Anchor component={Link} to={functionPath(name)} inherit tabIndex={-1}>
        {name}
      </Anchor>
      {config.description !== '' && <span className={classes.about}>{visible(config.description)}</span>}
    </span>
  ),
};

export const RUNTIME: Column<Row> = {
  key: 'runtime',
  title: 'Runtime',
  width: '4.5rem',
  wide: 'very',
  sort: ({ view }) => view.config.runtime,
  cell: ({ view }) => view.config.runtime,
};

export const OWNER: Column<Row> = {
  key: 'owner',
  title: 'Owner',
  width: 'minmax(4rem, 1fr)',
  wide: true,
  sort: ({ view }) => view.config.owner,
  cell: ({ view }) => view.config.owner || '–',
};

export const P90: Column<Row> = {
  key: 'p90',
  title: 'p90',
  width: '4.25rem',
  align: 'right',
  wide: true,
  sort: ({ top }) => top?.p90Ms ?? -1,
  cell: ({ top }) => (top?.p90Ms === undefined ? '–' : formatDuration(top.p90Ms)),
};

export const UPDATED: Column<Row> = {
  key: 'updated',
  title: 'Changed',
  width: '5.25rem',
  align: 'right',
  wide: true,
  sort: ({ view }) => view.updatedAt,
  cell: ({ view }) => <Time at={view.updatedAt} ago />,
};

/** The columns of the list of all functions. */
export const COLUMNS: readonly Column<Row>[] = [
  NAME,
  {
    key: 'health',
    title: 'Health',
    width: '6rem',
    sort: ({ top }) => HEALTH[healthOf(top)].rank,
    cell: ({ top, isMeasured }) => {
      if (!isMeasured) return '';
      const { word, tone } = HEALTH[healthOf(top)];
      return (
        <StatusBadge tone={tone} plain>
          {word}
        </StatusBadge>
      );
    },
  },
  RUNTIME,
  OWNER,
  {
    key: 'calls',
    title: 'Invoked',
    width: '4.25rem',
    align: 'right',
    sort: ({ top }) => top?.invocations ?? 0,
    cell: ({ top, isMeasured }) => (isMeasured ? formatCount(top?.invocations ?? 0) : ''),
  },
  {
    key: 'errors',
    title: 'Errors',
    width: '3.5rem',
    align: 'right',
    wide: true,
    sort: ({ top }) => top?.errorRate ?? -1,
    cell: ({ top }) => (top === undefined || top.invocations === 0 ? '–' : formatShare(top.errorRate)),
  },
  P90,
  UPDATED,
];
