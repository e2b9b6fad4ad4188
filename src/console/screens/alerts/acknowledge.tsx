import { Text, TextInput } from '@mantine/core';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { useDraft } from '../../ui/draft.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';

/** Says that somebody looks after an alert. */
export function Acknowledge({ id, opened, onClose }: { id: string; opened: boolean; onClose: () => void }) {
  const [{ note }, set] = useDraft(opened, () => ({ note: '' }));
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Acknowledge ${id}`}
      verb="Acknowledge"
      command={['alert', 'ack', id, ...(note === '' ? [] : ['--note', note])]}
      onSubmit={async () => {
        await api.post('/v1/alerts/{id}/ack', { path: { id }, body: note === '' ? {} : { note } });
        await renew('/v1/alerts');
      }}
    >
      <Text size="sm">It is not told again while it goes on, unless it gets worse.</Text>
      <TextInput
        label="What is being done"
        value={note}
        maxLength={500}
        onChange={(event) => set({ note: event.currentTarget.value })}
        data-autofocus
      />
    </FormDialog>
  );
}
