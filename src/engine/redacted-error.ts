import type { Outcome } from '../model/invocation.ts';
import type { Redactor } from '../model/redactor.ts';

/** An error that does not tell the function's secrets. */
export function redactedError<T extends { readonly type: string; readonly message: string; readonly stack: string }>(
  error: T,
  redactor: Redactor | undefined,
): T {
  if (redactor === undefined) return error;
  const { type, message, stack } = error;
  return { ...error, type: redactor.redact(type), message: redactor.redact(message), stack: redactor.redact(stack) };
}

/** An outcome whose error does not tell them. A result is the function's own. */
export function redactedOutcome(outcome: Outcome, redactor: Redactor | undefined): Outcome {
  if (redactor === undefined || outcome.status === 'succeeded' || outcome.error === undefined) return outcome;
  return { ...outcome, error: redactedError(outcome.error, redactor) };
}
