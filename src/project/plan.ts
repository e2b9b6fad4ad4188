import { setImmediate } from 'node:timers/promises';
import type { ProjectApi } from './api.ts';
import { type Difference, differences } from './differences.ts';
import { type Drift, driftOf } from './drift.ts';
import type { Entry, ProjectFile } from './file/read.ts';
import { isMarkOf } from './secret-marks.ts';
import type { Actual, CheckContext, Objection, ReadContext, Section, Wanted } from './section.ts';
import { type AppliedThing, allProjects, type ProjectView, projectKey } from './state.ts';

export type Action = 'create' | 'change' | 'remove' | 'keep';

/** Entries that are looked at before the thread does something else. */
const SLICE = 20;

/** What is to be done about one thing. */
export interface Step {
  readonly section: Section;
  readonly name: string;
  readonly action: Action;
  readonly differences: readonly Difference[];
  readonly wanted?: Wanted;
  readonly actual?: Actual;
  readonly applied?: AppliedThing;
  /** What the node's policies say to it; absent: nothing was asked. */
  readonly objections?: readonly Objection[];
  /** It is there already, and not by this project: it is taken over, and will not be removed with it. */
  readonly adopts: boolean;
}

/** Something that stands in the way: a thing that another project has made. */
interface Clash {
  readonly section: Section;
  readonly name: string;
  readonly project: string;
}

export interface Plan {
  readonly key: string;
  readonly project: string;
  readonly environment: string | undefined;
  /** In the order in which they are done; those to keep are among them. */
  readonly steps: readonly Step[];
  readonly drift: readonly Drift[];
  readonly clashes: readonly Clash[];
  /** What was applied last; absent: never. */
  readonly before: ProjectView | undefined;
}

/** Whether a plan has nothing to do. */
export function isEmpty(plan: Plan): boolean {
  return plan.steps.every(({ action }) => action === 'keep');
}

/**
 * Compares what a file says with what the node has, and that with what was applied last. Throws `invalid_request` for what
 * the file says wrong.
 */
export async function makePlan(
  file: ProjectFile,
  sections: readonly Section[],
  context: Omit<ReadContext, 'project'> & CheckContext,
): Promise<Plan> {
  const { project, environment } = file;
  const key = projectKey(project, environment);
  const all = await allProjects(context.api);
  const before = all.find(({ name }) => name === key);
  const steps: Step[] = [];
  const removals: Step[] = [];
  const drift: Drift[] = [];
  const clashes: Clash[] = [];
  const changing = new Set<string>();
  for (const section of sections) {
    const wanted = await readEntries(section, file.entries.get(section.key), { ...context, project });
    const applied = new Map(Object.entries(before?.applied[section.key] ?? {}));
    const actual = await readActual(context.api, section, wanted, applied, changing);
    for (const [index, name] of inOrder(wanted).entries()) {
      if (index % SLICE === SLICE - 1) await setImmediate();
      const step = await objectedTo(
        stepOf(section, name, wanted.get(name)!, actual.get(name), applied.get(name)),
        context,
      );
      steps.push(step);
      if (step.action !== 'keep') changing.add(`${section.key}/${name}`);
      const owner = all.find((other) => other !== before && other.applied[section.key]?.[name]?.made === true);
      if (owner !== undefined) clashes.push({ section, name, project: owner.name });
    }
    for (const [index, [name, thing]] of [...applied].entries()) {
      if (index % SLICE === SLICE - 1) await setImmediate();
      const now = actual.get(name);
      const drifted = driftOf(section, name, thing, now);
      if (drifted !== undefined) drift.push(drifted);
      if (wanted.has(name) || !thing.made || now === undefined) continue;
      removals.push({ section, name, action: 'remove', differences: [], actual: now, applied: thing, adopts: false });
    }
  }
  return { key, project, environment, steps: [...steps, ...removals.reverse()], drift, clashes, before };
}

async function readEntries(
  section: Section,
  entries: ReadonlyMap<string, Entry> | undefined,
  context: ReadContext,
): Promise<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>();
  for (const [index, [name, { entry, place }]] of [...(entries ?? [])].entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    try {
      wanted.set(name, await section.read(name, entry, context));
    } catch (error) {
      throw place(error);
    }
  }
  return wanted;
}

async function readActual(
  api: ProjectApi,
  section: Section,
  wanted: ReadonlyMap<string, Wanted>,
  applied: ReadonlyMap<string, AppliedThing>,
  changing: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Actual>> {
  const names = [...new Set([...wanted.keys(), ...applied.keys()])];
  if (names.length === 0) return new Map();
  const fields = new Map([...applied].map(([name, thing]) => [name, thing.fields]));
  return section.current(api, names, wanted, fields, changing);
}

function stepOf(
  section: Section,
  name: string,
  wanted: Wanted,
  actual: Actual | undefined,
  applied: AppliedThing | undefined,
): Step {
  if (actual === undefined) {
    return {
      section,
      name,
      action: 'create',
      differences: differences(undefined, wanted.fields),
      wanted,
      adopts: false,
    };
  }
  const found = [...differences(actual.fields, wanted.fields), ...changedSecrets(wanted, applied)];
  return {
    section,
    name,
    action: found.length === 0 ? 'keep' : 'change',
    differences: found,
    wanted,
    actual,
    adopts: applied === undefined,
    ...(applied !== undefined && { applied }),
  };
}

/** The step with what policies say to it, where it changes something. */
async function objectedTo(step: Step, context: CheckContext): Promise<Step> {
  const { section, name, action, wanted, actual } = step;
  if (section.check === undefined || action === 'keep' || wanted === undefined) return step;
  const objections = await section.check({ name, wanted, ...(actual !== undefined && { actual }) }, context);
  return objections.length === 0 ? step : { ...step, objections };
}

/** Secrets are not shown, here neither. */
function changedSecrets({ secrets = {} }: Wanted, applied: AppliedThing | undefined): Difference[] {
  return Object.entries(secrets).flatMap(([path, value]) => {
    const mark = applied?.secrets?.[path];
    if (mark !== undefined && isMarkOf(mark, value)) return [];
    return [{ path, before: '(secret)', after: '(another secret)' }];
  });
}

/** Those that others must come after first. */
function inOrder(wanted: ReadonlyMap<string, Wanted>): string[] {
  const ordered = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (ordered.has(name) || trail.includes(name)) return;
    for (const other of wanted.get(name)?.after ?? []) if (wanted.has(other)) visit(other, [...trail, name]);
    ordered.add(name);
  };
  for (const name of wanted.keys()) visit(name, []);
  return [...ordered];
}
