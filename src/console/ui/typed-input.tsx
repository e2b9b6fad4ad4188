import { TextInput, type TextInputProps } from '@mantine/core';
import { useTyped } from './use-typed.ts';

interface TypedInputProps extends Omit<TextInputProps, 'value' | 'onChange' | 'defaultValue'> {
  readonly value: string;
  /** Called shortly after something was typed, and at once for Enter. */
  readonly onText: (text: string) => void;
}

/** A field whose text stands in the URL: nothing that is typed is lost while the URL follows. */
export function TypedInput({ value, onText, onKeyDown, ...rest }: TypedInputProps) {
  const { text, type, commit } = useTyped(value, onText);
  return (
    <TextInput
      {...rest}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => commit(text)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(text);
        onKeyDown?.(event);
      }}
    />
  );
}
