import { Anchor, Text } from '@mantine/core';
import type { CSSProperties } from 'react';
import { Link } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { Facts } from '../../ui/facts.tsx';
import { formatDuration } from '../../ui/format.ts';
import { QueryView } from '../../ui/query-view.tsx';
import { useWords } from '../../ui/words.ts';
import { invocationPath } from './invocation.ts';
import { stepOf, ticksOf } from './steps.ts';
import classes from './trace.module.css';

type TraceView = Api['GET /v1/traces/{id}']['answer'];
type Span = TraceView['spans'][number];

/** What each kind of row is, as a word for its bar. */
const KINDS: Readonly<Record<Span['what'], string>> = {
  event: 'event',
  invocation: 'invocation',
  phase: 'phase',
  call: 'call',
};

/** The waterfall of an invocation's trace: what it waited for, what it called, and what that caused. */
export function Trace({ id }: { readonly id: string }) {
  const query = useApi('/v1/traces/{id}', { path: { id } }, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <QueryView query={query} what="The trace" rows={3}>
      {(trace) => <Waterfall trace={trace} of={id} />}
    </QueryView>
  );
}

function Waterfall({ trace, of }: { readonly trace: TraceView; readonly of: string }) {
  const { spans, startedAtMs, durationMs, truncated } = trace;
  const [{ span: opened }, setWords] = useWords(['span']);
  const whole = Math.max(durationMs, 0.001);
  const stepMs = stepOf(whole);
  return (
    <>
      <div className={classes.scale} aria-hidden>
        {ticksOf(whole, stepMs).map((ms) => (
          <span key={ms} style={{ left: `${(ms / whole) * 100}%` }}>
            {formatDuration(ms)}
          </span>
        ))}
      </div>
      <ul
        className={classes.rows}
        aria-label={`Trace of ${formatDuration(durationMs)}`}
        style={{ '--step': `${(stepMs / whole) * 100}%` } as CSSProperties}
      >
        {spans.map((span) => {
          const isOpen = span.spanId === opened;
          const from = Math.min(100, Math.max(0, ((span.startedAtMs - startedAtMs) / whole) * 100));
          return (
            <li key={span.spanId}>
              <button
                type="button"
                className={classes.row}
                aria-expanded={isOpen}
                onClick={() => setWords({ span: isOpen ? '' : span.spanId })}
                data-this={(span.what === 'invocation' && span.invocationId === of) || undefined}
              >
                <span className={classes.name} style={{ paddingLeft: `${span.depth * 0.875}rem` }}>
                  {span.error !== undefined && <span className={classes.failed}>✕ </span>}
                  {span.name}
                </span>
                <span className={classes.track}>
                  <span
                    className={classes.bar}
                    data-what={span.what}
                    data-error={span.error !== undefined || undefined}
                    style={{ left: `${from}%`, width: `${Math.min(100 - from, (span.durationMs / whole) * 100)}%` }}
                  />
                </span>
                <span className={classes.length}>{formatDuration(span.durationMs)}</span>
              </button>
              {isOpen && <SpanDetail span={span} of={of} begin={startedAtMs} />}
            </li>
          );
        })}
      </ul>
      {truncated && (
        <Text size="sm" c="dimmed" p="xs">
          The trace has more than is shown here.
        </Text>
      )}
    </>
  );
}

function SpanDetail({ span, of, begin }: { readonly span: Span; readonly of: string; readonly begin: number }) {
  const { what, error, invocationId, startedAtMs, durationMs, attributes } = span;
  return (
    <div className={classes.detail}>
      <Facts
        facts={[
          ['What', KINDS[what]],
          ['Began', `${formatDuration(startedAtMs - begin)} after the beginning`],
          ['Took', formatDuration(durationMs)],
          ['Error', error],
          ...Object.entries(attributes).map(([name, value]) => [name, String(value)] as const),
          [
            'Invocation',
            invocationId === undefined || invocationId === of ? undefined : (
              <Anchor component={Link} to={invocationPath(invocationId)} inherit key="invocation">
                {invocationId}
              </Anchor>
            ),
          ],
        ]}
      />
    </div>
  );
}
