import { type Draft, NO_PARTS, newFunction, type Start } from './draft.ts';
import { started } from './starters.ts';

/** A draft whose code comes from there; what belonged to another beginning is gone. */
export function begun(before: Draft, start: Start): Draft {
  if (before.start === start) return before;
  const { blueprint: _blueprint, base: _base, upload: _upload, ...rest } = before;
  const code = start === 'code' ? started(before.language) : {};
  // What was typed of a trigger stays; a blueprint's own parts go with it.
  const parts = before.start === 'blueprint' ? NO_PARTS : before.parts;
  const fn = newFunction({ ...parts.functions[0], files: [], runtime: '', handler: '', ...code });
  return { ...rest, start, values: {}, parts: { ...parts, functions: [fn] } };
}
