import { Textarea } from '@mantine/core';

interface BodyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** What a message, an event or a key is to hold, as one types it: where its dialogue begins, unless a field before it says that of itself. */
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
