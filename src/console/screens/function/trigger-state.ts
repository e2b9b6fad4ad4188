import type { Tone } from '../../ui/status-badge.tsx';

const TONES: Readonly<Record<string, Tone>> = {
  running: 'good',
  connecting: 'busy',
  failed: 'bad',
  paused: 'notice',
};

/** What a trigger's state means; a running one is well, unlike a running call. */
export function toneOfTrigger(state: string): Tone {
  return TONES[state] ?? 'quiet';
}
