import { Button, Group, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type Asked, api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { ApiProblem } from '../../api/problem.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { differencesOf } from '../../ui/differences.ts';
import { Failure } from '../../ui/failure.tsx';
import { ifRevision } from '../../ui/form-dialog.tsx';
import { MaySet } from '../../ui/may-set.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ageMs, ageText } from '../../ui/range.ts';
import type { Queue } from './queue-list.tsx';

type Change = Exclude<Asked<'PUT', '/v1/queues/{name}'>['body'], BodyInit>;

const TIMES = [
  [
    'visibilityMs',
    'Hidden after it was received for',
    'So long a worker may take before it comes back',
    '--visibility',
  ],
  ['delayMs', 'Held back at first for', 'Of each message; 0s: not at all', '--delay'],
  ['retentionMs', 'Kept for', 'What nobody takes for so long is removed', '--retention'],
] as const;

/** What holds for the messages of a queue. Only what was changed here is sent. */
export function QueueSettings({
  queue: { name, revision, settings },
  queues,
}: {
  queue: Queue;
  queues: readonly Queue[];
}) {
  const [times, setTimes] = useState<Readonly<Record<string, string>>>({});
  const [dead, setDead] = useState(settings.deadLetter?.queue ?? '');
  const [receives, setReceives] = useState<number | string>(settings.deadLetter?.maxReceives ?? 3);
  const [byContent, setByContent] = useState(settings.contentDeduplication);
  const save = (body: Change, at: number) => api.put('/v1/queues/{name}', { path: { name }, body, ...ifRevision(at) });
  const change = useChange(
    async (body: Change) => {
      try {
        return await save(body, revision);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.code !== 'precondition_failed') throw error;
        // Who changed other settings meanwhile changed nothing of these.
        const now = await api.get('/v1/queues/{name}', { path: { name } });
        const keys = Object.keys(body) as (keyof Change)[];
        if (keys.some((key) => differencesOf(settings[key], now.settings[key]).length > 0)) throw error;
        return save(body, now.revision);
      }
    },
    ['/v1/queues'],
  );

  const changed: Change = {};
  const flags: string[] = [];
  let isWrong = false;
  for (const [key, , , flag] of TIMES) {
    const text = times[key];
    if (text === undefined) continue;
    const ms = ageMs(text);
    if (ms === undefined) isWrong = true;
    else if (ms !== settings[key]) {
      changed[key] = ms;
      flags.push(flag, text);
    }
  }
  if (dead !== (settings.deadLetter?.queue ?? '') || (dead !== '' && receives !== settings.deadLetter?.maxReceives)) {
    changed.deadLetter = dead === '' ? null : { queue: dead, maxReceives: Number(receives) };
    flags.push(
      '--dead-letter',
      dead === '' ? 'none' : dead,
      ...(dead === '' ? [] : ['--max-receives', String(receives)]),
    );
  }
  if (byContent !== settings.contentDeduplication) {
    changed.contentDeduplication = byContent;
    flags.push('--content-deduplication');
  }
  return (
    <Panel>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(changed, {
            onSuccess: () => {
              setTimes({});
              notifications.show({ message: `The settings of ${name} are saved` });
            },
          });
        }}
        style={{ display: 'grid', gap: '0.875rem', maxWidth: '30rem' }}
      >
        <MaySet action="queue:manage" on={`queue:${name}`}>
          {TIMES.map(([key, label, description]) => (
            <TextInput
              key={key}
              label={label}
              description={description}
              value={times[key] ?? ageText(settings[key])}
              error={
                times[key] !== undefined && ageMs(times[key]) === undefined && 'Write a time such as 30s, 10m or 4d'
              }
              onChange={(event) => setTimes({ ...times, [key]: event.currentTarget.value })}
            />
          ))}
          <Select
            label="Dead letters go to"
            description="What was received too often without being done"
            placeholder="nowhere: they come back"
            clearable
            searchable
            data={queues
              .filter((each) => each.name !== name && each.settings.fifo === settings.fifo)
              .map((each) => each.name)}
            value={dead === '' ? null : dead}
            onChange={(value) => setDead(value ?? '')}
          />
          {dead !== '' && (
            <NumberInput label="Too often is" min={1} max={1_000} required value={receives} onChange={setReceives} />
          )}
          {settings.fifo && (
            <Switch
              label="Messages with the same body within 5 minutes count once"
              checked={byContent}
              onChange={(event) => setByContent(event.currentTarget.checked)}
            />
          )}
          <Failure error={change.error} />
          <CommandLine words={isWrong || flags.length === 0 ? undefined : ['queue', 'create', name, ...flags]} />
          <Group>
            <Button type="submit" loading={change.isPending} disabled={isWrong || flags.length === 0}>
              Save
            </Button>
          </Group>
        </MaySet>
      </form>
    </Panel>
  );
}
