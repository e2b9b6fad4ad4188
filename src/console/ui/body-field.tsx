import { Textarea } from '@mantine/core';

interface BodyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What a message or an event is to hold, as one types it: the first field of its dialogue. */
export function BodyField({ label, value, onChange }: BodyFieldProps) {
  return (
    <Textarea
      label={label}
      autosize
      minRows={5}
      maxRows={16}
      styles={{ input: { fontFamily: 'var(--fob-mono)', fontSize: '0.8125rem' } }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus
    />
  );
}
