import type { Api } from '../../api/types.gen.ts';
import { doorWords } from '../../ui/door-words.ts';
import { visible } from '../../ui/visible.ts';

export type Invocation = Api['GET /v1/invocations/{id}']['answer'];

export const STATUSES = [
  'succeeded',
  'failed',
  'timed_out',
  'out_of_memory',
  'crashed',
  'cancelled',
  'rejected',
] as const;

/** Where an invocation's page is. */
export function invocationPath(id: string): string {
  return `/invocations/${encodeURIComponent(id)}`;
}

/** What woke it, in words: a door, a trigger's lane, another function. */
export function wokenBy({ door, lane, caller }: Invocation): string {
  if (caller !== undefined) return `function ${caller}`;
  if (lane !== undefined && lane !== 'direct') return `trigger ${lane}`;
  return doorWords(door);
}

/** How it failed, in one line; `undefined` where it did not. */
export function failureOf({ errorType, errorMessage, reason }: Invocation): string | undefined {
  if (errorType === undefined && errorMessage === undefined) return reason?.replaceAll('_', ' ');
  return visible([errorType, errorMessage].filter((part) => part !== undefined && part !== '').join(': '));
}
