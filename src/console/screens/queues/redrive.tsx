import { NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { countText } from '../../ui/format.ts';

/** Moves dead letters back to where they came from. */
export function Redrive({ queue, opened, onClose }: { queue: string; opened: boolean; onClose: () => void }) {
  const [rate, setRate] = useState<number | string>(100);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={`Move the messages of ${queue} back?`}
      verb="Redrive"
      harmless
      command={['queue', 'redrive', queue, '--rate', String(rate)]}
      onConfirm={async () => {
        const body = { ratePerSecond: Number(rate) };
        const { moved } = await api.post('/v1/queues/{name}/redrive', { path: { name: queue }, body });
        notifications.show({ message: `${countText(moved, 'message')} went back` });
        await renew('/v1/queues');
      }}
    >
      What is in it now goes back to where it came from, each in one step: nothing is lost or doubled.
      <NumberInput label="Messages a second" my="sm" min={0.1} max={100_000} required value={rate} onChange={setRate} />
    </Confirm>
  );
}
