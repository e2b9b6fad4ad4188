import { Anchor, Button, CopyButton, Loader, Text } from '@mantine/core';
import { IconCopy, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Facts } from '../../../ui/facts.tsx';
import { formatBytes, formatDuration } from '../../../ui/format.ts';
import { Panel } from '../../../ui/panel.tsx';
import { prettyJson } from '../../../ui/pretty-json.ts';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { functionPath } from '../paths.ts';
import { type Run, TONES, wordOf } from './run.ts';
import { RunLog } from './run-log.tsx';
import classes from './test.module.css';
import { Timing } from './timing.tsx';

interface ResultProps {
  readonly name: string;
  readonly run: Run | undefined;
  readonly isRunning: boolean;
}

/** What came of a run: the result or the error, where the time went, and what was printed. */
export function Result({ name, run, isRunning }: ResultProps) {
  return (
    <Panel
      title="Result"
      aside={
        <span role="status" className={classes.status}>
          {isRunning && (
            <>
              <Loader size={14} aria-hidden /> It runs …
            </>
          )}
          {!isRunning && run !== undefined && (
            <>
              <StatusBadge tone={TONES[wordOf(run)]}>{wordOf(run)}</StatusBadge>
              {run.durationMs !== undefined && <Text size="sm">{formatDuration(run.durationMs)}</Text>}
            </>
          )}
        </span>
      }
    >
      {run === undefined ? (
        <EmptyState icon={IconPlayerPlay} title="Not run yet">
          Choose an event or write one, then run it. What it returns, prints and takes is shown here.
        </EmptyState>
      ) : (
        <Shown name={name} run={run} />
      )}
    </Panel>
  );
}

function Shown({ name, run }: { readonly name: string; readonly run: Run }) {
  const { invocationId, error, text, contentType, bytes } = run;
  const invocation = useApi(
    '/v1/invocations/{id}',
    { path: { id: invocationId ?? '' } },
    // Its record is written a moment after the answer.
    { enabled: invocationId !== undefined, retry: 20, retryDelay: 150 },
  );
  const shown = prettyJson(text ?? '');
  return (
    <div className={classes.result}>
      {error === undefined ? (
        <section aria-label="What it returned">
          <div className={classes.above}>
            <Text size="xs" c="dimmed">
              {contentType || 'no type'}, {formatBytes(bytes)}
            </Text>
            {text !== undefined && (
              <CopyButton value={shown}>
                {({ copied, copy }) => (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    color="gray"
                    onClick={copy}
                    leftSection={<IconCopy size={13} aria-hidden />}
                  >
                    {copied ? 'Copied' : 'Copy'}
                  </Button>
                )}
              </CopyButton>
            )}
          </div>
          {text === undefined ? (
            <Text size="sm">The result is no text; fob call {run.target} -o file keeps it.</Text>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
            <section className={classes.text} aria-label="Result" tabIndex={0}>
              <pre>{shown === '' ? '(nothing)' : shown}</pre>
            </section>
          )}
        </section>
      ) : (
        <section aria-label="Why it failed" className={classes.error}>
          <Text size="sm" fw={600}>
            {[error.type, error.message].filter(Boolean).join(': ')}
          </Text>
          {error.stack !== undefined && error.stack.trim() !== '' && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
            <section className={classes.text} aria-label="Stack" tabIndex={0}>
              <pre>{error.stack}</pre>
            </section>
          )}
        </section>
      )}
      <Timing run={run} invocation={invocation.data} />
      <RunLog name={name} invocationId={invocationId} />
      <Facts
        facts={[
          ['Version', run.version === undefined ? undefined : String(run.version)],
          [
            'Memory',
            invocation.data?.peakMemoryBytes !== undefined && invocation.data.memoryMb !== undefined
              ? `${formatBytes(invocation.data.peakMemoryBytes)} of ${invocation.data.memoryMb} MB`
              : undefined,
          ],
          [
            'Invocation',
            invocationId && (
              <Anchor component={Link} to={functionPath(name, `invocations/${invocationId}`)} inherit>
                <code>{invocationId}</code>
              </Anchor>
            ),
          ],
        ]}
      />
    </div>
  );
}
