import { NativeSelect, Text, TextInput } from '@mantine/core';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { useDraft } from '../../ui/draft.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
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
  const [{ what, time, reason }, set] = useDraft(opened, () => ({ what: alert, time: '2h', reason: '' }));
  const of = what.includes('@') ? { alert: what } : { function: what };
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title="Silence alerts"
      verb="Silence"
      isReady={what !== '' && reason !== ''}
      command={['alert', 'silence', what, '--for', time, '--reason', reason]}
      onSubmit={async () => {
        await api.post('/v1/alerts/silences', { body: { ...of, forMs: ageMs(time)!, reason } });
        await renew('/v1/alerts');
      }}
    >
      <Text size="sm">They are recorded, and nobody is told. What still fires afterwards is told then.</Text>
      <TextInput
        label="What"
        description="A function, or an alert such as errors@pay; * stands for any part"
        required
        value={what}
        onChange={(event) => set({ what: event.currentTarget.value })}
      />
      <NativeSelect
        label="For"
        data={TIMES}
        value={time}
        onChange={(event) => set({ time: event.currentTarget.value })}
      />
      <TextInput
        label="Why"
        required
        maxLength={500}
        value={reason}
        onChange={(event) => set({ reason: event.currentTarget.value })}
        data-autofocus
      />
    </FormDialog>
  );
}
