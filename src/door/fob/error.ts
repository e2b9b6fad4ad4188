import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type FailedOutcome, type FailureCode, failureCode } from '../../model/invocation.ts';
import { answer, answerEarly, JSON_TYPE } from '../answer.ts';
import type { Lifecycle } from '../context.ts';
import { describeFailure, failureHeaders } from '../failure.ts';

/** The status of a run that did not succeed: the contract blames parameters on the caller, everything else on the function. */
export const OUTCOME_STATUS: Readonly<Record<FailureCode, number>> = {
  bad_parameters: 404,
  exception: 502,
  bad_result: 502,
  result_too_large: 502,
  load_failed: 502,
  not_granted: 502,
  crashed: 502,
  out_of_memory: 502,
  timed_out: 504,
  cancelled: 499,
};

/** An error in the contract's shape. */
export function errorJson(code: string, message: string, particulars: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ error: { ...particulars, code, message } });
}

/** Answers with a thrown value in the contract's shape. */
export function answerFobFailure(lifecycle: Lifecycle, log: Logger, res: ServerResponse, thrown: unknown): void {
  const { problem, reference } = describeFailure(log, thrown);
  const particulars = reference === undefined ? problem.details : { ...problem.details, reference };
  const headers = failureHeaders(problem, JSON_TYPE);
  answerEarly(lifecycle, res, problem.status, headers, errorJson(problem.code, problem.message, particulars));
}

/** Answers with the failure of a function. */
export function answerFobOutcome(
  lifecycle: Lifecycle,
  res: ServerResponse,
  invocationId: string,
  outcome: FailedOutcome,
): void {
  const code = failureCode(outcome);
  const { type, message, stack } = outcome.error;
  answer(
    lifecycle,
    res,
    OUTCOME_STATUS[code],
    ['Content-Type', JSON_TYPE, 'Fob-Invocation-Id', invocationId],
    errorJson(code, message, { type, stack }),
  );
}
