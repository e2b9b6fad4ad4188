import type { TopEntry } from '../../api/things.ts';
import type { Tone } from '../../ui/status-badge.tsx';

/** How a function is, by what its calls of late did. */
export type Health = 'failing' | 'throttled' | 'well' | 'idle';

export const HEALTH: Readonly<Record<Health, { word: string; tone: Tone; rank: number }>> = {
  failing: { word: 'Failing', tone: 'bad', rank: 0 },
  throttled: { word: 'Throttled', tone: 'notice', rank: 1 },
  well: { word: 'Healthy', tone: 'good', rank: 2 },
  idle: { word: 'Idle', tone: 'quiet', rank: 3 },
};
/** From this share of failed calls on, it is failing. */
const FAILING = 0.01;

export function healthOf(top: Pick<TopEntry, 'invocations' | 'errorRate' | 'throttles'> | undefined): Health {
  if (top === undefined || top.invocations + top.throttles === 0) return 'idle';
  if (top.errorRate >= FAILING) return 'failing';
  return top.throttles > 0 ? 'throttled' : 'well';
}
