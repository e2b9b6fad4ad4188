import { IconBucket } from '@tabler/icons-react';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { countColumn, createdColumn, nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreating } from '../../ui/creating.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { formatBytes } from '../../ui/format.ts';
import { NamedList } from '../../ui/named-list.tsx';
import { Page } from '../../ui/page.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';

type Bucket = Answer<'GET', '/v1/buckets'>['buckets'][number];

const BUCKET_NAME = {
  pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  says: '3 to 63 lower-case letters, digits, dots and dashes, as S3 has them',
};

const COLUMNS: readonly Column<Bucket>[] = [
  nameColumn('/buckets', { title: 'Bucket', width: 'minmax(6rem, 2fr)' }),
  countColumn('objects', 'Objects', ({ objects }) => objects, { width: '4.5rem' }),
  {
    key: 'bytes',
    title: 'Size',
    width: '5.5rem',
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
  createdColumn(),
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
  const { button, dialog } = useCreating('bucket', { action: 'bucket:manage' });
  return (
    <Page title="Buckets" lead="Objects that functions read and write, and that wake them" actions={button}>
      <NamedList
        query={query}
        rows={({ buckets }) => buckets}
        of="bucket"
        to="/buckets"
        icon={IconBucket}
        columns={COLUMNS}
        texts={({ name }) => [name]}
        hint="Name"
        action={button}
      >
        A bucket holds files of any size. Clients of S3 reach it, too, and what is put into it can wake functions.
      </NamedList>
      <CommandLine words={['bucket', 'list']} />
      <ThingDialog
        {...dialog}
        of="bucket"
        rule={BUCKET_NAME}
        description={BUCKET_NAME.says}
        command={(name) => ['bucket', 'create', name]}
        save={async (name) => {
          await api.put('/v1/buckets/{bucket}', { path: { bucket: name } });
        }}
        touches={['/v1/buckets']}
        to="/buckets"
      />
    </Page>
  );
}
