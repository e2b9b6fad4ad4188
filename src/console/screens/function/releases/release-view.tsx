import { Anchor, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../../api/client.ts';
import { renew } from '../../../api/hooks.ts';
import type { Release } from '../../../api/things.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { useDeed } from '../../../ui/deed.tsx';
import { formatDuration } from '../../../ui/format.ts';
import { May } from '../../../ui/may.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../../ui/status-badge.tsx';
import { Time } from '../../../ui/time.tsx';
import { visible } from '../../../ui/visible.ts';
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
  const [ending, setEnding] = useState<'abort' | 'promote'>();
  const lead = (change: Change) =>
    api.post(`/v1/functions/{name}/aliases/{alias}/release/${change}`, { path: { name, alias } });
  const touches = ['/v1/functions', '/v1/releases'];
  const command = (change: Change) => ['release', change, name, '--alias', alias];
  const leading = useDeed({ change: lead, touches, done: (change) => DONE[change], command });
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
          <Group gap="xs" data-loading={leading.isPending || undefined}>
            <May action="function:release" on={`function:${name}`}>
              <Button
                size="xs"
                variant="default"
                disabled={leading.isPending}
                onClick={() => leading.act(state === 'paused' ? 'resume' : 'pause')}
              >
                {state === 'paused' ? 'Go on' : 'Pause'}
              </Button>
            </May>
            <May action="function:release" on={`function:${name}`}>
              <Button size="xs" variant="default" disabled={leading.isPending} onClick={() => setEnding('promote')}>
                Give it everything now
              </Button>
            </May>
            <May action="function:release" on={`function:${name}`}>
              <Button
                size="xs"
                variant="default"
                c="var(--fob-bad)"
                disabled={leading.isPending}
                onClick={() => setEnding('abort')}
              >
                Give up
              </Button>
            </May>
          </Group>
        )}
      </Group>
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
                {visible(`${type}: ${message}`)}
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
              {message !== undefined && `: ${visible(message)}`}
            </li>
          ))}
        </ul>
      </details>
      <CommandLine words={['release', 'show', name, '--alias', alias]} />
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={ending === 'promote' ? `Give version ${to} everything now?` : `Give the release of version ${to} up?`}
        verb={ending === 'promote' ? 'Give it everything' : 'Give it up'}
        harmless={ending === 'promote'}
        command={command(ending ?? 'abort')}
        onConfirm={async () => {
          await lead(ending!).finally(() => renew(...touches));
          notifications.show({ message: DONE[ending!] });
        }}
      >
        All invocations of {name}:{alias} go to version {ending === 'promote' ? to : from} at once, and the release
        ends.
      </Confirm>
    </section>
  );
}
