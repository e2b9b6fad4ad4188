import { ActionIcon, Anchor, Button, Group, Progress } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatBytes, formatShare } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { operands } from '../../ui/shell-words.ts';
import { StatusBadge, type Tone, wordsOf } from '../../ui/status-badge.tsx';
import { firedBy, type Trigger } from '../../ui/wakes.tsx';
import classes from './buckets.module.css';
import { clearUploads, stopUpload, type Upload, uploadAgain, useUploads } from './uploads.ts';

/** Beyond so many, only the newest are shown one by one. */
const MOST = 50;
const MOST_WOKEN = 6;
const STATES: Readonly<Record<Upload['state'], readonly [Tone, string]>> = {
  waiting: ['quiet', 'waiting'],
  sending: ['busy', 'sending'],
  done: ['good', 'stored'],
  exists: ['notice', 'is there already'],
  failed: ['bad', 'failed'],
  stopped: ['quiet', 'stopped'],
};

/** What is being uploaded, and what each upload woke. */
export function UploadList({ bucket, triggers }: { bucket: string; triggers: readonly Trigger[] }) {
  const uploads = useUploads(bucket);
  if (uploads.length === 0) return null;
  const newest = uploads.at(-1)!;
  const open = uploads.filter(({ state }) => state === 'waiting' || state === 'sending').length;
  const title = open > 0 ? `Uploading ${open} of ${uploads.length}` : `${uploads.length} uploaded`;
  return (
    <Panel
      title={title}
      flush
      aside={
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => clearUploads(bucket)}
          disabled={open === uploads.length}
        >
          Clear the list
        </Button>
      }
    >
      <ul className={classes.uploads}>
        {uploads
          .slice(-MOST)
          .toReversed()
          .map((each) => (
            <li key={each.id}>
              <UploadRow upload={each} triggers={triggers} />
            </li>
          ))}
      </ul>
      <div className={classes.command}>
        <CommandLine words={['bucket', 'put', bucket, '--key', newest.key, ...operands(fileOf(newest))]} />
      </div>
    </Panel>
  );
}

/** As a shell in the folder of the file would call it. */
function fileOf({ key }: Upload): string {
  return key.split('/').at(-1)!;
}

function UploadRow({ upload, triggers }: { upload: Upload; triggers: readonly Trigger[] }) {
  const { id, key, bytes, sent, state, message } = upload;
  const [tone, word] = STATES[state];
  return (
    <div className={classes.upload}>
      <span className={classes.key}>{key}</span>
      <span className={classes.size}>{formatBytes(bytes)}</span>
      <span>
        <StatusBadge tone={tone} plain>
          {state === 'sending' && bytes > 0 ? `${word} ${formatShare(sent / bytes)}` : word}
        </StatusBadge>
      </span>
      <Group gap={6} justify="flex-end" wrap="nowrap">
        {state === 'exists' && (
          <Button size="compact-xs" variant="default" onClick={() => uploadAgain(id, true)}>
            Replace it
          </Button>
        )}
        {(state === 'failed' || state === 'stopped') && (
          <Button size="compact-xs" variant="default" onClick={() => uploadAgain(id, false)}>
            Try again
          </Button>
        )}
        {(state === 'waiting' || state === 'sending') && (
          <ActionIcon size="sm" aria-label={`Stop the upload of ${key}`} onClick={() => stopUpload(id)}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      {state === 'sending' && (
        <Progress
          className={classes.whole ?? ''}
          value={bytes === 0 ? 100 : (sent / bytes) * 100}
          size="xs"
          aria-label={`Upload of ${key}`}
        />
      )}
      {message !== undefined && <span className={classes.failure}>{message}</span>}
      {state === 'done' &&
        triggers.length > 0 &&
        (firedBy(triggers, key).length > 0 ? (
          <Woken traceId={upload.traceId} />
        ) : (
          <span className={classes.woken}>It wakes nothing: no trigger of this bucket wants a key like this.</span>
        ))}
    </div>
  );
}

/** Which invocations an upload led to, as far as they have happened. */
function Woken({ traceId }: { traceId: string }) {
  const found = useApi('/v1/invocations', { query: { traceId, limit: 50 } });
  const runs = found.data?.invocations.toReversed() ?? [];
  if (runs.length === 0) return <span className={classes.woken}>Waits for the function that it wakes …</span>;
  return (
    <span className={classes.woken}>
      {'It woke '}
      {runs.slice(0, MOST_WOKEN).map(({ invocationId, function: name, status }, at) => (
        <span key={invocationId}>
          {at > 0 && ', '}
          <Anchor
            component={Link}
            inherit
            underline="always"
            aria-label={`${name}: this call`}
            to={`/functions/${encodeURIComponent(name)}/invocations/${encodeURIComponent(invocationId)}`}
          >
            {name}
          </Anchor>
          {status !== 'succeeded' && ` ✕ ${wordsOf(status)}`}
        </span>
      ))}
      {runs.length > MOST_WOKEN && ` and ${runs.length - MOST_WOKEN} more`}
    </span>
  );
}
