import { randomUUID } from 'node:crypto';
import type { StatedOrigin } from '../model/origin.ts';
import { Problem } from '../model/problem.ts';
import type { ProjectApi } from './api.ts';
import type { Plan, Step } from './plan.ts';
import { markOf } from './secret-marks.ts';
import type { ApplyContext } from './section.ts';
import { type AppliedThing, lockProject, saveProject, unlockProject } from './state.ts';

/** A lock that is not taken again for longer than this many milliseconds is nobody's; see the node's `/v1/projects`. */
const RENEW_EVERY_MS = 20_000;

export interface ApplyOptions extends ApplyContext {
  /** What is recorded of the whole project. */
  readonly stated: StatedOrigin;
  /** Gives the lock back and remembers what was done where `api` was given up in the middle; absent: `api` does. */
  readonly lastingApi?: ProjectApi;
  /** Hears of each step before it is done, and after. */
  onStep(step: Step, state: 'begins' | 'done' | 'failed'): void;
}

/** What was done; `failed` is the step that was not, and ended it. */
interface ApplyResult {
  readonly done: readonly Step[];
  readonly left: readonly Step[];
  readonly failed?: { readonly step: Step; readonly error: unknown };
}

/**
 * Does what a plan says, in its order, and stops at the first failure. Each thing is changed only if it still stands as the plan
 * saw it. What was done is remembered after each step, so that a run that ends early can be gone on with. Rejects with
 * `conflict` where somebody else applies the project now, or has since the plan was made, or a thing belongs to another project.
 */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const { api, stated, lastingApi = api } = options;
  assertNoClash(plan);
  assertAllowed(plan);
  const lock = randomUUID();
  const locking = {
    id: lock,
    revision: plan.before?.revision ?? 0,
    ...(stated.message !== undefined && { message: stated.message }),
  };
  await lockProject(api, plan.key, locking);
  const renewing = setInterval(() => {
    lockProject(api, plan.key, { id: lock }).catch(() => {});
  }, RENEW_EVERY_MS);
  renewing.unref();
  try {
    return await run(plan, options, lock);
  } finally {
    clearInterval(renewing);
    await unlockProject(lastingApi, plan.key, lock);
  }
}

async function run(plan: Plan, options: ApplyOptions, lock: string): Promise<ApplyResult> {
  const { api, stated, onStep, lastingApi = api } = options;
  const applied = mutable(plan);
  const save = () => saveProject(lastingApi, plan.key, { applied, origin: stated, lock });
  const done: Step[] = [];
  const open = plan.steps.filter(({ action }) => action !== 'keep');
  // What the node has already as the file wants it is the project's from now on, too.
  for (const step of plan.steps) if (step.action === 'keep') remember(applied, step);
  await save();
  for (const step of open) {
    onStep(step, 'begins');
    try {
      await perform(step, options);
    } catch (error) {
      onStep(step, 'failed');
      return { done, left: open.slice(done.length + 1), failed: { step, error } };
    }
    done.push(step);
    remember(applied, step);
    onStep(step, 'done');
    await save();
  }
  forgetAbsent(applied, plan);
  await save();
  return { done, left: [] };
}

async function perform({ section, name, action, wanted, actual }: Step, context: ApplyContext): Promise<void> {
  if (action === 'remove') return section.remove(name, actual!, context);
  await section.apply({ name, wanted: wanted!, ...(actual !== undefined && { actual }) }, context);
}

type Writable = Record<string, Record<string, AppliedThing>>;

function mutable(plan: Plan): Writable {
  const sections = Object.entries(plan.before?.applied ?? {}).map(([key, things]) => [key, { ...things }]);
  return Object.fromEntries(sections) as Writable;
}

function remember(applied: Writable, step: Step): void {
  const { section, name, action, wanted } = step;
  applied[section.key] ??= {};
  const things = applied[section.key]!;
  if (action === 'remove') {
    delete things[name];
    return;
  }
  const marks = Object.entries(wanted?.secrets ?? {}).map(([path, value]) => [path, markOf(value)]);
  things[name] = {
    fields: wanted!.fields,
    ...(marks.length > 0 && { secrets: Object.fromEntries(marks) as Record<string, string> }),
    made: step.applied?.made ?? action === 'create',
  };
}

/** What the file no longer has, and is gone or was never the project's, is none of its business any more. */
function forgetAbsent(applied: Writable, plan: Plan): void {
  const kept = new Set(
    plan.steps.filter(({ action }) => action !== 'remove').map((step) => `${step.section.key}/${step.name}`),
  );
  for (const [key, things] of Object.entries(applied)) {
    for (const name of Object.keys(things)) if (!kept.has(`${key}/${name}`)) delete things[name];
    if (Object.keys(things).length === 0) delete applied[key];
  }
}

/** What a policy would refuse in the middle is refused before anything is done. */
function assertAllowed({ steps }: Plan): void {
  for (const { section, name, objections = [] } of steps) {
    const refusal = objections.find(({ refused }) => refused);
    if (refusal !== undefined) throw new Problem('forbidden', `${section.noun} ${name}: ${refusal.message}`);
  }
}

function assertNoClash({ clashes }: Plan): void {
  const clash = clashes[0];
  if (clash === undefined) return;
  throw new Problem(
    'conflict',
    `the ${clash.section.noun} "${clash.name}" belongs to the project "${clash.project}": take it out of one of the two`,
    { details: { name: clash.name, project: clash.project } },
  );
}
