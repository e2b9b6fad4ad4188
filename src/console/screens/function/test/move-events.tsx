import { Alert, Button, Group, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { renew } from '../../../api/hooks.ts';
import { messageOf } from '../../../api/problem.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { countText } from '../../../ui/format.ts';
import { May } from '../../../ui/may.tsx';
import { type BrowserEvent, freeName } from './browser-events.ts';
import { TEST_EVENTS } from './saved.ts';

interface MoveEventsProps {
  readonly name: string;
  readonly events: readonly BrowserEvent[];
  /** What the function has already. */
  readonly taken: readonly string[];
  /** Called for each that the node keeps now, with its name there. */
  readonly onMoved: (event: BrowserEvent, name: string) => void;
  /** Called when none of them is wanted any more. */
  readonly onForget: () => void;
}

/** Offers to keep with the function what this browser alone has. What the node does not take stays where it is, and is told why. */
export function MoveEvents({ name, events, taken, onMoved, onForget }: MoveEventsProps) {
  const [isBusy, setBusy] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [isForgetting, forgetting] = useDisclosure(false);
  if (events.length === 0) return null;
  const move = async () => {
    setBusy(true);
    const found: string[] = [];
    const names = new Set(taken);
    let moved = 0;
    for (const event of events) {
      const free = freeName(event.name, names);
      try {
        await api.put('/v1/functions/{name}/test-events/{event}', {
          path: { name, event: free },
          body: { text: event.text },
          headers: { 'If-None-Match': '*' },
        });
        names.add(free);
        onMoved(event, free);
        moved++;
      } catch (error) {
        found.push(`“${event.name}” stays in this browser: ${messageOf(error)}`);
      }
    }
    await renew(TEST_EVENTS);
    setFaults(found);
    setBusy(false);
    if (moved > 0)
      notifications.show({ message: `${countText(moved, 'event')} of this browser, now kept with the function` });
  };
  return (
    <Alert
      color="lagoon"
      icon={<IconDeviceDesktop size={18} aria-hidden />}
      title={`${countText(events.length, 'saved event')} in this browser alone`}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Nobody else can run the function with {events.map((each) => each.name).join(', ')}.
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="subtle" color="gray" onClick={forgetting.open}>
            Forget
          </Button>
          <May action="function:invoke" on={`function:${name}`}>
            <Button size="xs" variant="default" loading={isBusy} onClick={() => void move()}>
              Keep with the function
            </Button>
          </May>
        </Group>
      </Group>
      {faults.length > 0 && (
        <List size="sm" mt="xs" role="alert" c="var(--fob-bad)">
          {faults.map((fault) => (
            <List.Item key={fault}>{fault}</List.Item>
          ))}
        </List>
      )}
      <Confirm
        opened={isForgetting}
        onClose={forgetting.close}
        title={`Forget ${countText(events.length, 'event')}?`}
        verb="Forget"
        onConfirm={async () => onForget()}
      >
        {events.map((each) => each.name).join(', ')}: nobody else has them, and they do not come back.
      </Confirm>
    </Alert>
  );
}
