import { Anchor, Button, Select, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { DifferenceTable } from '../../ui/difference-table.tsx';
import { differencesOf } from '../../ui/differences.ts';
import { Failure } from '../../ui/failure.tsx';
import { formatDuration } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { invocationPath } from './invocation.ts';
import { bodyOf, endValue, type RecordingView, type ReplayView } from './part.ts';
import classes from './recording.module.css';

const SERVING = '';

/** Runs a recorded invocation again with any version, and shows how its end differs. */
export function Replay({ recording }: { readonly recording: RecordingView }) {
  const { invocationId: id, function: name, version: recorded } = recording;
  const [target, setTarget] = useState(SERVING);
  const versions = useApi('/v1/functions/{name}/versions', { path: { name }, query: { limit: 100 } });
  const aliases = useApi('/v1/functions/{name}/aliases', { path: { name } });
  const run = useChange(() => api.post('/v1/invocations/{id}/replay', { path: { id }, body: bodyFor(target) }), []);
  const words = ['replay', id];
  if (/^\d+$/.test(target)) words.push('--version', target);
  else if (target !== SERVING) words.push('--alias', target);
  return (
    <section className={classes.replay} aria-label="Run it again">
      <div className={classes.ask}>
        <Select
          size="xs"
          label="Run it again with"
          data={[
            { value: SERVING, label: 'what serves now' },
            ...(versions.data?.versions ?? []).map(({ version, serves }) => ({
              value: String(version),
              label: `version ${version}${version === recorded ? ' (as it was)' : ''}${serves ? ' (serves)' : ''}`,
            })),
            ...(aliases.data?.aliases ?? []).map(({ name: alias }) => ({ value: alias, label: `alias ${alias}` })),
          ]}
          value={target}
          allowDeselect={false}
          onChange={(value) => setTarget(value ?? SERVING)}
          limit={50}
          searchable
        />
        <May action="function:payloads" on={`function:${name}`}>
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={run.isPending}
            onClick={() => run.mutate(undefined)}
          >
            Run it again
          </Button>
        </May>
      </div>
      <Text size="xs" c="dimmed">
        What it would send through the platform is not sent, and shown below. What it does at once, such as calling
        services, it does again.
      </Text>
      <div role="status">
        <Failure error={run.error} />
        {run.data !== undefined && <Outcome replay={run.data} />}
      </div>
      <CommandLine words={words} />
    </section>
  );
}

function Outcome({ replay }: { readonly replay: ReplayView }) {
  const { same, before, after, unsent } = replay;
  return (
    <>
      <p className={classes.verdict}>
        <StatusBadge tone={same ? 'good' : 'notice'}>{same ? 'It ended the same' : 'It ended differently'}</StatusBadge>
        <span>
          version {before.version} then, version {after.version} now, in {formatDuration(after.durationMs)}
        </span>
        <Anchor component={Link} to={invocationPath(after.invocationId)} size="sm">
          Its invocation
        </Anchor>
      </p>
      {!same && (
        <DifferenceTable
          label="How the ends differ"
          differences={differencesOf(endValue(before), endValue(after))}
          before={`Version ${before.version}, recorded`}
          after={`Version ${after.version}, now`}
        />
      )}
      {unsent.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what is not sent has no name
        <section key={at} aria-label="Not sent">
          <h3 className={classes.title}>
            Not sent to {item.destination} <span>{item.contentType}</span>
          </h3>
          <pre className={classes.body}>{bodyOf(item)}</pre>
        </section>
      ))}
    </>
  );
}

function bodyFor(target: string): { version?: number; alias?: string } {
  if (target === SERVING) return {};
  return /^\d+$/.test(target) ? { version: Number(target) } : { alias: target };
}
