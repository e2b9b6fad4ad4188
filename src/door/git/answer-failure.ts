import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { answerEarly } from '../answer.ts';
import type { Lifecycle } from '../context.ts';
import { describeFailure, failureHeaders } from '../failure.ts';

/** Answers with what was thrown: as a text, which Git shows to whoever runs it, and with the question for a password. */
export function answerGitFailure(lifecycle: Lifecycle, log: Logger, res: ServerResponse, thrown: unknown): void {
  const { problem, reference } = describeFailure(log, thrown);
  const headers = failureHeaders(problem, 'text/plain; charset=utf-8');
  if (problem.code === 'unauthorized') {
    const at = headers.findIndex((name) => name.toLowerCase() === 'www-authenticate');
    if (at !== -1) headers.splice(at, 2);
    headers.push('WWW-Authenticate', 'Basic realm="fob", charset="UTF-8"');
  }
  const note = reference === undefined ? '' : ` (${reference})`;
  answerEarly(lifecycle, res, problem.status, headers, `${problem.message}${note}\n`);
}
