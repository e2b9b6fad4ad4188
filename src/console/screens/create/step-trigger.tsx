import { ActionIcon, Group, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import { CommandLine } from '../../ui/command-line.tsx';
import { Panel } from '../../ui/panel.tsx';
import {
  KindPicker,
  lookOf,
  type TriggerDraft,
  TriggerForm,
  triggerCommandOf,
} from '../../ui/trigger-form/trigger-form.tsx';
import { Asked } from './asked.tsx';
import { boundValues } from './blueprint.ts';
import { useCreation } from './context.tsx';
import { addTrigger, type WakingTrigger, withTriggers } from './draft.ts';

/** What wakes the function. */
export function StepTrigger() {
  const { draft, update, kinds } = useCreation();
  const { triggers } = draft.parts;
  const list = useRef<HTMLDivElement>(null);
  const add = (type: string) => {
    update((before) => addTrigger(before, type));
    // What was pressed is gone; its options come next.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(':scope > :last-child input')?.focus());
  };
  return (
    <Stack gap="md">
      <Asked />
      <Stack gap="md" ref={list}>
        {triggers.map((each, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: triggers keep their places, and have no name of their own yet
          <OneTrigger key={`${each.trigger.type}${at}`} waking={each} at={at} />
        ))}
      </Stack>
      {draft.start === 'blueprint' && draft.base === undefined ? (
        <Text size="sm" c="dimmed">
          What wakes it stands here as soon as the blueprint has what it asks for.
        </Text>
      ) : triggers.length === 0 ? (
        <>
          <KindPicker kinds={kinds} onChange={add} />
          <Text size="sm" c="dimmed">
            Or go on without one: the function can always be called by hand, from the command line, and by the API.
          </Text>
        </>
      ) : (
        <AddAnother onAdd={add} />
      )}
    </Stack>
  );
}

function AddAnother({ onAdd }: { readonly onAdd: (type: string) => void }) {
  const { kinds } = useCreation();
  return (
    <Select
      aria-label="Add another trigger"
      placeholder="Add another trigger"
      leftSection={<IconPlus size={15} aria-hidden />}
      data={kinds.map(({ name }) => ({ value: name, label: lookOf(name).title }))}
      value={null}
      onChange={(type) => type !== null && onAdd(type)}
      maw="16rem"
    />
  );
}

function OneTrigger({ waking: { of, trigger }, at }: { readonly waking: WakingTrigger; readonly at: number }) {
  const { draft, update, kinds, blueprint, strict } = useCreation();
  const { functions, triggers } = draft.parts;
  const name = functions[of]?.name ?? '';
  const kind = kinds.find(({ name }) => name === trigger.type);
  const bound = draft.start === 'blueprint' && blueprint !== undefined ? boundValues(blueprint, at) : {};
  const put = (next: WakingTrigger) =>
    update((before) =>
      withTriggers(
        before,
        before.parts.triggers.map((each, index) => (index === at ? next : each)),
      ),
    );
  const change = (next: TriggerDraft) => {
    const changed = Object.entries(bound).filter(([option]) => next.options[option] !== trigger.options[option]);
    put({ of, trigger: next });
    if (changed.length === 0) return;
    // What the blueprint has the same value for elsewhere follows, such as the role that reads the bucket.
    const given = Object.fromEntries(changed.map(([option, value]) => [value, String(next.options[option] ?? '')]));
    update((before) => ({ ...before, values: { ...before.values, ...given } }));
  };
  const { title, icon: Icon } = lookOf(trigger.type);
  return (
    <Panel
      title={
        <Group gap={8} wrap="nowrap">
          <Icon size={18} stroke={1.6} aria-hidden />
          {title}
          {trigger.name !== '' && (
            <Text span size="sm" c="dimmed" visibleFrom="xs">
              {trigger.name}
            </Text>
          )}
        </Group>
      }
      aside={
        <Tooltip label="Leave this trigger out">
          <ActionIcon
            aria-label={`Leave out the trigger ${trigger.name || title}`}
            onClick={() =>
              update((before) =>
                withTriggers(
                  before,
                  triggers.filter((_, index) => index !== at),
                ),
              )
            }
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Tooltip>
      }
    >
      <Stack gap="sm">
        {functions.length > 1 && (
          <Select
            label="Wakes the function"
            data={functions.map(({ name }, index) => ({ value: String(index), label: name }))}
            value={String(of)}
            onChange={(index) => put({ of: Number(index ?? 0), trigger })}
            allowDeselect={false}
          />
        )}
        {kind === undefined ? (
          <Text size="sm">This node has no triggers of the kind {trigger.type}.</Text>
        ) : (
          <>
            <TriggerForm kind={kind} value={trigger} onChange={change} strict={strict} />
            {name !== '' && <CommandLine words={triggerCommandOf(kind, trigger, name)} />}
          </>
        )}
      </Stack>
    </Panel>
  );
}
