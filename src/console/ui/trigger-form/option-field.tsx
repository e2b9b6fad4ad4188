import { MultiSelect, NumberInput, PasswordInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { formatDuration } from '../format.ts';
import { JsonField } from './json-field.tsx';
import { type OptionSchema, titleOf } from './schema.ts';

export interface FieldProps {
  readonly name: string;
  readonly schema: OptionSchema;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly demanded: boolean;
  readonly fault: string | undefined;
}

/** Certificates and the like are pasted with their line breaks. */
const LONG_TEXT = 2_048;
const SECRET = '(secret)';
/** Stands for a secret that is filled in before the trigger is made. */
const REFERENCE = /^\$\{[A-Z][A-Z0-9_]*\}$/;

/** One option of a trigger, asked for in the manner of its schema. */
export function OptionField({ name, schema, value, onChange, demanded, fault }: FieldProps) {
  const common = {
    label: titleOf(name),
    description: descriptionOf(schema, value),
    withAsterisk: demanded,
    error: fault,
  };
  const given = value ?? schema.default;
  if (schema.enum !== undefined) {
    const data = schema.enum.map((each) => ({ value: String(each), label: each === '' ? 'none' : String(each) }));
    const typed = (text: string | null) => schema.enum!.find((each) => String(each) === text);
    return (
      <Select
        {...common}
        data={data}
        value={given === undefined ? null : String(given)}
        onChange={(text) => onChange(typed(text))}
        allowDeselect={!demanded && schema.default === undefined}
      />
    );
  }
  switch (schema.type) {
    case 'boolean':
      return (
        <Switch
          label={common.label}
          description={common.description}
          checked={given === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'integer':
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof given === 'number' ? given : ''}
          onChange={(number) => onChange(typeof number === 'number' ? number : undefined)}
          thousandSeparator=","
          {...(name.endsWith('Ms') && { suffix: ' ms', step: 1_000 })}
          {...(schema.minimum !== undefined && { min: schema.minimum })}
          clampBehavior="none"
        />
      );
    case 'array':
      return <ListField {...{ name, schema, value: given, onChange, demanded, fault }} />;
    case 'object':
      return <JsonField {...common} value={given} onChange={onChange} />;
    default:
      return <TextField {...{ name, schema, value: given, onChange, demanded, fault }} />;
  }
}

function ListField({ name, schema, value, onChange, demanded, fault }: FieldProps) {
  const common = { label: titleOf(name), withAsterisk: demanded, error: fault };
  const list = Array.isArray(value) ? value.map(String) : [];
  const description = descriptionOf(schema, value);
  const choice = schema.items?.enum;
  if (choice !== undefined) {
    return (
      <MultiSelect
        {...common}
        description={description}
        data={choice.map(String)}
        value={list}
        onChange={onChange}
        clearable
      />
    );
  }
  return (
    <TagsInput
      {...common}
      description={`${description ?? ''}${description ? '. ' : ''}Enter after each`}
      value={list}
      onChange={onChange}
      clearable
    />
  );
}

function TextField({ name, schema, value, onChange, demanded, fault }: FieldProps) {
  const common = {
    label: titleOf(name),
    description: descriptionOf(schema, value),
    withAsterisk: demanded,
    error: fault,
  };
  const text = typeof value === 'string' ? value : '';
  const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  if (schema.format === 'secret' && (schema.maxLength ?? 0) < LONG_TEXT) {
    if (REFERENCE.test(text)) {
      return <TextInput {...common} description="Given once for all that use it, not here" value={text} readOnly />;
    }
    const kept = text === SECRET ? 'One is set, and stays. Type to replace it' : undefined;
    return (
      <PasswordInput
        {...common}
        description={kept ?? common.description}
        value={text}
        onChange={change}
        aria-invalid={fault !== undefined || undefined}
        autoComplete="new-password"
      />
    );
  }
  if ((schema.maxLength ?? 0) > LONG_TEXT) {
    return <Textarea {...common} value={text} onChange={change} autosize minRows={2} maxRows={8} spellCheck={false} />;
  }
  return <TextInput {...common} value={text} onChange={change} spellCheck={false} autoComplete="off" />;
}

/** What it is for, without the marks of code, and how long a time is in words. */
function descriptionOf({ description }: OptionSchema, value: unknown): string | undefined {
  const words = description?.replaceAll('`', '');
  if (typeof value !== 'number' || value < 1_000 || words?.includes('milliseconds') !== true) return words;
  return `${words}: ${formatDuration(value)}`;
}
