import { Problem } from '../../model/problem.ts';

/** Text that the database keeps as it is: no half surrogate pairs and no zero character; `invalid_request` otherwise. */
export function wellFormed(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  throw new Problem('invalid_request', `the key ${JSON.stringify(text)} is not well-formed Unicode text`);
}
