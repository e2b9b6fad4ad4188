import { Button, Group, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDeviceFloppy, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { renew } from '../../../api/hooks.ts';
import { ConfirmButton } from '../../../ui/confirm-button.tsx';
import { tell } from '../../../ui/deed.tsx';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import { May } from '../../../ui/may.tsx';
import { NAME, type NameRule } from '../../../ui/name-field.tsx';
import { useSeenRevision } from '../../../ui/seen-revision.ts';
import { type Base, readSaved, TEST_EVENTS, type TestEvent } from './saved.ts';

const RULE: NameRule = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, says: NAME.dotted.says };
/** A longer event comes from a file in the command that saves it. */
const MOST_IN_COMMAND = 2_000;

interface SavedEventsProps {
  /** The function's name. */
  readonly name: string;
  readonly events: readonly { readonly name: string; readonly revision: number }[];
  readonly text: string;
  /** Why it cannot be saved. */
  readonly problem: string | undefined;
  /** The saved event that is being written on, where it is still there. */
  readonly base: Base | undefined;
  /** A name for what has none yet. */
  readonly suggestion: string;
  readonly onSaved: (event: TestEvent) => void;
  readonly onRemoved: () => void;
}

/** Keeps the event under a name, for all who may run the function, and removes one. */
export function SavedEvents(props: SavedEventsProps) {
  const { name, events, text, problem, base, suggestion, onSaved, onRemoved } = props;
  const [isOpen, dialog] = useDisclosure(false);
  const [wanted, setWanted] = useState('');
  const seen = useSeenRevision(base?.revision);
  const on = `function:${name}`;
  const inPlaceOf = events.find((each) => each.name === wanted);
  const revision = inPlaceOf === undefined ? 0 : base?.name === wanted ? base.revision : inPlaceOf.revision;
  const command = [
    ...['event', 'save', name, wanted, '--data'],
    text.length <= MOST_IN_COMMAND ? text : `@${wanted}.json`,
  ];
  const save = async (at: number | undefined) => {
    const path = { name, event: wanted };
    const saved = await api.put('/v1/functions/{name}/test-events/{event}', {
      path,
      body: { text },
      ...ifRevision(at),
    });
    onSaved(saved);
    await renew(TEST_EVENTS);
    tell(`The test event ${wanted} is saved`, command);
  };
  return (
    <Group gap={4}>
      {base !== undefined && (
        <ConfirmButton
          action="function:invoke"
          on={on}
          label="Remove"
          button={{
            size: 'xs',
            variant: 'subtle',
            color: 'gray',
            leftSection: <IconTrash size={14} aria-hidden />,
          }}
          title={`Remove the test event ${base.name}?`}
          command={['event', 'rm', name, base.name]}
          onAsk={seen.ask}
          onConfirm={async () => {
            const path = { name, event: base.name };
            await seen.act((precondition) =>
              api.delete('/v1/functions/{name}/test-events/{event}', { path, ...precondition }),
            );
            onRemoved();
            await renew(TEST_EVENTS);
            return `The test event ${base.name} is removed`;
          }}
        >
          It goes for all who run the function with it. What the editor holds stays.
        </ConfirmButton>
      )}
      <May action="function:invoke" on={on}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDeviceFloppy size={14} aria-hidden />}
          onClick={() => {
            setWanted(base?.name ?? suggestion);
            dialog.open();
          }}
          disabled={problem !== undefined || text.trim() === ''}
        >
          Save
        </Button>
      </May>
      <FormDialog
        opened={isOpen}
        onClose={dialog.close}
        title="Save the event"
        verb="Save"
        command={command}
        isReady={RULE.pattern.test(wanted)}
        mine={{ event: parsed(text) }}
        stands={async () => {
          const { revision: now, text: theirs } = await readSaved(name, wanted);
          return { revision: now, event: parsed(theirs) };
        }}
        revision={revision}
        onSubmit={save}
      >
        <TextInput
          label="Name of the event"
          description={`Kept with the function, for all who may run it, and seen by all who see its settings${inPlaceOf === undefined ? '' : '; in place of the one that there is'}`}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          error={wanted !== '' && !RULE.pattern.test(wanted) && RULE.says}
          autoComplete="off"
          data-autofocus
          required
        />
      </FormDialog>
    </Group>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
