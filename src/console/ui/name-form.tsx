import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { CommandLine } from './command-line.tsx';

interface NameFormProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What a name may be. */
  readonly hint?: string;
  /** The command that does the same. */
  readonly command: (name: string) => readonly string[];
  /** Creates it; the dialogue closes when that has succeeded, and else says why not. */
  readonly onCreate: (name: string) => Promise<unknown>;
  /** Further fields. */
  readonly children?: ReactNode;
}

/** Asks for the name of something new. */
export function NameForm({ opened, onClose, title, hint, command, onCreate, children }: NameFormProps) {
  const [name, setName] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const close = () => {
    setName('');
    setFailure('');
    onClose();
  };
  const create = async () => {
    setIsBusy(true);
    setFailure('');
    try {
      await onCreate(name);
      close();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            description={hint}
            required
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          {children}
          {failure !== '' && (
            <Text size="sm" c="var(--fob-bad)" role="alert">
              {failure}
            </Text>
          )}
          <CommandLine words={command(name)} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={isBusy}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
