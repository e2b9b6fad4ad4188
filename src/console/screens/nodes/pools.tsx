import { IconStack2 } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';

type Pool = Api['GET /v1/pools']['answer']['pools'][number];

const COLUMNS: readonly Column<Pool>[] = [
  { key: 'runtime', title: 'Runtime', cell: ({ runtime }) => runtime, sort: ({ runtime }) => runtime },
  {
    key: 'memory',
    title: 'Each has',
    align: 'right',
    width: 'minmax(6rem, 1fr)',
    cell: ({ memoryMb }) => `${memoryMb} MB`,
    sort: ({ memoryMb }) => memoryMb,
  },
  {
    key: 'ready',
    title: 'Ready',
    width: 'minmax(7rem, 1fr)',
    cell: ({ ready, target }) => (
      <StatusBadge tone={ready >= target ? 'good' : 'notice'} plain>
        {`${ready} of ${target}`}
      </StatusBadge>
    ),
  },
];

/** The pools of prewarmed sandboxes: what a cold start takes from. */
export function Pools() {
  const pools = useApi('/v1/pools');
  return (
    <Panel flush title="Pools of prewarmed sandboxes">
      <QueryView query={pools} what="The pools">
        {({ pools: found }) => (
          <DataTable
            orderWord="sort-pools"
            label="Pools of prewarmed sandboxes"
            rows={found}
            columns={COLUMNS}
            rowKey={({ runtime, memoryMb }) => `${runtime} ${memoryMb}`}
            maxHeight="18rem"
            empty={
              <EmptyState icon={IconStack2} title="No sandbox is kept ready">
                The setting <code>prewarmed</code> says how many are; without them each cold start boots one.
              </EmptyState>
            }
          />
        )}
      </QueryView>
    </Panel>
  );
}
