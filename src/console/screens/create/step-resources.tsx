import { NumberInput, Slider, Stack, Text } from '@mantine/core';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { durationWord } from './commands.ts';
import { useCreation } from './context.tsx';
import { CostTable } from './cost-table.tsx';
import classes from './create.module.css';
import { type FunctionDraft, withFunction } from './draft.ts';
import { FunctionTabs } from './function-tabs.tsx';
import { resourceFaults } from './steps.ts';

const LEAST_MB = 64;
const MOST_MB = 10_240;
/** One processor comes with so much memory, as AWS Lambda has it. */
const MB_PER_CORE = 1_769;
const STOPS_MB = [128, 256, 512, 1_024, 2_048, 4_096, 8_192];

/** Memory, the processor's share that follows, the time limit, and what that costs. */
export function StepResources() {
  return <FunctionTabs>{(at) => <OneSize at={at} />}</FunctionTabs>;
}

function OneSize({ at }: { readonly at: number }) {
  const creation = useCreation();
  const { draft, update } = creation;
  const fn = draft.parts.functions[at]!;
  const faults = resourceFaults(creation, at);
  const limits = useApi('/v1/policies/effective', { query: fn.name === '' ? {} : { function: fn.name } });
  const { maxMemoryMb, maxTimeoutMs } = (limits.data?.limits ?? {}) as { maxMemoryMb?: number; maxTimeoutMs?: number };
  const set = (change: Partial<FunctionDraft>) => update((before) => withFunction(before, at, change));
  const share = fn.memoryMb / MB_PER_CORE;
  return (
    <Stack gap="md">
      <Panel title="Memory">
        <div className={classes.size}>
          <Slider
            thumbLabel="Memory"
            min={Math.log2(LEAST_MB)}
            max={Math.log2(MOST_MB)}
            step={0.25}
            value={Math.log2(Math.min(MOST_MB, Math.max(LEAST_MB, fn.memoryMb || LEAST_MB)))}
            onChange={(power) => set({ memoryMb: roundMb(2 ** power) })}
            label={(power) => `${roundMb(2 ** power).toLocaleString('en-GB')} MB`}
            marks={STOPS_MB.map((mb) => ({ value: Math.log2(mb), label: mb < 1_024 ? mb : `${mb / 1_024} G` }))}
            thumbProps={{ 'aria-valuetext': `${fn.memoryMb} MB` }}
            mb="lg"
          />
          <NumberInput
            label="Memory limit"
            value={fn.memoryMb}
            onChange={(value) => set({ memoryMb: Number(value) })}
            suffix=" MB"
            thousandSeparator=","
            step={64}
            min={LEAST_MB}
            max={MOST_MB}
            clampBehavior="none"
            error={faults.memoryMb ?? overLimit(fn.memoryMb, maxMemoryMb, (mb) => `${mb.toLocaleString('en-GB')} MB`)}
          />
        </div>
        <Text size="sm">
          <b>{share < 0.1 ? share.toFixed(2) : share.toFixed(share < 2 ? 2 : 1)} processors</b>{' '}
          <Text span c="dimmed">
            {share < 1
              ? 'are its share when the machine is busy; up to one whole when it is not. The share follows memory: twice the memory, twice the share.'
              : 'are its share, and the most that it gets. The share follows memory.'}
          </Text>
        </Text>
      </Panel>
      <Panel title="Timeout">
        <div className={classes.fields}>
          <NumberInput
            label="Timeout"
            description={`An invocation that takes longer is ended, and counts as failed: after ${formatDuration(fn.timeoutMs)}`}
            value={fn.timeoutMs / 1_000}
            onChange={(value) => set({ timeoutMs: Math.round(Number(value) * 1_000) })}
            suffix=" s"
            step={1}
            min={0.1}
            max={900}
            decimalScale={3}
            clampBehavior="none"
            maw="24rem"
            error={faults.timeoutMs ?? overLimit(fn.timeoutMs, maxTimeoutMs, formatDuration)}
          />
        </div>
      </Panel>
      <CostTable memoryMb={fn.memoryMb} timeoutMs={fn.timeoutMs} />
      {fn.name !== '' && (
        <CommandLine
          words={['set', fn.name, '--memory', String(fn.memoryMb), '--timeout', durationWord(fn.timeoutMs)]}
        />
      )}
    </Stack>
  );
}

/** To what people write: whole steps of 64 MB, finer below 256. */
function roundMb(mb: number): number {
  const step = mb < 256 ? 16 : mb < 1_024 ? 64 : 128;
  return Math.round(mb / step) * step;
}

function overLimit(value: number, most: number | undefined, words: (value: number) => string): string | undefined {
  return most !== undefined && value > most ? `A policy allows at most ${words(most)}` : undefined;
}
