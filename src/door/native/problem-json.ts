import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type FailedOutcome, type FailureCode, failureCode } from '../../model/invocation.ts';
import { PROBLEMS } from '../../model/problem.ts';
import { answerEarly, PROBLEM_TYPE } from '../answer.ts';
import type { Lifecycle } from '../context.ts';
import { describeFailure, type Failure, failureHeaders } from '../failure.ts';

/** How the native door shows a run that did not succeed. */
export const OUTCOMES: Readonly<Record<FailureCode, { status: number; title: string }>> = {
  bad_parameters: { status: 400, title: 'The payload does not fit the parameters of the function' },
  exception: { status: 502, title: 'The function threw an exception' },
  bad_result: { status: 502, title: 'The result of the function cannot be encoded' },
  result_too_large: { status: 502, title: 'The result of the function is over the limit of this node' },
  load_failed: { status: 502, title: 'The code of the function cannot be loaded' },
  not_granted: { status: 502, title: 'The function sent something to where it may not send' },
  crashed: { status: 502, title: 'The sandbox ended while the function ran' },
  out_of_memory: { status: 502, title: 'The function ran out of memory' },
  timed_out: { status: 504, title: 'The function did not end within its timeout' },
  cancelled: { status: 499, title: 'The caller went away before the answer' },
};

/** A failure as RFC 9457 describes problems. */
export function problemJson({ problem, reference }: Failure): Record<string, unknown> {
  return {
    ...problem.details,
    ...(reference !== undefined && { reference }),
    type: `urn:fob:problem:${problem.code}`,
    title: PROBLEMS[problem.code].meaning,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
  };
}

/** Answers with a thrown value as problem+json. */
export function answerProblem(lifecycle: Lifecycle, log: Logger, res: ServerResponse, thrown: unknown): void {
  const failure = describeFailure(log, thrown);
  const { problem } = failure;
  const headers = failureHeaders(problem, PROBLEM_TYPE);
  answerEarly(lifecycle, res, problem.status, headers, JSON.stringify(problemJson(failure)));
}

/** The body of an answer about a function's failure, its status, and the word for the `Fob-Function-Error` header. */
export function outcomeProblem(outcome: FailedOutcome): {
  status: number;
  reason: string;
  json: string;
} {
  const reason = failureCode(outcome);
  const { status, title } = OUTCOMES[reason];
  const { type: errorType, message, stack } = outcome.error;
  const json = JSON.stringify({
    type: `urn:fob:outcome:${reason}`,
    title,
    status,
    detail: message,
    code: reason,
    errorType,
    stack,
  });
  return { status, reason, json };
}
