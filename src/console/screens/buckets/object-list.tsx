import { ActionIcon, Button, Checkbox, Group } from '@mantine/core';
import { IconDownload, IconTrash, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { Confirm } from '../../ui/confirm.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatBytes } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { operands } from '../../ui/shell-words.ts';
import { Time } from '../../ui/time.tsx';
import { useWords } from '../../ui/words.ts';
import classes from './buckets.module.css';
import { ObjectDrawer } from './object-drawer.tsx';
import { ObjectName } from './object-name.tsx';
import { downloadUrl, type Entry, useObjects } from './objects.ts';

interface ObjectListProps {
  readonly bucket: string;
  readonly prefix: string;
  readonly isFlat: boolean;
  readonly isVersioned: boolean;
  readonly onUpload: () => void;
}

/** What a removal asks for at once. */
const AT_ONCE = 6;

/** Folders and objects below a prefix; chosen ones are removed together. */
export function ObjectList({ bucket, prefix, isFlat, isVersioned, onUpload }: ObjectListProps) {
  const found = useObjects(bucket, prefix, isFlat);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [{ object }, setWords] = useWords(['object', 'version']);
  const [removing, setRemoving] = useState<readonly string[]>([]);
  const keys = found.entries.flatMap((entry) => (entry.prefix === undefined ? [entry.key] : []));
  const marked = keys.filter((key) => chosen.has(key));
  const toggle = (key: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const remove = async () => {
    const left = [...removing];
    const removeOne = async (): Promise<void> => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await request('DELETE', downloadUrl(bucket, key));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, removeOne));
    setChosen(new Set());
    await renew('/v1/buckets');
  };
  const columns: Column<Entry>[] = [
    {
      key: 'mark',
      title: '',
      width: '1.5rem',
      cell: (entry) =>
        entry.prefix === undefined && (
          <Checkbox
            size="xs"
            aria-label={`Choose ${entry.key}`}
            checked={chosen.has(entry.key)}
            onChange={() => toggle(entry.key)}
          />
        ),
    },
    {
      key: 'name',
      title: 'Name',
      width: 'minmax(6rem, 3fr)',
      sort: (entry) => (entry.prefix === undefined ? `1${entry.key}` : `0${entry.prefix}`),
      cell: (entry) => {
        const below = isFlat ? '' : prefix;
        if (entry.prefix !== undefined) return <ObjectName prefix={entry.prefix} below={below} />;
        return <ObjectName objectKey={entry.key} below={below} />;
      },
    },
    {
      key: 'bytes',
      title: 'Size',
      width: '4.75rem',
      align: 'right',
      sort: (entry) => (entry.prefix === undefined ? entry.bytes : -1),
      cell: (entry) => entry.prefix === undefined && formatBytes(entry.bytes),
    },
    {
      key: 'type',
      title: 'Type',
      width: 'minmax(7rem, 1fr)',
      wide: true,
      cell: (entry) => (entry.prefix === undefined ? (entry.contentType ?? '') : ''),
    },
    {
      key: 'changed',
      title: 'Changed',
      width: '9rem',
      wide: true,
      sort: (entry) => (entry.prefix === undefined ? entry.lastModified : ''),
      cell: (entry) => entry.prefix === undefined && <Time at={entry.lastModified} />,
    },
    {
      key: 'do',
      title: '',
      width: '3.75rem',
      align: 'right',
      cell: (entry) =>
        entry.prefix === undefined && (
          <Group gap={2} wrap="nowrap" justify="flex-end">
            <ActionIcon
              size="sm"
              component="a"
              href={downloadUrl(bucket, entry.key)}
              download={entry.key.split('/').at(-1)}
              aria-label={`Download ${entry.key}`}
            >
              <IconDownload size={15} aria-hidden />
            </ActionIcon>
            <May action="bucket:write" on={`bucket:${bucket}`} orAbsent>
              <ActionIcon size="sm" aria-label={`Remove ${entry.key}`} onClick={() => setRemoving([entry.key])}>
                <IconTrash size={15} aria-hidden />
              </ActionIcon>
            </May>
          </Group>
        ),
    },
  ];
  return (
    <>
      {marked.length > 0 && (
        <div className={classes.chosen}>
          <span>{marked.length} chosen</span>
          <May action="bucket:write" on={`bucket:${bucket}`}>
            <Button size="compact-sm" variant="default" onClick={() => setRemoving(marked)}>
              Remove
            </Button>
          </May>
          <Button size="compact-sm" variant="subtle" onClick={() => setChosen(new Set())}>
            None
          </Button>
        </div>
      )}
      <PagedTable
        pages={found}
        what="What is in it"
        label={`What is in ${bucket}`}
        rows={found.entries}
        columns={columns}
        rowKey={(entry) => entry.prefix ?? entry.key}
        empty={
          <EmptyState
            icon={IconUpload}
            title={prefix === '' ? 'Nothing is in it yet' : `Nothing begins with ${prefix}`}
            action={
              <May action="bucket:write" on={`bucket:${bucket}`}>
                <Button variant="default" onClick={onUpload}>
                  Choose files
                </Button>
              </May>
            }
          >
            Drop files or folders here. What they wake is shown beside them.
          </EmptyState>
        }
      />
      <Confirm
        opened={removing.length > 0}
        onClose={() => setRemoving([])}
        title={removing.length === 1 ? 'Remove this object?' : `Remove ${removing.length} objects?`}
        verb="Remove"
        command={['bucket', 'rm', bucket, ...operands(...removing.slice(0, 5))]}
        onConfirm={remove}
      >
        <p className={classes.removed}>
          {removing.slice(0, 5).join(', ')}
          {removing.length > 5 && ' …'}
        </p>
        {isVersioned ? 'The bucket keeps versions: what was in it is not lost.' : 'It is gone for good.'}
      </Confirm>
      <ObjectDrawer bucket={bucket} objectKey={object} onClose={() => setWords({ object: '', version: '' })} />
    </>
  );
}
