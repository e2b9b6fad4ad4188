import { TextInput } from '@mantine/core';

/** What a name may be, and how that is said. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly says: string;
}

export const NAME = {
  plain: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    says: 'Letters, digits, _ and -, beginning with a letter or digit',
  },
  dotted: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
    says: 'Letters, digits and . _ -, beginning with a letter or digit',
  },
  person: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/,
    says: 'Letters, digits and . _ @ -, beginning with a letter or digit',
  },
} as const satisfies Record<string, NameRule>;

interface NameFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly rule: NameRule;
  readonly description?: string | undefined;
}

/** Asks for the name of something new. */
export function NameField({ value, onChange, rule: { pattern, says }, description }: NameFieldProps) {
  return (
    <TextInput
      label="Name"
      description={description}
      required
      data-autofocus
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={value !== '' && !pattern.test(value) && says}
    />
  );
}
