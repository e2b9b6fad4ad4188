import { isDeepStrictEqual } from 'node:util';
import type { Difference } from './differences.ts';
import type { Drift } from './drift.ts';
import { isEmpty, type Plan, type Step } from './plan.ts';
import type { Fields } from './section.ts';

/** How words are set off: on a terminal by colours, in a push not at all. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan', text: string) => string;

const SIGNS = { create: ['+', 'green'], change: ['~', 'yellow'], remove: ['-', 'red'], keep: ['=', 'dim'] } as const;
const WORDS = { create: 'to create', change: 'to change', remove: 'to remove', keep: 'unchanged' } as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what others wrote must not move a terminal's cursor
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** Letters of one value. */
const MAX_VALUE = 120;
const DIGEST = /^[0-9a-f]{64}$/;

/** A plan for people, line by line. */
export function renderPlan(plan: Plan, paint: Paint): string[] {
  const { steps, drift, before } = plan;
  const lines: string[] = [];
  if (drift.length > 0) {
    lines.push(`Changed outside of the file since ${clean(before!.by)} applied it at ${before!.appliedAt}:`);
    for (const each of drift) lines.push(...renderDrift(each, paint));
    lines.push('');
  }
  for (const { section, name, project } of plan.clashes) {
    lines.push(`${paint('red', '!')} ${section.noun} ${paint('bold', name)} belongs to the project "${project}"`);
  }
  const open = steps.filter(({ action }) => action !== 'keep');
  for (const step of open) lines.push(...renderStep(step, paint));
  if (open.length > 0) lines.push('');
  const where = plan.environment === undefined ? plan.project : `${plan.project} (${plan.environment})`;
  lines.push(
    `${paint('bold', where)}: ${isEmpty(plan) ? `nothing to change, ${steps.length} as the file says` : summary(steps)}`,
  );
  return lines;
}

/** `2 to create, 1 to change, 3 unchanged`. */
function summary(steps: readonly Step[]): string {
  return Object.entries(WORDS)
    .map(([action, words]) => [steps.filter((step) => step.action === action).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
}

function renderStep(step: Step, paint: Paint): string[] {
  const { action, name, section, adopts, actual } = step;
  const [sign, colour] = SIGNS[action];
  const notes = [
    adopts ? 'is there already, and is taken over' : undefined,
    action === 'remove' && actual?.holds !== undefined ? `with ${actual.holds}` : undefined,
  ].filter((note) => note !== undefined);
  const note = notes.length === 0 ? '' : paint('dim', `  ${notes.join(', ')}`);
  return [
    `${paint(colour, `${sign} ${section.noun}`)} ${paint('bold', name)}${note}`,
    ...step.differences
      .filter((each) => action !== 'create' || isTelling(each, step.wanted?.usual))
      .map((each) => renderDifference(each, action === 'create', paint)),
    ...(step.objections ?? []).map(
      ({ refused, message }) =>
        `    ${paint(refused ? 'red' : 'yellow', refused ? 'refused:' : 'warning:')} ${clean(message)}`,
    ),
  ];
}

function renderDrift({ section, name, actual, differences }: Drift, paint: Paint): string[] {
  const { by, at } = actual?.changed ?? {};
  const who =
    actual === undefined ? 'was removed' : [by && `by ${clean(by)}`, at && `at ${at}`].filter(Boolean).join(' ');
  return [
    `${paint('cyan', `≠ ${section.noun}`)} ${paint('bold', name)}${who === '' ? '' : paint('dim', `  ${who}`)}`,
    ...differences.map((each) => renderDifference(each, false, paint)),
  ];
}

/** Of what is made new, defaults that say nothing are left out. */
function isTelling({ path, after }: Difference, usual: Fields = {}): boolean {
  if (isDeepStrictEqual(usual[path], after)) return false;
  if (after === null || after === undefined || after === '' || after === false) return false;
  return typeof after !== 'object' || Object.keys(after as object).length > 0;
}

function renderDifference({ path, before, after }: Difference, isNew: boolean, paint: Paint): string {
  if (isNew) return `    ${clean(path)}: ${shown(after)}`;
  return `    ${clean(path)}: ${paint('red', shown(before))} → ${paint('green', shown(after))}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string' && DIGEST.test(value)) return value.slice(0, 12);
  const text = clean(JSON.stringify(value));
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}

function clean(text: string): string {
  return text.replace(CONTROL, '');
}

/** A plan for programs. */
export function planDocument(plan: Plan): unknown {
  const { key, project, environment, steps, drift, clashes, before } = plan;
  return {
    project,
    ...(environment !== undefined && { environment }),
    name: key,
    changes: steps.map(({ section, name, action, differences, adopts, objections }) => ({
      section: section.key,
      name,
      action,
      ...(adopts && { adopts }),
      ...(objections !== undefined && { objections }),
      differences,
    })),
    drift: drift.map(driftDocument),
    clashes: clashes.map(({ section, name, project: other }) => ({ section: section.key, name, project: other })),
    ...(before !== undefined && { applied: { at: before.appliedAt, by: before.by, revision: before.revision } }),
  };
}

/** Drift for programs. */
export function driftDocument({ section, name, actual, differences }: Drift) {
  return {
    section: section.key,
    name,
    removed: actual === undefined,
    ...actual?.changed,
    differences: differences.map(({ path, before, after }) => ({ path, before, after })),
  };
}
