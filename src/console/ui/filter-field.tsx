import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useParam } from './use-param.ts';

/** Waits for the end of a word before the URL, and what follows from it, changes. */
const PAUSE_MS = 150;

interface FilterFieldProps {
  /** The name of the parameter in the URL. */
  readonly name?: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly width?: string;
}

/** A field whose text stands in the URL, shortly after it was typed. */
export function FilterField({ name = 'q', label, placeholder = label, width = '16rem' }: FilterFieldProps) {
  const [value, setValue] = useParam(name);
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => setValue(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, setValue]);
  return (
    <TextInput
      size="xs"
      style={{ flex: '1 1 8rem', width, maxWidth: width }}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') setValue(text);
        if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          setText('');
          setValue('');
        }
      }}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        text === '' ? undefined : (
          <CloseButton
            size="xs"
            aria-label={`Clear: ${label}`}
            onClick={() => {
              setText('');
              setValue('');
            }}
          />
        )
      }
    />
  );
}

/** Whether one of these texts has all words of a filter in it, whatever their case. */
export function matches(filter: string, ...texts: readonly string[]): boolean {
  const text = texts.join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
