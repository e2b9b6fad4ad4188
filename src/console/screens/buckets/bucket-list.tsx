import { Anchor, Button } from '@mantine/core';
import { IconBucket, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { NameForm } from '../../ui/name-form.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';

type Bucket = Answer<'GET', '/v1/buckets'>['buckets'][number];

const path = (name: string) => `/buckets/${encodeURIComponent(name)}`;
const COLUMNS: readonly Column<Bucket>[] = [
  {
    key: 'name',
    title: 'Bucket',
    width: 'minmax(9rem, 2fr)',
    sort: ({ name }) => name,
    cell: ({ name }) => (
      <Anchor component={Link} to={path(name)} inherit>
        {name}
      </Anchor>
    ),
  },
  {
    key: 'objects',
    title: 'Objects',
    width: '6rem',
    align: 'right',
    sort: ({ objects }) => objects,
    cell: ({ objects }) => formatCount(objects),
  },
  {
    key: 'bytes',
    title: 'Size',
    width: '6rem',
    align: 'right',
    sort: ({ bytes }) => bytes,
    cell: ({ bytes }) => formatBytes(bytes),
  },
  { key: 'versions', title: 'Versions', width: '7rem', wide: true, cell: ({ settings }) => settings.versioning },
  {
    key: 'expires',
    title: 'Expires',
    width: 'minmax(7rem, 1fr)',
    wide: true,
    cell: ({ settings }) =>
      settings.lifecycle
        .filter(({ enabled }) => enabled)
        .map(ruleWords)
        .join(', '),
  },
  {
    key: 'created',
    title: 'Created',
    width: '9rem',
    wide: true,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
];

/** A rule of a bucket's lifecycle in words. */
export function ruleWords({
  prefix,
  expireDays,
  expireNoncurrentDays,
}: Bucket['settings']['lifecycle'][number]): string {
  const what = prefix === '' ? 'all' : prefix;
  if (expireDays !== undefined) return `${what} after ${expireDays} d`;
  return expireNoncurrentDays === undefined ? what : `old versions of ${what} after ${expireNoncurrentDays} d`;
}

/** All buckets. */
export function BucketList() {
  const query = useApi('/v1/buckets');
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Create a bucket
    </Button>
  );
  return (
    <Page title="Buckets" lead="Objects that functions read and write, and that wake them" actions={add}>
      <Panel flush>
        <QueryView query={query} what="The buckets">
          {({ buckets }) =>
            buckets.length === 0 ? (
              <EmptyState icon={IconBucket} title="No buckets yet" action={add}>
                A bucket holds files of any size. Clients of S3 reach it, too, and what is put into it can wake
                functions.
              </EmptyState>
            ) : (
              <DataTable
                label="Buckets"
                rows={buckets}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => navigate(path(name))}
              />
            )
          }
        </QueryView>
      </Panel>
      <CommandLine words={['bucket', 'list']} />
      <NameForm
        opened={adding}
        onClose={() => setAdding(false)}
        title="Create a bucket"
        hint="3 to 63 lower-case letters, digits and dashes, as S3 has them"
        command={(name) => ['bucket', 'create', name]}
        onCreate={async (name) => {
          await api.put('/v1/buckets/{bucket}', { path: { bucket: name } });
          await query.refetch();
          navigate(path(name));
        }}
      />
    </Page>
  );
}
