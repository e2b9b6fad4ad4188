import { Button, Tooltip } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import type { LogSource } from './source.ts';

interface LiveButtonProps {
  readonly isLive: boolean;
  readonly onLive: (isLive: boolean) => void;
  readonly source?: LogSource;
}

const NO_SOURCE = () => () => undefined;

/** Takes new lines as they are printed, or no longer. */
export function LiveButton({ isLive, onLive, source }: LiveButtonProps) {
  const { tail, phase } = useSyncExternalStore(source?.subscribe ?? NO_SOURCE, () => source?.state) ?? {};
  const connecting = phase === 'failed' ? 'Not live' : 'Connecting …';
  const Icon = isLive ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return (
    <Tooltip label={isLive ? 'Stop taking new lines' : 'Take new lines as they are printed'}>
      <Button
        size="xs"
        variant={isLive ? 'filled' : 'default'}
        leftSection={<Icon size={13} aria-hidden />}
        onClick={() => onLive(!isLive)}
        aria-pressed={isLive}
        data-tail={tail}
      >
        {isLive ? (tail === 'live' ? 'Live' : connecting) : 'Go live'}
      </Button>
    </Tooltip>
  );
}
