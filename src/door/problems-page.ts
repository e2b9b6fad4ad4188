import type { FailureCode } from '../model/invocation.ts';
import { PROBLEMS } from '../model/problem.ts';
import { OUTCOME_STATUS } from './fob/error.ts';
import { OUTCOMES } from './native/problem-json.ts';

const HEAD = `# Problems

<!-- Generated from src/model/problem.ts and the doors' tables: change those, then run UPDATE_PAGES=1 ./fob test problems -->

Every answer of 400 and above has a \`code\` for programs and a message for people that says what to do.
The native API sends problem documents (RFC 9457, \`application/problem+json\`): \`{"type", "title", "status", "detail", "code", …}\`;
the FoB door sends \`{"error": {"code", "message", …}}\`. A fault of the platform (\`internal\`) shows only a \`reference\`; the node's
log has the cause under it.

## Failures of the platform

"Retry" says whether the same request may succeed later; answers with 429 and 503 then have \`Retry-After\`.

| code | status | retry | meaning |
| --- | --- | --- | --- |
`;

const OUTCOMES_HEAD = `
## Failures of a function

The platform worked, the function did not. The native API also names the code in the header \`Fob-Function-Error\`.

| code | native API | FoB door | meaning |
| --- | --- | --- | --- |
`;

/** The reference page of all problems, as Markdown. */
export function problemsPage(): string {
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, retry, meaning }]) => `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${meaning} |\n`,
  );
  const outcomes = Object.entries(OUTCOMES).map(
    ([code, { status, title }]) => `| \`${code}\` | ${status} | ${OUTCOME_STATUS[code as FailureCode]} | ${title} |\n`,
  );
  return HEAD + problems.join('') + OUTCOMES_HEAD + outcomes.join('');
}
