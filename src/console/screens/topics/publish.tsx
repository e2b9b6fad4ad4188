import { TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { request, urlOf } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { BodyField } from '../../ui/body-field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';

/** Publishes one event. */
export function Publish({ topic, onClose }: { topic: string; onClose: () => void }) {
  const [data, setData] = useState('{}');
  const [type, setType] = useState('');
  const [subject, setSubject] = useState('');
  const query = { ...(type !== '' && { type }), ...(subject !== '' && { subject }) };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Publish to ${topic}`}
      verb="Publish"
      command={[
        'topic',
        'publish',
        topic,
        data,
        ...(type === '' ? [] : ['--type', type]),
        ...(subject === '' ? [] : ['--subject', subject]),
      ]}
      onSubmit={async () => {
        const isJson = /^\s*[[{"]/.test(data);
        await request('POST', urlOf('/v1/topics/{name}/publish', { name: topic }, query), {
          body: new Blob([data]),
          headers: { 'Content-Type': isJson ? 'application/json' : 'text/plain' },
        });
        notifications.show({ message: `Published to ${topic}` });
        await renew('/v1/topics');
      }}
    >
      <BodyField label="Data" value={data} onChange={setData} />
      <TextInput
        label="Type"
        placeholder="fob.topic.message"
        value={type}
        onChange={(event) => setType(event.currentTarget.value)}
      />
      <TextInput
        label="Subject"
        description="What the event is about"
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
