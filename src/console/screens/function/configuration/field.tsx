import { MultiSelect, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import { useApi } from '../../../api/hooks.ts';
import { SpanField } from '../../../ui/span-field.tsx';
import { PairsField } from './pairs-field.tsx';
import type { Config, Setting } from './settings.ts';

interface SettingFieldProps {
  readonly setting: Setting;
  readonly value: Config[keyof Config];
  readonly onChange: (value: unknown) => void;
}

/** The field of one setting, of its kind. */
export function SettingField({ setting: { title, meaning, field }, value, onChange }: SettingFieldProps) {
  const base = { label: title, description: meaning };
  switch (field.kind) {
    case 'text':
      return (
        <TextInput
          {...base}
          value={String(value)}
          placeholder={field.placeholder ?? ''}
          onChange={(event) => onChange(event.currentTarget.value)}
          spellCheck={title === 'Description'}
          autoComplete="off"
        />
      );
    case 'number':
      return (
        <NumberInput
          {...base}
          value={Number(value)}
          min={field.min}
          max={field.max}
          onChange={(next) => typeof next === 'number' && onChange(next)}
          thousandSeparator=","
          allowDecimal={false}
          clampBehavior="blur"
          {...(field.unit !== undefined && { suffix: ` ${field.unit}` })}
        />
      );
    case 'span':
      return <SpanField {...base} value={Number(value)} min={field.min} max={field.max} onChange={onChange} />;
    case 'choice':
      return (
        <Select
          {...base}
          data={field.values}
          value={String(value)}
          onChange={(next) => next !== null && onChange(next)}
          allowDeselect={false}
        />
      );
    case 'switch':
      return <Switch {...base} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'list':
      return (
        <TagsInput
          {...base}
          value={[...(value as string[])]}
          onChange={onChange}
          placeholder={(value as string[]).length === 0 ? field.placeholder : ''}
          splitChars={[',', ' ']}
        />
      );
    case 'set':
      return <MultiSelect {...base} data={field.values} value={[...(value as string[])]} onChange={onChange} />;
    case 'pairs':
      return (
        <PairsField {...base} names={field} value={value as Readonly<Record<string, string>>} onChange={onChange} />
      );
    case 'role':
      return <RoleField {...base} value={String(value)} onChange={onChange} />;
  }
}

interface RoleFieldProps {
  readonly label: string;
  readonly description: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function RoleField({ value, onChange, ...base }: RoleFieldProps) {
  const { data } = useApi('/v1/execution-roles');
  const names = data?.roles.map(({ name }) => name) ?? [];
  return (
    <Select
      {...base}
      data={[...new Set([...names, ...(value === '' ? [] : [value])])]}
      value={value || null}
      placeholder="None"
      onChange={(next) => onChange(next ?? '')}
      clearable
      searchable={names.length > 8}
      clearButtonProps={{ 'aria-label': 'No role' }}
      nothingFoundMessage="There is no such role"
    />
  );
}
