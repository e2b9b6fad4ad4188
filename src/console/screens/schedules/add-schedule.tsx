import { Select } from '@mantine/core';
import { useState } from 'react';
import { useFunctions } from '../../api/functions.ts';
import { renew } from '../../api/hooks.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Loading } from '../../ui/loading.tsx';
import {
  newTrigger,
  saveTrigger,
  TriggerForm,
  triggerCommand,
  triggerFaults,
  useTriggerKinds,
} from '../../ui/trigger-form/trigger-form.tsx';

/** A new schedule for a function that there is. */
export function AddSchedule({ onClose }: { onClose: () => void }) {
  const { kinds } = useTriggerKinds();
  const functions = useFunctions().data ?? [];
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(newTrigger('schedule', { expression: '0 9 * * MON-FRI' }));
  const kind = kinds?.find((each) => each.name === 'schedule');
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Create a schedule"
      verb="Create"
      size="lg"
      isReady={kind !== undefined && name !== '' && Object.keys(triggerFaults(kind, draft)).length === 0}
      {...(kind !== undefined && { command: triggerCommand(draft, kind.options, name) })}
      onSubmit={async () => {
        await saveTrigger(draft, kind!.options, name);
        await renew('/v1/triggers');
      }}
    >
      <Select
        label="Function"
        data={functions.map((each) => each.name)}
        value={name === '' ? null : name}
        onChange={(chosen) => setName(chosen ?? '')}
        searchable
        limit={50}
        withAsterisk
        nothingFoundMessage="No function is called so"
      />
      {kind === undefined ? <Loading rows={3} /> : <TriggerForm kind={kind} value={draft} onChange={setDraft} />}
    </FormDialog>
  );
}
