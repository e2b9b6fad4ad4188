import { triggerFaults } from '../../ui/trigger-form/trigger-form.tsx';
import { lackingValues } from './blueprint.ts';
import type { Creation } from './creation.ts';
import { accessOf } from './draft.ts';
import type { StepId } from './step-list.ts';
import { uploaded } from './upload.ts';

const FUNCTION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const HANDLER = /^[A-Za-z0-9_./-]+\.[A-Za-z_$][A-Za-z0-9_$]*$/;

type Facts = Omit<Creation, 'update' | 'setSecret' | 'go' | 'strict'>;

/** What hinders a step from being done, each said so that one knows what to do. */
export function faultsOfStep(step: StepId, facts: Facts): string[] {
  switch (step) {
    case 'start':
      return startFaults(facts);
    case 'trigger':
      return triggersFaults(facts);
    case 'function':
      return facts.draft.parts.functions.flatMap((_, at) => Object.values(functionFaults(facts, at)));
    case 'role':
      return facts.draft.parts.functions.flatMap((_, at) => Object.values(roleFaults(facts, at)));
    case 'resources':
      return facts.draft.parts.functions.flatMap((_, at) => Object.values(resourceFaults(facts, at)));
    case 'review':
      return [];
  }
}

function startFaults({ draft }: Facts): string[] {
  const { start, blueprint, upload, repository, parts } = draft;
  switch (start) {
    case undefined:
      return ['Choose where the code comes from'];
    case 'blueprint':
      return blueprint === undefined ? ['Choose a blueprint'] : [];
    case 'upload': {
      if (parts.functions[0]?.files.length !== 0) return [];
      if (upload === undefined) return ['Drop a ZIP, a folder or a source file'];
      return uploaded(upload) === undefined ? [`Drop ${upload.name} again: the page was loaded anew since`] : [];
    }
    case 'repository':
      return /^https?:\/\/[^\s/]+\/\S+$/.test(repository.url) ? [] : ['Give the address of the repository'];
    default:
      return [];
  }
}

function triggersFaults({ draft, kinds, valueFaults, blueprint, secrets }: Facts): string[] {
  const own = draft.parts.triggers.flatMap(({ trigger }) => {
    const kind = kinds.find(({ name }) => name === trigger.type);
    return kind === undefined ? [] : Object.values(triggerFaults(kind, trigger));
  });
  const lacking = draft.start === 'blueprint' && blueprint !== undefined ? lackingValues(blueprint, draft.values) : [];
  const values = Object.entries(valueFaults)
    .filter(([name]) => name !== 'name')
    .map(([, fault]) => fault);
  const missing = Object.entries(blueprint?.secrets ?? {})
    .filter(([variable]) => draft.start === 'blueprint' && (secrets[variable] ?? '') === '')
    .map(([, { label }]) => `Give ${label}`);
  return [...lacking.map((name) => `Give this: ${blueprint!.values[name]!.label}`), ...own, ...values, ...missing];
}

/** What is wrong in the third step, by field. */
export function functionFaults({ draft, known, valueFaults }: Facts, at: number): Readonly<Record<string, string>> {
  const fn = draft.parts.functions[at]!;
  const faults: Record<string, string> = {};
  if (fn.name === '') faults.name = 'A function needs a name';
  else if (!FUNCTION_NAME.test(fn.name))
    faults.name = 'Letters, digits, - and _, at most 64, beginning with a letter or digit';
  else if (known.functions?.includes(fn.name))
    faults.name = `There is a function ${fn.name} already: choose another name`;
  else if (at === 0 && valueFaults.name !== undefined) faults.name = valueFaults.name;
  if (draft.start === 'code' && fn.files.every(({ text }) => text.trim() === '')) faults.code = 'There is no code yet';
  return faults;
}

/** What is wrong in the fourth step, by field. */
export function roleFaults({ draft, known }: Facts, at: number): Readonly<Record<string, string>> {
  const fn = draft.parts.functions[at]!;
  const faults: Record<string, string> = {};
  if (fn.handler !== '' && !HANDLER.test(fn.handler)) {
    faults.handler = 'Written as file.export, such as index.handler; the file without its ending';
  }
  const { mode, role, grants } = accessOf(draft, at);
  if (mode === 'existing' && role === '') faults.role = 'Choose a role';
  if (mode !== 'new') return faults;
  const before = known.roles?.find(({ name }) => name === role);
  if (!FUNCTION_NAME.test(role)) faults.role = 'A role needs a name of letters, digits, - and _';
  else if (before !== undefined && !sameGrants(before.grants, grants)) {
    faults.role = `There is a role ${role} already, and it allows other things: choose it as it is, or another name`;
  }
  return faults;
}

/** What is wrong in the fifth step, by field. */
export function resourceFaults({ draft }: Facts, at: number): Readonly<Record<string, string>> {
  const { memoryMb, timeoutMs } = draft.parts.functions[at]!;
  const faults: Record<string, string> = {};
  if (!(memoryMb >= 64 && memoryMb <= 10_240)) faults.memoryMb = 'From 64 to 10,240 MB';
  if (!(timeoutMs >= 100 && timeoutMs <= 900_000)) faults.timeoutMs = 'From 0.1 s to 15 min';
  return faults;
}

export function sameGrants(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join();
}
