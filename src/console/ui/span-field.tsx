import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { spanMs, spanText } from './span.ts';

interface SpanFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'onBlur' | 'error'> {
  /** In milliseconds, as are its bounds. */
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (ms: number) => void;
}

/** A time that is written with its unit. What is too short or too long becomes the nearest that may be when the field is left. */
export function SpanField({ value, min, max, onChange, ...rest }: SpanFieldProps) {
  /** What is being written; absent while nobody writes. */
  const [text, setText] = useState<string>();
  const written = text === undefined ? value : spanMs(text);
  const isFine = written !== undefined && written >= min && written <= max;
  return (
    <TextInput
      {...rest}
      value={text ?? spanText(value)}
      error={!isFine && `Write a time from ${spanText(min)} to ${spanText(max)}, such as 500ms, 30s, 5m or 6h`}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const ms = spanMs(next);
        if (ms !== undefined && ms >= min && ms <= max) onChange(ms);
      }}
      onBlur={() => {
        setText(undefined);
        if (written !== undefined && !isFine) onChange(Math.min(max, Math.max(min, written)));
      }}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
