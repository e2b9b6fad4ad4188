/** Settings whose values may be secrets: only the names of what differs are told. */
const HIDDEN: ReadonlySet<string> = new Set(['environment']);

/** What differs between two documents of the same kind, setting by setting: as it was, and as it is. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[name]) === JSON.stringify(after[name])) continue;
    if (HIDDEN.has(name)) {
      const changed = namesThatDiffer(before[name], after[name]);
      was[name] = changed.filter((each) => has(before[name], each));
      is[name] = changed.filter((each) => has(after[name], each));
    } else {
      if (before[name] !== undefined) was[name] = before[name];
      if (after[name] !== undefined) is[name] = after[name];
    }
  }
  return { before: was, after: is };
}

function namesThatDiffer(one: unknown, other: unknown): string[] {
  const [a, b] = [asObject(one), asObject(other)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();
}

function has(value: unknown, name: string): boolean {
  return Object.hasOwn(asObject(value), name);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
