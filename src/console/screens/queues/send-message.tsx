import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { request, urlOf } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { BodyField } from '../../ui/body-field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ageMs } from '../../ui/range.ts';
import type { Queue } from './queue-list.tsx';

/** Sends one message. */
export function SendMessage({ queue: { name, settings }, onClose }: { queue: Queue; onClose: () => void }) {
  const [body, setBody] = useState('{}');
  const [type, setType] = useState('application/json');
  const [delay, setDelay] = useState('');
  const [group, setGroup] = useState('');
  const delayMs = delay === '' ? undefined : ageMs(delay);
  const isDelayWrong = delay !== '' && delayMs === undefined;
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Send a message to ${name}`}
      verb="Send"
      isReady={!isDelayWrong && (!settings.fifo || group !== '')}
      command={[
        'queue',
        'send',
        name,
        body,
        '--type',
        type,
        ...(delay === '' ? [] : ['--delay', delay]),
        ...(group === '' ? [] : ['--group', group]),
      ]}
      onSubmit={async () => {
        const response = await request('POST', urlOf('/v1/queues/{name}/messages', { name }), {
          body: new Blob([body]),
          headers: {
            'Content-Type': type,
            ...(delayMs !== undefined && { 'Fob-Delay-Ms': String(delayMs) }),
            ...(group !== '' && { 'Fob-Group': group }),
          },
        });
        const { messageId } = (await response.json()) as { messageId: string };
        notifications.show({ message: `The message ${messageId} is in ${name}` });
        await renew('/v1/queues');
      }}
    >
      <BodyField label="Message" value={body} onChange={setBody} />
      <TextInput label="Content type" required value={type} onChange={(event) => setType(event.currentTarget.value)} />
      {settings.fifo ? (
        <TextInput
          label="Group"
          description="Messages of one group keep their order"
          required
          value={group}
          onChange={(event) => setGroup(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          label="Held back for"
          description="Such as 30s or 10m; empty: as the queue says"
          value={delay}
          error={isDelayWrong && 'Write a time such as 30s, 10m or 2h'}
          onChange={(event) => setDelay(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  );
}
