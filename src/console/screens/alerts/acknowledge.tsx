import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';

/** Says that somebody looks after an alert. */
export function Acknowledge({ id, opened, onClose }: { id: string; opened: boolean; onClose: () => void }) {
  const [note, setNote] = useState('');
  const change = useChange(
    () => api.post('/v1/alerts/{id}/ack', { path: { id }, body: note === '' ? {} : { note } }),
    ['/v1/alerts'],
  );
  return (
    <Modal opened={opened} onClose={onClose} title={`Acknowledge ${id}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">It is not told again while it goes on, unless it gets worse.</Text>
          <TextInput
            label="What is being done"
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
            data-autofocus
          />
          {change.error && (
            <Text size="sm" c="var(--fob-bad)" role="alert">
              {change.error.message}
            </Text>
          )}
          <CommandLine words={['alert', 'ack', id, ...(note === '' ? [] : ['--note', note])]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Acknowledge
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
