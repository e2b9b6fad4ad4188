import { Checkbox, Group, NumberInput, Select, SimpleGrid, TagsInput, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { FunctionView } from '../../../api/things.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import { formatDuration } from '../../../ui/format.ts';
import { spanText } from '../../../ui/span.ts';
import { SpanField } from '../../../ui/span-field.tsx';
import type { Alias } from './alias-panel.tsx';

interface StartReleaseProps {
  readonly view: FunctionView;
  readonly alias: Alias;
  readonly versions: readonly number[];
  readonly onClose: () => void;
}

const SHAPES = [
  { value: '10,20,30,40,50,60,70,80,90,100', label: 'Evenly: 10% more each step' },
  { value: '5,25,50,100', label: 'In four steps: 5, 25, 50, 100%' },
  { value: '1,10,100', label: 'Carefully: 1, 10, 100%' },
  { value: '10,100', label: 'A canary: 10%, then all' },
];
const SECOND_MS = 1_000;
const LONGEST_STEP_MS = 7 * 86_400_000;

/** Begins a gradual release: to which version, in which steps, and when it counts as worse and goes back by itself. */
export function StartRelease({ view: { name, version }, alias, versions, onClose }: StartReleaseProps) {
  const from = alias.versions.toSorted((a, b) => b.weight - a.weight)[0]?.version ?? 0;
  const others = versions.filter((each) => each !== from);
  const [chosen, setTo] = useState<number>();
  const to = chosen ?? (version === from ? others[0] : version);
  const [shares, setShares] = useState(SHAPES[1]!.value);
  const [everyMs, setEveryMs] = useState(60 * SECOND_MS);
  const [minCalls, setMinCalls] = useState(10);
  const [maxErrorIncrease, setErrors] = useState(2);
  const [maxLatencyFactor, setFactor] = useState(1.5);
  const [waitForCalls, setWait] = useState(false);
  const [alarms, setAlarms] = useState<string[]>([]);
  const steps = shares
    .split(',')
    .map(Number)
    .filter((each) => each > 0);
  const isValid =
    steps.length > 0 && steps.at(-1) === 100 && steps.every((each, at) => each <= 100 && each > (steps[at - 1] ?? 0));
  const starting = useChange(
    (revision: number | undefined) =>
      api.post('/v1/functions/{name}/aliases/{alias}/release', {
        path: { name, alias: alias.name },
        body: {
          to: to!,
          steps,
          everyMs,
          rules: { minCalls, maxErrorIncrease, maxLatencyFactor, waitForCalls, alarms },
        },
        ...ifRevision(revision),
      }),
    ['/v1/functions', '/v1/releases'],
  );
  const command = [
    ...['release', name, '--alias', alias.name, '--to', String(to)],
    ...['--steps', steps.join(','), '--every', spanText(everyMs)],
    ...['--max-errors', String(maxErrorIncrease), '--max-latency', String(maxLatencyFactor)],
    ...['--min-calls', String(minCalls)],
    ...(waitForCalls ? ['--wait-for-calls'] : []),
    ...alarms.flatMap((each) => ['--alarm', each]),
  ];
  return (
    <FormDialog
      opened
      onClose={onClose}
      size="lg"
      title={`Release gradually by ${name}:${alias.name}`}
      verb="Begin"
      isReady={isValid && to !== undefined}
      revision={alias.revision}
      {...(to !== undefined && isValid && { command })}
      onSubmit={async (revision) => {
        const { to: version, percent } = await starting.mutateAsync(revision);
        notifications.show({
          message: `Version ${version} gets ${percent}% of ${name}:${alias.name} now`,
          color: 'lagoon',
        });
      }}
    >
      <Group grow align="flex-start">
        <Select
          label="New version"
          description={`In place of version ${from}`}
          data={others.map((each) => ({ value: String(each), label: `Version ${each}` }))}
          value={to === undefined ? null : String(to)}
          onChange={(next) => setTo(Number(next))}
          allowDeselect={false}
          nothingFoundMessage="There is no other version"
        />
        <SpanField
          label="Each step holds for"
          description={`All of it after ${formatDuration(everyMs * (steps.length - 1))}`}
          value={everyMs}
          onChange={setEveryMs}
          min={SECOND_MS}
          max={LONGEST_STEP_MS}
        />
      </Group>
      <Select
        label="Steps"
        data={SHAPES.some(({ value }) => value === shares) ? SHAPES : [...SHAPES, { value: shares, label: 'My own' }]}
        value={shares}
        onChange={(next) => next !== null && setShares(next)}
        allowDeselect={false}
      />
      <TextInput
        label="Shares in per cent"
        value={shares}
        onChange={(event) => setShares(event.currentTarget.value.replaceAll(/[^\d.,]/g, ''))}
        error={!isValid && 'Rising numbers, the last of them 100'}
      />
      <Text size="sm" fw={600}>
        It goes back by itself when the new version
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" verticalSpacing="xs">
        <NumberInput
          label="fails more often by"
          value={maxErrorIncrease}
          onChange={(next) => typeof next === 'number' && setErrors(next)}
          min={0}
          max={100}
          suffix=" points"
        />
        <NumberInput
          label="takes longer, p90 times"
          value={maxLatencyFactor}
          onChange={(next) => typeof next === 'number' && setFactor(next)}
          min={1}
          max={1_000}
          decimalScale={2}
        />
        <NumberInput
          label="judged from"
          value={minCalls}
          onChange={(next) => typeof next === 'number' && setMinCalls(next)}
          min={1}
          max={1_000_000}
          suffix=" invocations"
        />
      </SimpleGrid>
      <Checkbox
        label="A step ends only when the new version had so many invocations in it"
        checked={waitForCalls}
        onChange={(event) => setWait(event.currentTarget.checked)}
      />
      <TagsInput
        label="or when one of these alerts fires"
        placeholder="Names of rules, or of functions"
        value={alarms}
        onChange={setAlarms}
      />
    </FormDialog>
  );
}
