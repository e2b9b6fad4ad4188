import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ageMs } from '../../ui/range.ts';

const TIMES = [
  { value: '30m', label: '30 minutes' },
  { value: '2h', label: '2 hours' },
  { value: '8h', label: '8 hours' },
  { value: '1d', label: '1 day' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
];

interface SilenceFormProps {
  /** The alert to silence; without it, one says which. */
  readonly alert?: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Keeps alerts from being told for a while. */
export function SilenceForm({ alert = '', opened, onClose }: SilenceFormProps) {
  const [what, setWhat] = useState(alert);
  const [time, setTime] = useState('2h');
  const [reason, setReason] = useState('');
  const of = what.includes('@') ? { alert: what } : { function: what };
  const change = useChange(
    () => api.post('/v1/alerts/silences', { body: { ...of, forMs: ageMs(time)!, reason } }),
    ['/v1/alerts'],
  );
  return (
    <Modal opened={opened} onClose={onClose} title="Silence alerts" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Stack gap="sm">
          <Text size="sm">They are recorded, and nobody is told. What still fires afterwards is told then.</Text>
          <TextInput
            label="What"
            description="A function, or an alert such as errors@pay; * stands for any part"
            required
            value={what}
            onChange={(event) => setWhat(event.currentTarget.value)}
          />
          <NativeSelect
            label="For"
            data={TIMES}
            value={time}
            onChange={(event) => setTime(event.currentTarget.value)}
          />
          <TextInput
            label="Why"
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          {change.error && (
            <Text size="sm" c="var(--fob-bad)" role="alert">
              {change.error.message}
            </Text>
          )}
          <CommandLine words={['alert', 'silence', what, '--for', time, '--reason', reason]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Silence
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
