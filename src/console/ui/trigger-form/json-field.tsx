import { Textarea } from '@mantine/core';
import { useState } from 'react';

interface JsonFieldProps {
  readonly label: string;
  readonly description?: string | undefined;
  readonly error?: string | undefined;
  readonly withAsterisk?: boolean;
  readonly value: unknown;
  /** The value, or the text as it is while it is no JSON. */
  readonly onChange: (value: unknown) => void;
}

/** A JSON value, written as text. */
export function JsonField({ value, onChange, ...rest }: JsonFieldProps) {
  const [text, setText] = useState(() =>
    value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  );
  const change = (next: string) => {
    setText(next);
    if (next.trim() === '') return onChange(undefined);
    try {
      onChange(JSON.parse(next));
    } catch {
      onChange(next);
    }
  };
  return (
    <Textarea
      {...rest}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--fob-mono)' } }}
    />
  );
}
