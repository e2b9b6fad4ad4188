import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconInfoCircleFilled,
  IconLoader2,
} from '@tabler/icons-react';
import classes from './status-badge.module.css';

/** What a state means to whoever looks: the colour and the sign follow from it. */
export type Tone = 'good' | 'notice' | 'bad' | 'info' | 'busy' | 'quiet';

const SIGNS = {
  good: IconCircleCheckFilled,
  notice: IconAlertTriangleFilled,
  bad: IconCircleXFilled,
  info: IconInfoCircleFilled,
  busy: IconLoader2,
  quiet: IconCircleDashed,
};

interface StatusBadgeProps {
  readonly tone: Tone;
  readonly children: string;
  /** Without a surface, within text and tables. */
  readonly plain?: boolean;
}

/** A state as a sign, a colour and a word: never by colour alone. */
export function StatusBadge({ tone, children, plain = false }: StatusBadgeProps) {
  const Sign = SIGNS[tone];
  return (
    <span className={plain ? classes.plain : classes.badge} data-tone={tone}>
      <Sign size={14} aria-hidden />
      {children}
    </span>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'good',
  failed: 'bad',
  timed_out: 'bad',
  out_of_memory: 'bad',
  crashed: 'bad',
  rejected: 'notice',
  cancelled: 'quiet',
  running: 'busy',
  delivered: 'good',
  waiting: 'info',
  dead: 'bad',
  critical: 'bad',
  warning: 'notice',
  info: 'info',
  operational: 'good',
  degraded: 'notice',
  down: 'bad',
  ready: 'good',
  promoted: 'good',
  paused: 'notice',
  rolled_back: 'bad',
  aborted: 'quiet',
};

/** The tone of a state as the API names it; `quiet` for one that is not known here. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'quiet';
}

/** A state of the API in words: `timed_out` is "timed out". */
export function wordsOf(state: string): string {
  return state.replaceAll('_', ' ');
}
