import { type Column, DataTable } from '../../ui/data-table.tsx';
import { formatCount, formatDuration, formatShare } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { kindWords, type MapEdge, type MapModel, type MapNode } from './model.ts';

interface Row {
  readonly edge: MapEdge;
  readonly from: MapNode | undefined;
  readonly to: MapNode | undefined;
}

interface MapTableProps {
  readonly model: MapModel;
  readonly lit: ReadonlySet<string>;
  readonly onSelect: (id: string) => void;
}

const share = ({ numbers: { calls, errors } }: MapEdge) => (calls === 0 ? 0 : errors / calls);
const shown = (node: MapNode | undefined) => (node === undefined ? '' : `${node.name} (${kindWords(node.kind)})`);

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'from',
    phone: 'first',
    title: 'From',
    width: 'minmax(8rem, 2fr)',
    sort: ({ from }) => from?.name ?? '',
    cell: ({ from }) => shown(from),
  },
  {
    key: 'kind',
    title: 'Does',
    width: '4.5rem',
    wide: true,
    sort: ({ edge }) => edge.kind,
    cell: ({ edge }) => edge.kind,
  },
  {
    key: 'to',
    phone: 'rest',
    title: 'To',
    width: 'minmax(8rem, 2fr)',
    sort: ({ to }) => to?.name ?? '',
    cell: ({ to }) => shown(to),
  },
  {
    key: 'rate',
    phone: 'end',
    title: 'Per minute',
    width: '6rem',
    align: 'right',
    sort: ({ edge }) => edge.numbers.perMinute,
    cell: ({ edge }) => (edge.numbers.calls === 0 ? 'silent' : formatCount(edge.numbers.perMinute)),
  },
  {
    key: 'errors',
    phone: 'second',
    title: 'Errors',
    width: '6.5rem',
    align: 'right',
    wide: true,
    sort: ({ edge }) => share(edge),
    cell: ({ edge }) =>
      edge.numbers.errors > 0 ? (
        <StatusBadge tone="bad" plain>
          {formatShare(share(edge))}
        </StatusBadge>
      ) : (
        '0'
      ),
  },
  ...(['p50Ms', 'p99Ms'] as const).map(
    (key): Column<Row> => ({
      key,
      title: key.slice(0, 3),
      width: '5rem',
      align: 'right',
      wide: key === 'p50Ms' ? 'very' : true,
      sort: ({ edge }) => edge.numbers[key],
      cell: ({ edge }) => (edge.numbers.calls === 0 ? '' : formatDuration(edge.numbers[key])),
    }),
  ),
];

/** The map as a table: every line with its numbers. */
export function MapTable({ model, lit, onSelect }: MapTableProps) {
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const rows = model.edges
    .filter(({ id }) => lit.size === 0 || lit.has(id))
    .map((edge) => ({ edge, from: nodes.get(edge.from), to: nodes.get(edge.to) }));
  return (
    <DataTable
      label="Connections on the map"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ edge }) => edge.id}
      onOpen={({ edge }) => onSelect(edge.id)}
      initialSort={{ key: 'rate', descending: true }}
      empty="No connection fits"
    />
  );
}
