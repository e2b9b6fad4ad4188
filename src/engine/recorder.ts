import type { Outcome } from '../model/invocation.ts';
import type { Problem } from '../model/problem.ts';
import type { Journal } from '../store/journal.ts';
import type { Call } from './call.ts';
import type { Counters } from './stats.ts';

/** Longest error texts that a record keeps, in characters. */
const MAX_MESSAGE = 4_096;
const MAX_STACK = 16_384;

/** The last step of every call: counts it, writes its record, and answers who waits. */
export class Recorder {
  /** Calls accepted and not yet ended, on the whole node. */
  active = 0;
  private readonly journal: Journal;
  private readonly counters: Counters;

  constructor(journal: Journal, counters: Counters) {
    this.journal = journal;
    this.counters = counters;
  }

  /** The run ended; `durationMs` is the function's own time. */
  end(call: Call, outcome: Outcome, sandboxId: string, durationMs: number): void {
    const { name, version } = call.function;
    this.active--;
    const queuedMs = call.started ? call.startedMs - call.acceptedMs : 0;
    this.counters.of(name).ended(outcome.status, durationMs, call.coldStart);
    const error = outcome.status === 'succeeded' ? undefined : outcome.error;
    this.journal.appendInvocation({
      invocationId: call.invocationId,
      function: name,
      version,
      door: call.request.door,
      status: outcome.status,
      startedAtMs: call.acceptedAtMs,
      queuedMs,
      durationMs,
      coldStart: call.coldStart,
      sandboxId,
      payloadBytes: call.request.payload.byteLength,
      resultBytes: outcome.status === 'succeeded' ? call.resultBytes + outcome.payload.length : call.resultBytes,
      ...(outcome.status === 'failed' ? { reason: outcome.reason } : undefined),
      ...(error && {
        errorType: error.type,
        errorMessage: error.message.slice(0, MAX_MESSAGE),
        errorStack: error.stack.slice(0, MAX_STACK),
      }),
    });
    call.end({
      outcome,
      report: {
        invocationId: call.invocationId,
        function: name,
        version,
        sandboxId,
        coldStart: call.coldStart,
        queuedMs,
        durationMs,
      },
    });
  }

  /** The platform could not run it. */
  refuse(call: Call, problem: Problem): void {
    this.active--;
    if (problem.code === 'throttled') this.counters.of(call.function.name).throttled++;
    this.journal.appendInvocation({
      invocationId: call.invocationId,
      function: call.function.name,
      version: call.function.version,
      door: call.request.door,
      status: 'rejected',
      reason: problem.code,
      errorType: problem.code,
      errorMessage: problem.message.slice(0, MAX_MESSAGE),
      startedAtMs: call.acceptedAtMs,
      queuedMs: 0,
      durationMs: 0,
      coldStart: false,
      sandboxId: '',
      payloadBytes: call.request.payload.byteLength,
      resultBytes: 0,
    });
    call.refuse(problem);
  }
}
