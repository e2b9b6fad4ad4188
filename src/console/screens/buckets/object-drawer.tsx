import { Button, Drawer, Stack, Title } from '@mantine/core';
import { IconDownload, IconFile } from '@tabler/icons-react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FactGrid } from '../../ui/fact-grid.tsx';
import { formatBytes } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { operands } from '../../ui/shell-words.ts';
import { SimpleTable } from '../../ui/simple-table.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { useWords } from '../../ui/words.ts';
import { downloadUrl } from './objects.ts';
import { Preview } from './preview.tsx';
import { useBringBack } from './removed.ts';

const VERSIONS = '/v1/buckets/{bucket}/versions';
type Version = Answer<'GET', typeof VERSIONS>['versions'][number];

interface ObjectDrawerProps {
  readonly bucket: string;
  /** Empty: none is shown. */
  readonly objectKey: string;
  readonly onClose: () => void;
}

/** One object: what is known of it, what is in it, and its versions, each of which can be looked at. */
export function ObjectDrawer({ bucket, objectKey: key, onClose }: ObjectDrawerProps) {
  const query = useApi(VERSIONS, { path: { bucket }, query: { key } }, { enabled: key !== '', staleTime: 0 });
  return (
    <Drawer
      opened={key !== ''}
      onClose={onClose}
      position="right"
      size="min(44rem, 100%)"
      title={visible(key)}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <QueryView query={query} what="The object">
        {({ versions, next }) =>
          versions.length === 0 ? (
            <EmptyState icon={IconFile} title="It is not there any more">
              Somebody removed it, or it expired.
            </EmptyState>
          ) : (
            <Versions key={key} {...{ bucket, versions }} hasMore={next !== undefined} />
          )
        }
      </QueryView>
    </Drawer>
  );
}

interface VersionsProps {
  readonly bucket: string;
  readonly versions: readonly Version[];
  readonly hasMore: boolean;
}

function Versions({ bucket, versions, hasMore }: VersionsProps) {
  const [{ version: chosen }, setWords] = useWords(['version']);
  const newest = versions[0]!;
  const shown = versions.find(({ versionId }) => versionId === chosen) ?? newest;
  return (
    <Stack gap="md">
      <One bucket={bucket} version={shown} isOld={shown !== newest} />
      {(versions.length > 1 || newest.versionId !== undefined) && (
        <div>
          <Title order={3} mb="xs">
            Versions
          </Title>
          <SimpleTable label={`Versions of ${newest.key}`} head={['Written', 'Size', '[What can be done]']}>
            {versions.map((version) => (
              <tr key={version.versionId ?? version.lastModified}>
                <td>
                  <Time at={version.lastModified} />
                </td>
                <td>{version.deleteMarker ? 'removed' : formatBytes(version.bytes)}</td>
                <td>
                  {version === shown ? (
                    <StatusBadge tone="info" plain>
                      shown
                    </StatusBadge>
                  ) : (
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Show the version ${version.versionId ?? ''}`}
                      onClick={() => setWords({ version: version === newest ? '' : (version.versionId ?? '') })}
                    >
                      Show
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </SimpleTable>
          {hasMore && <p>There are older ones, too.</p>}
        </div>
      )}
    </Stack>
  );
}

interface OneProps {
  readonly bucket: string;
  readonly version: Version;
  readonly isOld: boolean;
}

function One({ bucket, version, isOld }: OneProps) {
  const { key, bytes, contentType, etag, lastModified, versionId, deleteMarker } = version;
  const url = `${downloadUrl(bucket, key)}${isOld && versionId !== undefined ? `?versionId=${encodeURIComponent(versionId)}` : ''}`;
  const bringBack = useBringBack(bucket);
  if (deleteMarker)
    return (
      <EmptyState
        icon={IconFile}
        title="It was removed"
        action={
          !isOld &&
          versionId !== undefined && (
            <May action="bucket:write" on={`bucket:${bucket}`}>
              <Button variant="default" loading={bringBack.isPending} onClick={() => bringBack.act({ key, versionId })}>
                Bring it back
              </Button>
            </May>
          )
        }
      >
        Its versions from before are kept, and can be looked at.
      </EmptyState>
    );
  return (
    <>
      <FactGrid
        facts={[
          ['Size', formatBytes(bytes)],
          ['Type', contentType],
          ['Changed', <Time key="at" at={lastModified} />],
          ['ETag', etag],
          ['Version', versionId],
        ]}
      />
      <Preview url={url} etag={etag} bytes={bytes} contentType={contentType} />
      <div>
        <Button
          component="a"
          variant="default"
          href={url}
          download={key.split('/').at(-1)}
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download
        </Button>
      </div>
      {!isOld && <CommandLine words={['bucket', 'get', bucket, ...operands(key)]} />}
    </>
  );
}
