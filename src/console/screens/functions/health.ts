import type { TopEntry } from '../../api/things.ts';
import { formatAgo, formatCount, formatShare } from '../../ui/format.ts';
import type { Tone } from '../../ui/status-badge.tsx';

/** How a function is, by what its invocations of late did. */
export type Health = 'failing' | 'recovering' | 'throttled' | 'well' | 'idle';

export const HEALTH: Readonly<Record<Health, { word: string; tone: Tone; rank: number }>> = {
  failing: { word: 'Failing', tone: 'bad', rank: 0 },
  recovering: { word: 'Recovering', tone: 'notice', rank: 1 },
  throttled: { word: 'Throttled', tone: 'notice', rank: 2 },
  well: { word: 'Healthy', tone: 'good', rank: 3 },
  idle: { word: 'Idle', tone: 'quiet', rank: 4 },
};
/** From this share of failed invocations on, it is failing. */
const FAILING = 0.01;

type Measured = Pick<TopEntry, 'invocations' | 'errors' | 'errorRate' | 'throttles' | 'sinceChange'>;

/** What failed before another version came to serve does not count against the one that serves now. */
export function healthOf(top: Measured | undefined): Health {
  if (top === undefined || top.invocations + top.throttles === 0) return 'idle';
  if (top.errorRate >= FAILING) return isRecovering(top, FAILING) ? 'recovering' : 'failing';
  return top.throttles > 0 ? 'throttled' : 'well';
}

/** Whether less than this share fails since what serves was changed. */
export function isRecovering({ sinceChange }: Measured, share: number): boolean {
  return sinceChange !== undefined && sinceChange.errors <= sinceChange.invocations * share;
}

/** Why a function counts as recovering: what failed, and how it has been since the change. */
export function recoveryOf({ invocations, errorRate, sinceChange }: Measured, nowMs: number): string {
  const since = sinceChange!;
  const now =
    since.invocations === 0
      ? 'not invoked since'
      : since.errors === 0
        ? `none of ${formatCount(since.invocations)} since`
        : `${formatShare(since.errors / since.invocations)} of ${formatCount(since.invocations)} since`;
  return `${formatShare(errorRate)} of ${formatCount(invocations)} failed, ${now} it was changed ${formatAgo(new Date(since.atMs), nowMs)}`;
}
