import { Button, Group, Text } from '@mantine/core';
import { Time } from '../../../ui/time.tsx';
import type { TestEvent } from './saved.ts';

interface SavedByOthersProps {
  readonly event: TestEvent;
  readonly onTake: (event: TestEvent) => void;
}

/** Told to who writes on an event that somebody else has saved meanwhile. */
export function SavedByOthers({ event, onTake }: SavedByOthersProps) {
  return (
    <Group justify="space-between" gap="xs" mt="sm" role="status">
      <Text size="sm">
        {event.updatedBy} saved {event.name} again <Time at={event.updatedAt} ago />. What you wrote is still here.
      </Text>
      <Button size="xs" variant="default" onClick={() => onTake(event)}>
        Take theirs
      </Button>
    </Group>
  );
}
