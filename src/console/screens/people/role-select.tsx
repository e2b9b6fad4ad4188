import { MultiSelect } from '@mantine/core';
import { useApi } from '../../api/hooks.ts';

interface RoleSelectProps {
  readonly value: string[];
  readonly onChange: (value: string[]) => void;
  readonly label?: string;
  readonly description?: string;
}

/** Chooses among the roles that there are. */
export function RoleSelect({ value, onChange, label = 'Roles', description }: RoleSelectProps) {
  const roles = useApi('/v1/roles');
  const names = roles.data?.roles.map(({ name }) => name) ?? [];
  return (
    <MultiSelect
      label={label}
      {...(description !== undefined && { description })}
      data={[...new Set([...names, ...value])]}
      value={value}
      onChange={onChange}
      searchable
      hidePickedOptions
      nothingFoundMessage="There is no such role"
    />
  );
}
