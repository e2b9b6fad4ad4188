import type { AlertView } from '../../api/things.ts';

/** What alerts that measure this say, of a value in words. */
const SAID: Readonly<Record<string, (value: string) => string>> = {
  'errors / invocations': (value) => `${value} of invocations failed`,
  errors: (value) => `${counted(value, 'invocation')} failed`,
  throttles: (value) => `${counted(value, 'invocation')} refused: a limit or a quota is reached`,
  'p99(duration)': (value) => `the slowest invocations take ${value}`,
  'errors.out_of_memory': (value) => `${counted(value, 'invocation')} ran out of memory`,
  'events.dead': (value) => `${counted(value, 'event')} could not be delivered`,
  'events.deadNow': (value) => `${counted(value, 'event')} could not be delivered`,
  lag: (value) => `events wait for ${value}`,
};

/**
 * How bad an alert is, in one line. By the time that it fades, what it measures now would deny it: what it was at worst is said
 * first, and then what is now.
 */
export function alertInWords(alert: Pick<AlertView, 'rule' | 'measure' | 'value' | 'worst'>): string {
  const { rule, measure, value, worst } = alert;
  const said = Object.hasOwn(SAID, measure) ? SAID[measure]!(worst) : `${rule}: ${measure} ${worst}`;
  if (value === worst) return said;
  return measure === 'events.dead' ? `${said}, ${value} of them lately` : `${said} at worst, ${value} now`;
}

function counted(value: string, what: string): string {
  return `${value} ${what}${value === '1' ? '' : 's'}`;
}
