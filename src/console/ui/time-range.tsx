import { ActionIcon, Button, Group, Popover, Stack, TextInput, Tooltip } from '@mantine/core';
import { IconCalendarTime, IconChevronDown, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { boundsOf, type TimeRange as Range, rangeWords } from './range.ts';
import classes from './time-range.module.css';

const AGES = ['15m', '1h', '3h', '12h', '24h', '3d', '7d', '30d'];

interface TimeRangeProps {
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  /** The ages to choose from. */
  readonly ages?: readonly string[];
}

/** Chooses a part of time: an age by one click, or a begin and an end; from one that has both on to what lies before or after it. */
export function TimeRange({ range, onRange, ages = AGES }: TimeRangeProps) {
  const [isOpen, setOpen] = useState(false);
  const choose = (next: Range): void => {
    setOpen(false);
    onRange(next);
  };
  const chosen = (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconCalendarTime size={15} stroke={1.6} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
          aria-label={`Time range: ${rangeWords(range)}`}
        >
          {rangeWords(range)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Time range">
        <div className={classes.ages}>
          {ages.map((age) => (
            <Button
              key={age}
              size="compact-sm"
              variant={range.from === age && range.to === undefined ? 'filled' : 'default'}
              onClick={() => choose({ from: age })}
              aria-label={rangeWords({ from: age })}
              title={rangeWords({ from: age })}
            >
              {age}
            </Button>
          ))}
        </div>
        <Exact range={range} onRange={choose} />
      </Popover.Dropdown>
    </Popover>
  );
  if (range.to === undefined) return chosen;
  const { fromMs, toMs } = boundsOf(range, Date.now());
  const step = (ms: number): void =>
    onRange({ from: new Date(fromMs + ms).toISOString(), to: new Date(toMs + ms).toISOString() });
  return (
    <Group gap={4} wrap="nowrap">
      <Step label="The time before" icon={IconChevronLeft} onStep={() => step(fromMs - toMs)} />
      {chosen}
      <Step label="The time after" icon={IconChevronRight} onStep={() => step(toMs - fromMs)} />
    </Group>
  );
}

interface StepProps {
  readonly label: string;
  readonly icon: typeof IconChevronLeft;
  readonly onStep: () => void;
}

function Step({ label, icon: Icon, onStep }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={30} onClick={onStep} aria-label={label}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Exact({ range, onRange }: { readonly range: Range; readonly onRange: (range: Range) => void }) {
  const { fromMs, toMs } = boundsOf(range, Date.now());
  const [from, setFrom] = useState(localText(fromMs));
  const [to, setTo] = useState(range.to === undefined ? '' : localText(toMs));
  const isWrong = to !== '' && Date.parse(to) <= Date.parse(from);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isWrong || Number.isNaN(Date.parse(from))) return;
    onRange({
      from: new Date(from).toISOString(),
      ...(to !== '' && { to: new Date(to).toISOString() }),
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs" mt="sm">
        <TextInput
          type="datetime-local"
          step={1}
          size="xs"
          label="From"
          required
          withAsterisk={false}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          step={1}
          size="xs"
          label="To (empty: now)"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={isWrong ? 'The end is before the begin' : undefined}
        />
        <Button type="submit" size="xs" variant="light">
          Show this time
        </Button>
      </Stack>
    </form>
  );
}

/** A moment as an input of type `datetime-local` takes it, in the person's own time. */
function localText(ms: number): string {
  const when = new Date(ms);
  return new Date(ms - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
