import { useLiveState } from '../api/live.ts';
import { formatAgo } from '../ui/format.ts';
import { StatusBadge } from '../ui/status-badge.tsx';
import { useNow } from '../ui/time.tsx';

/** Whether what is shown is what is. */
export function LiveBadge() {
  const { state, staleSinceMs } = useLiveState();
  const now = useNow();
  return (
    <span role="status" data-live={state}>
      {state === 'live' && <StatusBadge tone="good">Live</StatusBadge>}
      {state === 'connecting' && <StatusBadge tone="busy">Connecting</StatusBadge>}
      {state === 'off' && <StatusBadge tone="quiet">Not live</StatusBadge>}
      {state === 'reconnecting' && (
        <StatusBadge tone="notice">
          {staleSinceMs === undefined ? 'Reconnecting' : `Stale: ${formatAgo(new Date(staleSinceMs), now)}`}
        </StatusBadge>
      )}
    </span>
  );
}
