import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useParam } from './use-param.ts';
import { useTyped } from './use-typed.ts';

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
  const { text, type, commit } = useTyped(value, setValue);
  return (
    <TextInput
      size="xs"
      style={{ flex: '1 1 8rem', width, maxWidth: width }}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(text);
        if (event.key === 'Escape' && text !== '') {
          event.stopPropagation();
          commit('');
        }
      }}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        text === '' ? undefined : <CloseButton size="xs" aria-label={`Clear: ${label}`} onClick={() => commit('')} />
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
