import { Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { CommandLine } from '../../ui/command-line.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useCreation } from './context.tsx';
import { type Access, accessOf, withFunction } from './draft.ts';
import { FunctionTabs } from './function-tabs.tsx';
import { GrantList } from './grant-list.tsx';
import { roleFaults } from './steps.ts';

/** Where the code is entered, and what it may touch. */
export function StepRole() {
  return <FunctionTabs>{(at) => <OneRole at={at} />}</FunctionTabs>;
}

function OneRole({ at }: { readonly at: number }) {
  const creation = useCreation();
  const { draft, update, strict } = creation;
  const fn = draft.parts.functions[at]!;
  const faults = roleFaults(creation, at);
  const isCallme = fn.handler.endsWith('.callme');
  return (
    <Stack gap="md">
      <TextInput
        label="Handler"
        description={
          fn.handler === ''
            ? 'Empty: the node finds it. Else file.export, such as index.handler'
            : `The file without its ending, and what it exports. It is called ${isCallme ? 'with named parameters' : 'as (event, context)'}`
        }
        placeholder="the node finds out"
        value={fn.handler}
        onChange={(event) => {
          const handler = event.currentTarget.value.trim();
          update((before) => withFunction(before, at, { handler }));
        }}
        error={strict || fn.handler !== '' ? faults.handler : undefined}
        spellCheck={false}
        autoComplete="off"
        maw="30rem"
      />
      <Panel title="What it may touch">
        <RoleChoice at={at} fault={faults.role} />
      </Panel>
    </Stack>
  );
}

function RoleChoice({ at, fault }: { readonly at: number; readonly fault: string | undefined }) {
  const { draft, update, known, strict } = useCreation();
  const { suggested, ...access } = accessOf(draft, at);
  const { mode, role, grants } = access;
  const set = (change: Partial<Access>) =>
    update((before) => withFunction(before, at, { access: { ...access, ...change } }));
  const choose = (next: string) => {
    const name = draft.parts.functions[at]!.name;
    if (next === 'new') set({ mode: 'new', role: name, grants: mode === 'new' ? grants : [] });
    else set({ mode: next as Access['mode'], role: '', grants: [] });
  };
  const chosen = known.roles?.find((each) => each.name === role);
  const shown = strict || role !== '' ? fault : undefined;
  return (
    <Stack gap="md">
      <Radio.Group value={mode} onChange={choose} label="Execution role" name={`role-${at}`}>
        <Stack gap={8} mt={6}>
          <Radio value="none" label="None" description="It reaches no bucket, queue, topic or other function" />
          <Radio
            value="existing"
            label="One that is there"
            description={known.roles?.length === 0 ? 'There are none yet' : 'Its functions share what it allows'}
            disabled={known.roles?.length === 0}
          />
          <Radio value="new" label="A new one" description="From templates, for just what this function needs" />
        </Stack>
      </Radio.Group>
      {suggested && mode === 'new' && (
        <Text size="sm" c="var(--fob-info)">
          Suggested by the trigger: it may read the bucket that wakes it, and nothing else. Change it as you like.
        </Text>
      )}
      {mode === 'existing' && (
        <>
          <Select
            label="Role"
            data={(known.roles ?? []).map(({ name }) => name)}
            value={role === '' ? null : role}
            onChange={(name) => set({ role: name ?? '' })}
            searchable
            withAsterisk
            error={shown}
            maw="30rem"
          />
          {chosen !== undefined && <GrantList grants={chosen.grants} />}
        </>
      )}
      {mode === 'new' && (
        <>
          <TextInput
            label="Name of the role"
            value={role}
            onChange={(event) => set({ role: event.currentTarget.value.trim() })}
            error={shown}
            withAsterisk
            spellCheck={false}
            maw="30rem"
          />
          <GrantList grants={grants} onChange={(next) => set({ grants: next })} />
          {role !== '' && (
            <CommandLine words={['execution-role', 'create', role, ...grants.flatMap((grant) => ['--grant', grant])]} />
          )}
        </>
      )}
    </Stack>
  );
}
