import type { CloudEvent } from './event.ts';
import { eventView, ownField } from './event-view.ts';
import { Problem } from './problem.ts';

const MAX_DEPTH = 32;
const MAX_PARTS = 10_000;
const MAX_STEPS = 64;
const STEP = /^(?:\.([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\['([^'\]]{1,256})'\]|\["([^"\]]{1,256})"\])/;
const REFERENCE = /<(\$[^<>]*)>/g;

type Make = (view: unknown) => unknown;

/**
 * Makes a function of a JSON template: a text that is `<$.path>` alone becomes the value that the path leads to, one that
 * holds several references or other characters a text. What is not there is null, or nothing within a text. Throws
 * `invalid_request` for a path that is none.
 */
export function compileMapping(template: unknown): (event: CloudEvent) => unknown {
  const make = compile(template, 0, { parts: 0 });
  return (event) => make(eventView(event));
}

/** Reads the value of a path such as `$.data.items[0]['name']` from an event; `undefined` where there is none. */
export function compilePath(path: string): (event: CloudEvent) => unknown {
  const read = compileSteps(path);
  return (event) => read(eventView(event));
}

/** Reads the value of a path such as `$.customer.id` from any JSON value; `undefined` where there is none. */
export function compileValuePath(path: string): (value: unknown) => unknown {
  return compileSteps(path);
}

function compile(template: unknown, depth: number, budget: { parts: number }): Make {
  if (depth > MAX_DEPTH) throw bad(`it is nested deeper than ${MAX_DEPTH} levels`);
  if (++budget.parts > MAX_PARTS) throw bad(`it has more than ${MAX_PARTS} parts`);
  if (typeof template === 'string') return compileText(template);
  if (Array.isArray(template)) {
    const elements = template.map((element) => compile(element, depth + 1, budget));
    return (view) => elements.map((make) => make(view));
  }
  if (typeof template === 'object' && template !== null) {
    const fields = Object.entries(template).map(([name, value]) => [name, compile(value, depth + 1, budget)] as const);
    // Object.fromEntries defines fields: a name such as `__proto__` is one like all others.
    return (view) => Object.fromEntries(fields.map(([name, make]) => [name, make(view)]));
  }
  return () => template;
}

function compileText(text: string): Make {
  const references = [...text.matchAll(REFERENCE)];
  if (references.length === 0) return () => text;
  const reads = references.map(([, path]) => compileSteps(path!));
  if (references[0]![0] === text) return (view) => reads[0]!(view) ?? null;
  const texts: string[] = [];
  let at = 0;
  for (const reference of references) {
    texts.push(text.slice(at, reference.index));
    at = reference.index + reference[0].length;
  }
  const end = text.slice(at);
  return (view) => reads.map((read, place) => texts[place]! + inText(read(view))).join('') + end;
}

function compileSteps(path: string): Make {
  const steps: (string | number)[] = [];
  let rest = path.startsWith('$') ? path.slice(1) : undefined;
  while (rest !== undefined && rest !== '') {
    const found = STEP.exec(rest);
    if (found === null || steps.length === MAX_STEPS) {
      rest = undefined;
      break;
    }
    const [whole, name, index, quoted, doubleQuoted] = found;
    steps.push(index === undefined ? (name ?? quoted ?? doubleQuoted)! : Number(index));
    rest = rest.slice(whole.length);
  }
  if (rest === undefined) {
    throw bad(`"${path.slice(0, 200)}" is no path: write it like $.data.items[0].name or $.data['a name']`);
  }
  return (view) => steps.reduce<unknown>(step, view);
}

function step(value: unknown, name: string | number): unknown {
  // An index leads into lists only, a name into objects only.
  return Array.isArray(value) === (typeof name === 'number') ? ownField(value, name) : undefined;
}

function inText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function bad(why: string): Problem {
  return new Problem('invalid_request', `the mapping cannot be used: ${why}`);
}
