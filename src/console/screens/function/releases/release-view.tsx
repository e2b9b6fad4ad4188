import { Anchor, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { Release } from '../../../api/things.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Failure } from '../../../ui/failure.tsx';
import { formatDuration } from '../../../ui/format.ts';
import { May } from '../../../ui/may.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { functionPath } from '../paths.ts';
import { Comparison } from './comparison.tsx';
import classes from './releases.module.css';

type Change = 'pause' | 'resume' | 'abort' | 'promote';
const DONE: Readonly<Record<Change, string>> = {
  pause: 'The release stays at its step',
  resume: 'The release goes on',
  abort: 'The release is given up: everything goes to the old version',
  promote: 'The release is done: everything goes to the new version',
};

/** A gradual release: how far it is, how both versions do, what became of it; and the ways to lead it while it is under way. */
export function ReleaseView({ release }: { readonly release: Release }) {
  const { function: name, alias, from, to, state, percent, steps, step, everyMs, entries, numbers, report } = release;
  const isUnderWay = state === 'running' || state === 'paused';
  const leading = useChange(
    (change: Change) => api.post(`/v1/functions/{name}/aliases/{alias}/release/${change}`, { path: { name, alias } }),
    ['/v1/functions', '/v1/releases'],
  );
  const lead = (change: Change) =>
    leading.mutate(change, { onSuccess: () => notifications.show({ message: DONE[change], color: 'lagoon' }) });
  const compared = numbers ?? report;
  return (
    <section className={classes.release} aria-label={`Release of version ${to}`}>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <StatusBadge tone={isUnderWay && state === 'running' ? 'busy' : toneOf(state)}>{wordsOf(state)}</StatusBadge>
          <Text size="sm">
            Version {from} → version {to}
            {isUnderWay && `: ${percent}% of the invocations, step ${step + 1} of ${steps.length}`}
          </Text>
          <Text size="xs" c="dimmed">
            begun <Time at={release.startedAt} ago /> by {release.startedBy}
          </Text>
        </Group>
        {isUnderWay && (
          <Group gap="xs">
            <May action="function:release" on={`function:${name}`}>
              <Button
                size="xs"
                variant="default"
                disabled={leading.isPending}
                onClick={() => lead(state === 'paused' ? 'resume' : 'pause')}
              >
                {state === 'paused' ? 'Go on' : 'Pause'}
              </Button>
            </May>
            <May action="function:release" on={`function:${name}`}>
              <Button size="xs" variant="default" disabled={leading.isPending} onClick={() => lead('promote')}>
                Give it everything now
              </Button>
            </May>
            <May action="function:release" on={`function:${name}`}>
              <Button
                size="xs"
                variant="default"
                c="var(--fob-bad)"
                disabled={leading.isPending}
                onClick={() => lead('abort')}
              >
                Give up
              </Button>
            </May>
          </Group>
        )}
      </Group>
      <Failure error={leading.error} />
      {isUnderWay && (
        <ol className={classes.steps} aria-label="Steps">
          {steps.map((each, at) => (
            <li
              key={each}
              data-state={at < step ? 'done' : at === step ? 'now' : 'next'}
              aria-current={at === step || undefined}
            >
              {each}%
            </li>
          ))}
          <li className={classes.quiet}>each for {formatDuration(everyMs)}</li>
        </ol>
      )}
      {report !== undefined && (
        <div className={classes.why} data-bad={state === 'rolled_back' || undefined}>
          <Text size="sm" fw={600}>
            {report.why}
          </Text>
          {report.failures?.map(({ invocationId, type, message }) => (
            <Text size="sm" key={invocationId}>
              <Anchor component={Link} to={functionPath(name, `invocations/${invocationId}`)} inherit>
                {type}: {message}
              </Anchor>
            </Text>
          ))}
        </div>
      )}
      {compared !== undefined && <Comparison old={compared.old} fresh={compared.new} rules={release.rules} />}
      <details className={classes.entries}>
        <summary>What happened</summary>
        <ul>
          {entries.map(({ at, by, what, percent: share, message }) => (
            <li key={at + what}>
              <Time at={at} /> {wordsOf(what)} at {share}% by {by}
              {message !== undefined && `: ${message}`}
            </li>
          ))}
        </ul>
      </details>
      <CommandLine words={['release', 'show', name, '--alias', alias]} />
    </section>
  );
}
