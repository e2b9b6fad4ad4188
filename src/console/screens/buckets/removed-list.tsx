import { Button } from '@mantine/core';
import { IconTrashOff } from '@tabler/icons-react';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Time } from '../../ui/time.tsx';
import { useWords } from '../../ui/words.ts';
import { ObjectDrawer } from './object-drawer.tsx';
import { ObjectName } from './object-name.tsx';
import { type Removed, useBringBack, useRemoved } from './removed.ts';

/** Objects that were removed from a bucket that keeps versions: to be looked at, and brought back. */
export function RemovedList({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const found = useRemoved(bucket, prefix);
  const bringBack = useBringBack(bucket);
  const [{ object }, setWords] = useWords(['object', 'version']);
  const columns: Column<Removed>[] = [
    {
      key: 'name',
      phone: 'first',
      title: 'Name',
      width: 'minmax(6rem, 3fr)',
      sort: ({ key }) => key,
      cell: ({ key }) => <ObjectName objectKey={key} below="" />,
    },
    {
      key: 'removed',
      phone: 'second',
      title: 'Removed',
      width: '8rem',
      sort: ({ removedAt }) => removedAt,
      cell: ({ removedAt }) => <Time at={removedAt} ago />,
    },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '6.5rem',
      align: 'right',
      cell: (removed) => (
        <May action="bucket:write" on={`bucket:${bucket}`} orAbsent>
          <Button
            size="compact-xs"
            variant="default"
            disabled={bringBack.isPending}
            aria-label={`Bring back ${removed.key}`}
            onClick={() => bringBack.act(removed)}
          >
            Bring back
          </Button>
        </May>
      ),
    },
  ];
  return (
    <>
      <PagedTable
        orderWord="sort-removed"
        pages={found}
        what="What was removed"
        label={`What was removed from ${bucket}`}
        rows={found.entries}
        columns={columns}
        rowKey={({ key }) => key}
        empty={
          <EmptyState icon={IconTrashOff} title="Nothing that was removed is kept here">
            What is removed while the bucket keeps versions can be brought back from here.
          </EmptyState>
        }
      />
      <ObjectDrawer bucket={bucket} objectKey={object} onClose={() => setWords({ object: '', version: '' })} />
    </>
  );
}
