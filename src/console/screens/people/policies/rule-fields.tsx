import { Checkbox, Group, MultiSelect, NumberInput, TagsInput } from '@mantine/core';
import { useApi } from '../../../api/hooks.ts';
import classes from '../people.module.css';
import type { Rules } from './policy.ts';

interface RuleFieldsProps {
  readonly rules: Rules;
  readonly onChange: (rules: Rules) => void;
}

const NETWORKS = ['none', 'services', 'hosts', 'internet'];
const RUNTIMES = ['node', 'python'];
const RECORDINGS = ['none', 'failed', 'all'];
const GIT = [
  { name: 'required', label: 'The code comes from a Git repository' },
  { name: 'clean', label: 'Nothing differs from the commit' },
  { name: 'pushed', label: 'The commit is pushed' },
  { name: 'tagged', label: 'The commit has a tag' },
] as const;

/** What a policy demands. A field that is empty demands nothing. */
export function RuleFields({ rules, onChange }: RuleFieldsProps) {
  const roles = useApi('/v1/execution-roles');
  const set = (next: Partial<Record<keyof Rules, unknown>>) => {
    const merged = Object.entries({ ...rules, ...next }).filter(([, value]) => !isNothing(value));
    onChange(Object.fromEntries(merged) as Rules);
  };
  const list = (name: keyof Rules) => ({
    placeholder: isNothing(rules[name]) ? 'any' : '',
    value: (rules[name] as string[] | undefined) ?? [],
    onChange: (value: string[]) => set({ [name]: value }),
  });
  const number = (name: keyof Rules, factor = 1) => ({
    min: 0,
    placeholder: 'no limit',
    thousandSeparator: ',',
    value: rules[name] === undefined ? '' : (rules[name] as number) / factor,
    onChange: (value: string | number) =>
      set({ [name]: value === '' ? undefined : Math.round(Number(value) * factor) }),
  });
  const tags = Object.entries(rules.requiredTags ?? {}).map(([name, values]) =>
    values.length === 0 ? name : `${name}=${values.join('|')}`,
  );
  return (
    <>
      <div className={classes.pair}>
        <NumberInput label="Most memory, in MB" {...number('maxMemoryMb')} />
        <NumberInput label="Longest timeout, in seconds" {...number('maxTimeoutMs', 1_000)} />
        <NumberInput label="Most invocations at once" {...number('maxConcurrency')} />
        <TagsInput label="Runtimes that are allowed" data={RUNTIMES} {...list('allowedRuntimes')} />
        <MultiSelect label="Network that is allowed" data={NETWORKS} {...list('allowedNetwork')} />
        <TagsInput label="Hosts that may be reached" {...list('allowedHosts')} />
        <TagsInput label="Owners that may be named" {...list('allowedOwners')} />
        <TagsInput
          label="Tags that must be there"
          placeholder={tags.length === 0 ? 'stage=prod|test' : ''}
          value={tags}
          onChange={(value) => set({ requiredTags: Object.fromEntries(value.map(requiredTag)) })}
        />
        <MultiSelect
          label="Execution roles that are allowed"
          data={[...new Set([...(roles.data?.roles.map(({ name }) => name) ?? []), ...(rules.allowedRoles ?? [])])]}
          {...list('allowedRoles')}
        />
        <MultiSelect label="Payloads that may be recorded" data={RECORDINGS} {...list('recordPayloads')} />
        <TagsInput
          label="Branches that code may come from"
          placeholder={rules.git?.branches === undefined ? 'any, or release/*' : ''}
          value={rules.git?.branches ?? []}
          onChange={(branches) => set({ git: gitOf(rules.git, { branches }) })}
        />
        <TagsInput
          label="Repositories that it may come from"
          placeholder={rules.git?.repositories === undefined ? 'any' : ''}
          value={rules.git?.repositories ?? []}
          onChange={(repositories) => set({ git: gitOf(rules.git, { repositories }) })}
        />
      </div>
      <Group gap="md">
        <Checkbox
          label="There is an owner"
          checked={rules.ownerRequired ?? false}
          onChange={(event) => set({ ownerRequired: event.currentTarget.checked })}
        />
        <Checkbox
          label="There is an execution role"
          checked={rules.roleRequired ?? false}
          onChange={(event) => set({ roleRequired: event.currentTarget.checked })}
        />
        <Checkbox
          label="Grants come from execution roles only"
          checked={rules.grantsByRoleOnly ?? false}
          onChange={(event) => set({ grantsByRoleOnly: event.currentTarget.checked })}
        />
        {GIT.map(({ name, label }) => (
          <Checkbox
            key={name}
            label={label}
            checked={rules.git?.[name] ?? false}
            onChange={(event) => set({ git: gitOf(rules.git, { [name]: event.currentTarget.checked }) })}
          />
        ))}
      </Group>
    </>
  );
}

function gitOf(before: Rules['git'], change: object): Rules['git'] {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => !isNothing(value)));
}

/** `stage=prod|test`: a tag, and the values that it may have; without any, it must only be there. */
function requiredTag(text: string): [name: string, values: string[]] {
  const at = text.indexOf('=');
  return at === -1
    ? [text, []]
    : [
        text.slice(0, at),
        text
          .slice(at + 1)
          .split('|')
          .filter((value) => value !== ''),
      ];
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === false || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
