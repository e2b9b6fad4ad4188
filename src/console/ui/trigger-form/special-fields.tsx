import { Autocomplete, Checkbox, Chip, Group, Stack, TextInput } from '@mantine/core';
import type { FieldProps } from './option-field.tsx';
import { titleOf } from './schema.ts';
import classes from './trigger-form.module.css';

const HAPPENINGS = [
  { value: 'ObjectCreated:*', label: 'An object was created', about: 'uploaded, copied or put together' },
  { value: 'ObjectRemoved:*', label: 'An object was removed', about: 'by somebody, or by its age' },
];

/** What is to be heard of a bucket: the two that one means, and finer ones where they were chosen elsewhere. */
export function BucketEventsField({ value, onChange, fault }: FieldProps) {
  const chosen = Array.isArray(value) ? value.map(String) : ['ObjectCreated:*'];
  const others = chosen.filter((each) => !HAPPENINGS.some((known) => known.value === each));
  return (
    <Checkbox.Group
      label="Event"
      value={chosen}
      onChange={onChange}
      error={fault}
      withAsterisk
      className={classes.wide ?? ''}
    >
      <Stack gap={6} mt={6}>
        {HAPPENINGS.map(({ value: name, label, about }) => (
          <Checkbox key={name} value={name} label={label} description={about} />
        ))}
        {others.map((name) => (
          <Checkbox key={name} value={name} label={name} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

const USUAL_TIMES = [
  { value: 'rate(5 minutes)', label: 'Every 5 minutes' },
  { value: '0 * * * *', label: 'Every hour' },
  { value: '0 9 * * MON-FRI', label: 'Weekdays at 9' },
  { value: '0 3 * * *', label: 'Every night at 3' },
  { value: '0 8 1 * *', label: 'First of the month' },
];

/** When a schedule fires: usual times to choose, and any to write. */
export function ScheduleField({ name, schema, value, onChange, demanded, fault }: FieldProps) {
  const text = typeof value === 'string' ? value : '';
  return (
    <Stack gap={8} className={classes.wide ?? ''}>
      <TextInput
        label={name === 'expression' ? 'When' : titleOf(name)}
        description={schema.description?.replaceAll('`', '').replace(/^When: /, '')}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        withAsterisk={demanded}
        error={fault}
        spellCheck={false}
        autoComplete="off"
      />
      <Chip.Group value={text} onChange={(chosen) => onChange(chosen)}>
        <Group gap={6}>
          {USUAL_TIMES.map((time) => (
            <Chip key={time.value} value={time.value} size="xs" variant="outline">
              {time.label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Stack>
  );
}

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** A time zone; this browser's own is offered first. */
export function ZoneField({ schema, value, onChange, fault }: FieldProps) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Autocomplete
      label="Time zone"
      description={schema.description?.replaceAll('`', '')}
      data={[...new Set([own, ...ZONES])]}
      value={typeof value === 'string' ? value : 'UTC'}
      onChange={onChange}
      limit={30}
      error={fault}
    />
  );
}
