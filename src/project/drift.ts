import type { ProjectApi } from './api.ts';
import { type Difference, differences } from './differences.ts';
import type { Actual, Fields, Section } from './section.ts';
import type { Applied, AppliedThing } from './state.ts';

/** What somebody changed outside of the file since it was applied last. */
export interface Drift {
  readonly section: Section;
  readonly name: string;
  /** Absent: it was removed. */
  readonly actual?: Actual;
  readonly differences: readonly Difference[];
}

/** How a thing stands beside what was applied of it; `undefined` where it is as it was left. */
export function driftOf(
  section: Section,
  name: string,
  applied: AppliedThing,
  actual: Actual | undefined,
): Drift | undefined {
  if (actual === undefined) return { section, name, differences: [] };
  const found = differences(applied.fields, pick(actual.fields, applied.fields));
  return found.length === 0 ? undefined : { section, name, differences: found, actual };
}

/** All that was changed of what a project applied, without its file. Rejects as the API does. */
export async function findDrift(api: ProjectApi, sections: readonly Section[], applied: Applied): Promise<Drift[]> {
  const found: Drift[] = [];
  for (const section of sections) {
    const things = Object.entries(applied[section.key] ?? {});
    if (things.length === 0) continue;
    const names = things.map(([name]) => name);
    const fields = new Map(things.map(([name, thing]) => [name, thing.fields]));
    const actual = await section.current(api, names, new Map(), fields, new Set());
    for (const [name, thing] of things) {
      const drift = driftOf(section, name, thing, actual.get(name));
      if (drift !== undefined) found.push(drift);
    }
  }
  return found;
}

/** Those fields of `from` that `like` has. */
function pick(from: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]]));
}
