import type { Tone } from '../../ui/status-badge.tsx';
import { useParam } from '../../ui/use-param.ts';

/** Outcomes, and how they are to be taken. */
export const OUTCOMES = { done: 'good', failed: 'bad', denied: 'notice' } as const satisfies Record<string, Tone>;
export type Outcome = keyof typeof OUTCOMES;

/** What the entries are narrowed to; all of it stands in the URL. Empty: anything. */
export interface Filters {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  /** An age such as `7d`, or a time. */
  readonly from: string;
  readonly to: string;
}

export function useFilters(): Filters {
  const [actor] = useParam('actor');
  const [action] = useParam('action');
  const [subject] = useParam('subject');
  const [outcome] = useParam('outcome');
  const [from] = useParam('from');
  const [to] = useParam('to');
  return { actor, action, subject, outcome, from, to };
}

/** The filters as the API takes them; a part of an action or a subject is looked for where it stands. */
export function queryOf({ actor, action, subject, outcome, from, to }: Filters) {
  return {
    ...(actor !== '' && { actor }),
    ...(action !== '' && { action: withStars(action) }),
    ...(subject !== '' && { subject: withStars(subject) }),
    ...(outcome in OUTCOMES && { outcome: outcome as Outcome }),
    ...(from !== '' && { from }),
    ...(to !== '' && { to }),
  };
}

/** The command that finds the same. */
export function commandOf(filters: Filters): string[] {
  const { outcome, ...query } = queryOf(filters);
  const words = Object.entries(query).flatMap(([name, value]) => [`--${name}`, value]);
  return ['audit', ...words, ...(outcome === 'denied' ? ['--denied'] : [])];
}

function withStars(text: string): string {
  return text.includes('*') || text.includes(':') ? text : `*${text}*`;
}
