import { Anchor } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Facts } from '../../ui/facts.tsx';
import { BYTES_PER_MB, formatBytes, formatDuration, formatShare, formatTimeExactly } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../ui/status-badge.tsx';
import { visible } from '../../ui/visible.ts';
import { functionPath } from '../function/paths.ts';
import { LogView } from '../logs/log-view.tsx';
import { failureOf, type Invocation, wokenBy } from './invocation.ts';
import classes from './invocations.module.css';
import { Recording } from './recording.tsx';
import { Trace } from './trace.tsx';

/** One invocation: how it ended, where its time went, what it printed, what it was given and answered. */
export function InvocationPage() {
  const { id = '' } = useParams();
  const query = useApi('/v1/invocations/{id}', { path: { id } }, { staleTime: Number.POSITIVE_INFINITY });
  const name = query.data?.function;
  return (
    <Page
      title={`Invocation ${id.slice(0, 13)}`}
      heading={
        <>
          Invocation <code>{id.slice(0, 13)}…</code>
        </>
      }
      {...(query.data && { lead: <Lead invocation={query.data} /> })}
      crumbs={
        name === undefined
          ? [{ title: 'Invocations', to: '/invocations' }]
          : [
              { title: 'Functions', to: '/functions' },
              { title: name, to: functionPath(name) },
              { title: 'Invocations', to: functionPath(name, 'invocations') },
            ]
      }
    >
      <QueryView query={query} what="This invocation">
        {(invocation) => <Whole key={id} invocation={invocation} />}
      </QueryView>
    </Page>
  );
}

function Lead({ invocation }: { readonly invocation: Invocation }) {
  const { status, startedAtMs, durationMs } = invocation;
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: '0.25rem 0.75rem', alignItems: 'center' }}>
      <StatusBadge tone={toneOf(status)}>{wordsOf(status)}</StatusBadge>
      <span>
        {formatTimeExactly(new Date(startedAtMs))}, ran {formatDuration(durationMs)}
      </span>
    </span>
  );
}

function Whole({ invocation }: { readonly invocation: Invocation }) {
  const { invocationId: id, function: name, errorStack } = invocation;
  const failure = failureOf(invocation);
  return (
    <>
      {failure !== undefined && (
        <section className={classes.error} aria-label="What went wrong">
          <h2>{failure}</h2>
          {errorStack !== undefined && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys
            <pre className={classes.stack} tabIndex={0}>
              {visible(errorStack)}
            </pre>
          )}
        </section>
      )}
      <Panel title="Where its time went" flush>
        <Trace id={id} />
      </Panel>
      <div className={classes.two}>
        <Panel title="What it was">
          <Facts facts={factsOf(invocation)} />
        </Panel>
        <Recording id={id} function={name} isRecorded={invocation.recorded ?? false} />
      </div>
      <LogView scope={{ invocation: id }} label="The log of this invocation" height="clamp(9rem, 34vh, 24rem)" />
      <CommandLine words={['runs', id]} />
    </>
  );
}

function factsOf(invocation: Invocation): readonly (readonly [string, React.ReactNode])[] {
  const { function: name, version, alias, queuedMs, durationMs, coldStart, memoryMb, peakMemoryBytes } = invocation;
  const { attempt, eventId, traceId, sandboxId, payloadBytes, resultBytes, startMs, placeMs, loadMs } = invocation;
  const phases = [
    ['start', startMs],
    ['place code', placeMs],
    ['load', loadMs],
  ].flatMap(([words, ms]) => (typeof ms === 'number' ? [`${words} ${formatDuration(ms)}`] : []));
  return [
    [
      'Function',
      <span key="function">
        <Anchor component={Link} to={functionPath(name)} inherit underline="always">
          {name}
        </Anchor>{' '}
        version {version}
        {alias === undefined ? '' : `, by the alias ${alias}`}
      </span>,
    ],
    ['Woken by', wokenBy(invocation) + (attempt !== undefined && attempt > 1 ? `, attempt ${attempt}` : '')],
    [
      'Event',
      eventId && (
        <Anchor
          component={Link}
          to={`/events?${new URLSearchParams({ function: name, event: eventId })}`}
          inherit
          key="event"
        >
          {eventId}
        </Anchor>
      ),
    ],
    ['Waited', formatDuration(queuedMs)],
    ['Ran', formatDuration(durationMs)],
    ['Cold start', coldStart ? phases.join(', ') || 'yes' : 'no'],
    [
      'Memory',
      peakMemoryBytes === undefined
        ? undefined
        : `${formatBytes(peakMemoryBytes)}${
            memoryMb === undefined
              ? ''
              : ` of ${memoryMb} MB given (${formatShare(peakMemoryBytes / (memoryMb * BYTES_PER_MB))})`
          }`,
    ],
    ['Payload', formatBytes(payloadBytes)],
    ['Result', formatBytes(resultBytes)],
    [
      'Sandbox',
      <Anchor component={Link} to={`/logs?stream=${encodeURIComponent(sandboxId)}&from=30d`} inherit key="sandbox">
        {sandboxId}
      </Anchor>,
    ],
    ['Trace', traceId],
  ];
}
