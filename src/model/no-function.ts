import { Problem } from './problem.ts';

const MAX_SHOWN = 100;

/** What is told of a function that there is not. `more` ends the sentence: what it was wanted for, or what to do. */
export function noFunction(nameOrId: string, more = ''): Problem {
  return new Problem('not_found', `there is no function "${nameOrId.slice(0, MAX_SHOWN)}"${more}`);
}
