import { IconPlugConnectedX } from '@tabler/icons-react';
import { useLiveState } from '../api/live.ts';
import { Time } from '../ui/time.tsx';
import classes from './stale-bar.module.css';

/** Says above every screen that the node does not answer, and how old what is shown is. */
export function StaleBar() {
  const { state, staleSinceMs } = useLiveState();
  if (state !== 'reconnecting') return null;
  return (
    <div className={classes.bar} role="alert">
      <IconPlugConnectedX size={18} stroke={1.6} aria-hidden />
      <span>
        The node does not answer. What you see is from{' '}
        {staleSinceMs === undefined ? 'before' : <Time at={staleSinceMs} />}; the console reconnects by itself.
      </span>
    </div>
  );
}
