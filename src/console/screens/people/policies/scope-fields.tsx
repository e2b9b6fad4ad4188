import { TagsInput } from '@mantine/core';
import { useApi } from '../../../api/hooks.ts';
import classes from '../people.module.css';
import type { Scope } from './policy.ts';

interface ScopeFieldsProps {
  readonly scope: Scope;
  readonly onChange: (scope: Scope) => void;
}

/** Which functions a policy is about. */
export function ScopeFields({ scope, onChange }: ScopeFieldsProps) {
  const teams = useApi('/v1/teams');
  const set = (next: { teams?: string[]; names?: string[]; tags?: Record<string, string> }) => {
    const merged = { ...scope, ...next };
    onChange({
      ...(merged.teams !== undefined && merged.teams.length > 0 && { teams: merged.teams }),
      ...(merged.names !== undefined && merged.names.length > 0 && { names: merged.names }),
      ...(merged.tags !== undefined && Object.keys(merged.tags).length > 0 && { tags: merged.tags }),
    });
  };
  const tags = Object.entries(scope.tags ?? {}).map(([name, value]) => `${name}=${value}`);
  return (
    <div className={classes.pair}>
      <TagsInput
        label="Only functions of these owners"
        placeholder={scope.teams === undefined ? 'anybody' : ''}
        data={teams.data?.teams.map(({ name }) => name) ?? []}
        value={scope.teams ?? []}
        onChange={(value) => set({ teams: value })}
      />
      <TagsInput
        label="Only of these names"
        placeholder={scope.names === undefined ? 'any, or shop-*' : ''}
        value={scope.names ?? []}
        onChange={(value) => set({ names: value })}
      />
      <TagsInput
        label="Only with these tags"
        placeholder={tags.length === 0 ? 'any, or stage=prod' : ''}
        value={tags}
        onChange={(value) => set({ tags: Object.fromEntries(value.map(splitTag)) })}
      />
    </div>
  );
}

/** `name=value` in two; without a value any. */
export function splitTag(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, '*'] : [text.slice(0, at), text.slice(at + 1)];
}
