import { Button, Group, Popover, Text, TextInput } from '@mantine/core';
import { IconDeviceFloppy, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { messageOf } from '../../../api/problem.ts';
import type { useSavedEvents } from './saved.ts';

interface SavedEventsProps {
  readonly saved: ReturnType<typeof useSavedEvents>;
  readonly text: string;
  /** What the event began from. */
  readonly current: string;
  readonly onSaved: (source: string) => void;
}

/** Keeps the event under a name, in this browser, and lets go of one. */
export function SavedEvents({ saved, text, current, onSaved }: SavedEventsProps) {
  const [isOpen, setOpen] = useState(false);
  const own = current.startsWith('saved:') ? current.slice('saved:'.length) : '';
  const [name, setName] = useState('');
  const [fault, setFault] = useState('');
  const save = () => {
    const wanted = name.trim();
    if (wanted === '') return;
    try {
      saved.save({ name: wanted, text });
      onSaved(`saved:${wanted}`);
      setOpen(false);
      setFault('');
    } catch (error) {
      setFault(`This browser does not keep it: ${messageOf(error)}`);
    }
  };
  return (
    <Group gap={4}>
      {saved.events.some((each) => each.name === own) && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={() => {
            saved.remove(own);
            onSaved('');
          }}
        >
          Forget “{own}”
        </Button>
      )}
      <Popover opened={isOpen} onChange={setOpen} width={280} position="bottom-end" trapFocus withinPortal>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDeviceFloppy size={14} aria-hidden />}
            onClick={() => {
              setName(own);
              setOpen(!isOpen);
            }}
          >
            Save
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              save();
            }}
          >
            <TextInput
              label="Name of the event"
              description="Kept in this browser, for this function"
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
            {fault !== '' && (
              <Text size="xs" c="var(--fob-bad)" role="alert">
                {fault}
              </Text>
            )}
            <Group justify="flex-end" mt="xs">
              <Button size="xs" type="submit" disabled={name.trim() === ''}>
                {saved.events.some((each) => each.name === name.trim()) ? 'Save in place of it' : 'Save'}
              </Button>
            </Group>
          </form>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
