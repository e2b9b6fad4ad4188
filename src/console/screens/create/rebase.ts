/**
 * What was changed by hand, laid over what is fresh: `mine` where it differs from `old`, else `fresh`. Lists of things are
 * taken place by place, other lists as wholes.
 */
export function rebase<T>(old: T, mine: T, fresh: T): T {
  if (same(old, mine)) return fresh;
  if (isThings(old) && isThings(mine) && isThings(fresh)) {
    const longest = Math.max(mine.length, old.length === mine.length ? fresh.length : 0);
    const merged = Array.from({ length: longest }, (_, at) =>
      at < old.length && at < mine.length && at < fresh.length
        ? rebase(old[at], mine[at], fresh[at])
        : (mine[at] ?? fresh[at]),
    );
    return merged as T;
  }
  if (isThing(old) && isThing(mine) && isThing(fresh)) {
    const names = new Set([...Object.keys(mine), ...Object.keys(fresh)]);
    return Object.fromEntries([...names].map((name) => [name, rebase(old[name], mine[name], fresh[name])])) as T;
  }
  return mine;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function isThing(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isThings(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isThing);
}
