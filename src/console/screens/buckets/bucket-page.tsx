import { ActionIcon, Anchor, Button, Group, Switch } from '@mantine/core';
import { IconSearch, IconUpload } from '@tabler/icons-react';
import { lazy, Suspense, useRef } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { RemoveButton } from '../../ui/confirm-button.tsx';
import { countText, formatBytes } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { operands } from '../../ui/shell-words.ts';
import { TypedInput } from '../../ui/typed-input.tsx';
import { ViewTabs } from '../../ui/view-tabs.tsx';
import { useWokenBy, Wakes } from '../../ui/wakes.tsx';
import { useWords } from '../../ui/words.ts';
import { BucketSettings } from './bucket-settings.tsx';
import classes from './buckets.module.css';
import { ObjectList } from './object-list.tsx';
import { RemovedList } from './removed-list.tsx';
import { UploadList } from './upload-list.tsx';
import { upload } from './uploads.ts';

const DropArea = lazy(() => import('./drop-area.tsx'));

/** One bucket: what is in it, what it wakes, its settings. */
export default function BucketPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/buckets/{bucket}', { path: { bucket: name } });
  const lead =
    query.data &&
    `${countText(query.data.objects, 'object')}, ${formatBytes(query.data.bytes)}, versions ${query.data.settings.versioning}`;
  return (
    <Page
      title={name}
      lead={lead}
      crumbs={[{ title: 'Buckets', to: '/buckets' }]}
      actions={
        <RemoveButton
          of="bucket"
          name={name}
          action="bucket:manage"
          on={`bucket:${name}`}
          to="/buckets"
          command={['bucket', 'rm', name]}
          revision={query.data?.revision}
          remove={(precondition) => api.delete('/v1/buckets/{bucket}', { path: { bucket: name }, ...precondition })}
          touches={['/v1/buckets']}
        >
          A bucket must be empty to be removed.
        </RemoveButton>
      }
    >
      <QueryView query={query} what={`The bucket ${name}`}>
        {(bucket) => (
          <ViewTabs
            label={`Bucket ${name}`}
            views={[
              {
                key: 'objects',
                title: 'Objects',
                body: () => <Objects bucket={name} versioning={bucket.settings.versioning} />,
              },
              { key: 'settings', title: 'Settings', body: () => <BucketSettings bucket={bucket} /> },
            ]}
          />
        )}
      </QueryView>
    </Page>
  );
}

interface ObjectsProps {
  readonly bucket: string;
  readonly versioning: Answer<'GET', '/v1/buckets/{bucket}'>['settings']['versioning'];
}

function Objects({ bucket, versioning }: ObjectsProps) {
  const [{ prefix, flat, removed }, setWords] = useWords(['prefix', 'flat', 'removed']);
  const input = useRef<HTMLInputElement>(null);
  const open = () => input.current?.click();
  const woken = useWokenBy('bucket', bucket);
  const isFlat = flat !== '';
  // Where one types, what is found begins with it; what is uploaded goes into the folder.
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const isVersioned = versioning === 'enabled';
  // One that keeps versions no more still has those from before.
  const showsRemoved = removed !== '' && versioning !== 'off';
  const list = showsRemoved ? (
    <RemovedList bucket={bucket} prefix={prefix} />
  ) : (
    <ObjectList {...{ bucket, prefix, isFlat, isVersioned }} onUpload={open} />
  );
  return (
    <div className={classes.stack}>
      <Group gap="sm" justify="space-between">
        <Crumbs bucket={bucket} prefix={folder} />
        <Group gap="sm">
          <TypedInput
            aria-label="Keys that begin with"
            placeholder="Begins with"
            leftSection={<IconSearch size={15} aria-hidden />}
            value={prefix}
            onText={(text) => setWords({ prefix: text })}
          />
          {versioning !== 'off' && (
            <Switch
              size="sm"
              label="What was removed"
              checked={showsRemoved}
              onChange={(event) => setWords({ removed: event.currentTarget.checked ? 'yes' : '' })}
            />
          )}
          {!showsRemoved && (
            <Switch
              size="sm"
              label="Without folders"
              checked={isFlat}
              onChange={(event) => setWords({ flat: event.currentTarget.checked ? 'yes' : '' })}
            />
          )}
          <May action="bucket:write" on={`bucket:${bucket}`}>
            <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={open}>
              Upload
            </Button>
          </May>
        </Group>
      </Group>
      <Wakes triggers={woken} folder={folder} />
      <UploadList bucket={bucket} triggers={woken} />
      {/* Beside the area for dropping, which is loaded later: files can be chosen at once. */}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={({ currentTarget }) => {
          upload(bucket, folder, [...(currentTarget.files ?? [])]);
          // The same file can be chosen again.
          currentTarget.value = '';
        }}
      />
      <Panel flush>
        <Suspense fallback={<Loading rows={6} />}>
          <DropArea onFiles={(files) => upload(bucket, folder, files)} place={`${bucket}/${folder}`}>
            {list}
          </DropArea>
        </Suspense>
      </Panel>
      <CommandLine
        words={[
          ...['bucket', 'list', bucket],
          ...(showsRemoved ? ['--removed'] : []),
          ...(prefix === '' ? [] : operands(prefix)),
        ]}
      />
    </div>
  );
}

function Crumbs({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { search } = useLocation();
  const parts = prefix.split('/').filter((part) => part !== '');
  // Elsewhere, but seen as it is here: its order, without folders.
  const to = (count: number) => {
    const words = new URLSearchParams(search);
    words.delete('object');
    words.delete('version');
    words.delete('prefix');
    if (count > 0) words.set('prefix', `${parts.slice(0, count).join('/')}/`);
    return `/buckets/${encodeURIComponent(bucket)}${words.size === 0 ? '' : `?${words}`}`;
  };
  return (
    <nav aria-label="Folders" className={classes.folders}>
      <Anchor component={Link} to={to(0)} size="sm">
        {bucket}
      </Anchor>
      {parts.map((part, at) => (
        <span key={to(at + 1)}>
          {' / '}
          <Anchor component={Link} to={to(at + 1)} size="sm">
            {part}
          </Anchor>
        </span>
      ))}
      {prefix !== '' && (
        <ActionIcon component={Link} to={to(parts.length - 1)} aria-label="Up">
          ↑
        </ActionIcon>
      )}
    </nav>
  );
}
