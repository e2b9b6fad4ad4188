/** What differs in one place of two values; `undefined` is nothing there. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The places in which two values of JSON differ; maps are compared by their keys, everything else as a whole. */
export function differencesOf(before: unknown, after: unknown, path = ''): Difference[] {
  if (isMap(before) || isMap(after)) {
    if ((isMap(before) || before === undefined) && (isMap(after) || after === undefined)) {
      const [old, now] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
      const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
      return names.flatMap((name) =>
        differencesOf(at(old, name), at(now, name), path === '' ? name : `${path}.${name}`),
      );
    }
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a map has under a name, and not what every object has, such as `constructor`. */
function at(map: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
