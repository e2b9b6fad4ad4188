import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../model/json.ts';

const MAX_LINES = 40;

/** Whether a value holds at least what is wanted: objects may have more members, lists must be as long. */
export function includes(actual: unknown, wanted: unknown): boolean {
  if (isObject(wanted)) {
    return (
      isObject(actual) &&
      Object.entries(wanted).every(([name, value]) => Object.hasOwn(actual, name) && includes(actual[name], value))
    );
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((value, index) => includes(actual[index], value))
    );
  }
  return isDeepStrictEqual(actual, wanted);
}

/** What differs between two values as JSON, line by line: `-` is missing, `+` is too much. Bounded. */
export function difference(actual: unknown, wanted: unknown): string {
  const is = linesOf(actual);
  const should = linesOf(wanted);
  let start = 0;
  while (start < is.length && start < should.length && is[start] === should[start]) start++;
  let end = 0;
  while (end < Math.min(is.length, should.length) - start && is.at(-1 - end) === should.at(-1 - end)) end++;
  const lines = [
    ...should.slice(start, should.length - end).map((line) => `- ${line}`),
    ...is.slice(start, is.length - end).map((line) => `+ ${line}`),
  ];
  return lines.length <= MAX_LINES ? lines.join('\n') : [...lines.slice(0, MAX_LINES), '…'].join('\n');
}

function linesOf(value: unknown): string[] {
  return (JSON.stringify(value, null, 2) ?? 'nothing').split('\n');
}
