import { NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';

interface RedriveProps {
  /** The lane whose dead events are delivered again; without its name, those of all lanes of the function. */
  readonly lane: { readonly function: string; readonly lane?: string; readonly dead?: number } | undefined;
  readonly onClose: () => void;
}

/** Delivers dead events again, with fresh attempts. */
export function Redrive({ lane, onClose }: RedriveProps) {
  const [rate, setRate] = useState<number | string>(100);
  const name = lane?.function ?? '';
  const only = lane?.lane;
  return (
    <Confirm
      opened={lane !== undefined}
      onClose={onClose}
      title={
        lane?.dead === undefined
          ? `Deliver the dead events of ${name} again?`
          : `Deliver ${formatCount(lane.dead)} dead ${lane.dead === 1 ? 'event' : 'events'} again?`
      }
      verb="Redrive"
      harmless
      command={['events', 'redrive', name, ...(only === undefined ? [] : ['--lane', only]), '--rate', String(rate)]}
      onConfirm={async () => {
        const body = { ratePerSecond: Number(rate), ...(only !== undefined && { lane: only }) };
        const { redriven } = await api.post('/v1/functions/{name}/events/redrive', { path: { name }, body });
        notifications.show({
          message: `${formatCount(redriven)} ${redriven === 1 ? 'event of' : 'events of'} ${name} on ${redriven === 1 ? 'its' : 'their'} way again`,
        });
        await renew('/v1/lanes', '/v1/events', '/v1/functions/{name}/events');
      }}
    >
      With fresh attempts, after what waits now.
      <NumberInput label="Events a second" my="sm" min={0.1} max={100_000} required value={rate} onChange={setRate} />
    </Confirm>
  );
}
