import { Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatBytes } from '../../ui/format.ts';
import { CodePanel } from './code-panel.tsx';
import { deployCommand } from './commands.ts';
import { useCreation } from './context.tsx';
import classes from './create.module.css';
import { type FunctionDraft, ownerOf, tagsFrom, tagsOf, withFunction } from './draft.ts';
import { FunctionTabs } from './function-tabs.tsx';
import { functionFaults } from './steps.ts';

const RUNTIMES = [
  { value: '', label: 'The node finds out' },
  { value: 'node', label: 'Node.js (JavaScript, TypeScript)' },
  { value: 'python', label: 'Python' },
];

/** What it is called, and its code. */
export function StepFunction() {
  return <FunctionTabs>{(at) => <OneFunction at={at} />}</FunctionTabs>;
}

function OneFunction({ at }: { readonly at: number }) {
  const creation = useCreation();
  const { draft, update, strict, blueprint } = creation;
  const fn = draft.parts.functions[at]!;
  const faults = functionFaults(creation, at);
  const set = (change: Partial<FunctionDraft>) => update((before) => withFunction(before, at, change));
  /** What is `undefined` is no setting any more. */
  const setting = (change: Record<string, unknown>) =>
    set({
      settings: Object.fromEntries(
        Object.entries({ ...fn.settings, ...change }).filter(([, value]) => value !== undefined),
      ),
    });
  const isNamedByBlueprint = draft.start === 'blueprint' && blueprint !== undefined;
  const rename = (name: string) => {
    set({ name });
    // What is called after it follows.
    if (isNamedByBlueprint) update((before) => ({ ...before, values: { ...before.values, name } }));
  };
  return (
    <Stack gap="md">
      <div className={classes.fields}>
        <TextInput
          label="Name"
          description={at > 0 ? 'Called after the first function' : 'What it is called by everywhere'}
          value={fn.name}
          onChange={(event) => rename(event.currentTarget.value.trim())}
          readOnly={at > 0 && isNamedByBlueprint}
          error={strict || fn.name !== '' ? faults.name : undefined}
          withAsterisk
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
        <Select
          label="Runtime"
          description={fn.runtime === '' ? 'By the files that it has' : 'What its code is run by'}
          data={RUNTIMES}
          value={fn.runtime}
          onChange={(runtime) => set({ runtime: runtime ?? '' })}
          allowDeselect={false}
        />
      </div>
      <Textarea
        label="Description"
        description="What it is for, for whoever is called at night"
        value={fn.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
        maxLength={1_000}
        autosize
        minRows={1}
        maxRows={4}
      />
      <div className={classes.fields}>
        <TextInput
          label="Owner"
          description="Who is on call for it: a team or a user"
          value={ownerOf(fn)}
          onChange={(event) => setting({ owner: event.currentTarget.value.trim() || undefined })}
          spellCheck={false}
          autoComplete="off"
        />
        <TagsInput
          label="Tags"
          description="name=value, by which functions are found, grouped and ruled"
          value={tagsOf(fn)}
          onChange={(tags) => setting({ tags: tags.length === 0 ? undefined : tagsFrom(tags) })}
          acceptValueOnBlur
        />
      </div>
      {fn.files.length > 0 ? (
        <CodePanel at={at} fault={strict ? faults.code : undefined} />
      ) : (
        <Text size="sm" c="dimmed">
          {draft.start === 'repository'
            ? `Its code comes from ${draft.repository.url}.`
            : `Its code is in ${draft.upload?.name ?? 'an archive'}${draft.upload ? ` (${formatBytes(draft.upload.bytes)})` : ''}; it is built, and can be read and changed, once it is deployed.`}
        </Text>
      )}
      {draft.start !== 'repository' && fn.name !== '' && <CommandLine words={deployCommand(draft, at)} />}
    </Stack>
  );
}
