import { isDeepStrictEqual } from 'node:util';
import type { Fields } from './section.ts';

/** What differs in one place; `undefined` is nothing there. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What is to change so that `actual` becomes as `wanted`; only the fields of `wanted` count. In the order of the wanted ones. */
export function differences(actual: Fields | undefined, wanted: Fields): Difference[] {
  return Object.entries(wanted).flatMap(([name, value]) => compare(name, actual?.[name], value));
}

function compare(path: string, before: unknown, after: unknown): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMap(before) || !isMap(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => compare(`${path}.${name}`, before[name], after[name]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
