import type { TopRow } from '../../observe/metrics/metrics.ts';
import { formatDuration } from '../human.ts';
import { formatNumber } from '../metric-view.ts';
import type { Column } from '../table.ts';

/** A column of the live view: what the node sorts by, and the key that asks for it. */
interface TopColumn {
  readonly sort: string;
  readonly key: string;
  readonly title: string;
  readonly cell: (row: TopRow) => string;
  readonly dropOrder?: number;
}

const ms = (value: number | undefined): string => (value === undefined ? '-' : formatDuration(value));
const share = (value: number | undefined): string => (value === undefined ? '-' : `${formatNumber(value * 100)}%`);
const orNothing = (value: number): string => (value === 0 ? '-' : formatNumber(value));

export const TOP_COLUMNS: readonly TopColumn[] = [
  { sort: 'name', key: 'n', title: 'FUNCTION', cell: (row) => row.function },
  { sort: 'calls', key: 'c', title: 'CALLS/S', cell: (row) => formatNumber(row.callsPerS) },
  { sort: 'errors', key: 'e', title: 'ERR/S', cell: (row) => orNothing(row.errorsPerS) },
  { sort: 'errorRate', key: 'r', title: 'ERR', cell: (row) => (row.errors === 0 ? '-' : share(row.errorRate)) },
  { sort: 'p50', key: '5', title: 'P50', cell: (row) => ms(row.p50Ms), dropOrder: 4 },
  { sort: 'p90', key: 'p', title: 'P90', cell: (row) => ms(row.p90Ms) },
  { sort: 'p99', key: '9', title: 'P99', cell: (row) => ms(row.p99Ms), dropOrder: 5 },
  { sort: 'queued', key: 'u', title: 'QUEUED', cell: (row) => ms(row.queuedP90Ms), dropOrder: 6 },
  { sort: 'memory', key: 'm', title: 'MEM', cell: (row) => share(row.memoryShare) },
  { sort: 'concurrency', key: 'o', title: 'AT ONCE', cell: (row) => orNothing(row.concurrency), dropOrder: 3 },
  { sort: 'coldStarts', key: 'k', title: 'COLD', cell: (row) => orNothing(row.coldStarts), dropOrder: 2 },
  { sort: 'throttles', key: 't', title: 'THROTTLED', cell: (row) => orNothing(row.throttles), dropOrder: 7 },
  { sort: 'billed', key: 'b', title: 'GB-S', cell: (row) => orNothing(row.billedGbS), dropOrder: 8 },
];

export const SORTS: readonly string[] = TOP_COLUMNS.map(({ sort }) => sort);

export type Paint = (format: 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'inverse' | 'cyan', text: string) => string;

/** The columns as tables have them; the one that is sorted by is marked. */
export function tableColumns(sort: string, paint: Paint): Column[] {
  return TOP_COLUMNS.map((column, at) => ({
    title: column.sort === sort ? `${column.title}*` : column.title,
    align: at === 0 ? 'left' : 'right',
    ...(at === 0 && { shrinkTo: 12 }),
    // The one that is sorted by stays, however narrow it is.
    ...(column.dropOrder !== undefined && column.sort !== sort && { dropOrder: column.dropOrder }),
    decorate: (cell: string, value: string) => {
      if (at === 0) return paint('bold', cell);
      if (value === '-' || value === '0') return paint('dim', cell);
      if (column.sort === 'errors' || column.sort === 'errorRate') return paint('red', cell);
      if (column.sort === 'throttles') return paint('yellow', cell);
      if (column.sort === 'memory') return Number.parseFloat(value) >= 90 ? paint('red', cell) : cell;
      return cell;
    },
  }));
}
