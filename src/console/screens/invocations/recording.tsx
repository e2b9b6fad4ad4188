import { Stack } from '@mantine/core';
import { IconRecordMail } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { bodyOf, type Part } from './part.ts';
import classes from './recording.module.css';
import { Replay } from './replay.tsx';

interface RecordingProps {
  readonly id: string;
  readonly function: string;
  readonly isRecorded: boolean;
}

/** What an invocation was given and answered, where its function keeps that, and running it again. */
export function Recording({ id, function: name, isRecorded }: RecordingProps) {
  const query = useApi(
    '/v1/invocations/{id}/recording',
    { path: { id } },
    { staleTime: Number.POSITIVE_INFINITY, enabled: isRecorded },
  );
  if (!isRecorded || query.error?.status === 404) {
    return (
      <Panel title="What it was given and answered">
        <EmptyState
          icon={IconRecordMail}
          title="Nothing was recorded of this call"
          action={<CommandLine words={['set', name, '--record-payloads', 'failed']} />}
        >
          Let the function keep the payloads of failed invocations, or of all, and they are shown here and can be run
          again.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel title="What it was given and answered">
      <QueryView query={query} what="The recording" rows={4}>
        {(recording) => (
          <Stack gap="md">
            <PartView title="Payload" part={recording.payload} />
            {recording.result !== undefined && <PartView title="Result" part={recording.result} />}
            <Replay recording={recording} />
          </Stack>
        )}
      </QueryView>
    </Panel>
  );
}

function PartView({ title, part }: { readonly title: string; readonly part: Part }) {
  const text = bodyOf(part);
  return (
    <section aria-label={title}>
      <h3 className={classes.title}>
        {title}{' '}
        <span>
          {part.contentType}, {formatBytes(part.bytes ?? 0)}
        </span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys */}
      <pre className={classes.body} tabIndex={0}>
        {text ?? 'It was too large to be kept'}
      </pre>
    </section>
  );
}
