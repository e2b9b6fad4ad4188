import type { Outcome } from '../model/invocation.ts';
import type { Journal } from '../store/journal.ts';
import type { Call } from './call.ts';
import type { Counters } from './stats.ts';

/** Longest error texts that a record keeps, in characters. */
const MAX_MESSAGE = 4_096;
const MAX_STACK = 16_384;

/** The last step of every call: counts it, writes its record, and answers who waits. */
export class Recorder {
  private readonly journal: Journal;
  private readonly counters: Counters;

  constructor(journal: Journal, counters: Counters) {
    this.journal = journal;
    this.counters = counters;
  }

  /** `durationMs` is the function's own time, `startedMs` of the call when it was handed over. */
  end(call: Call, outcome: Outcome, sandboxId: string, durationMs: number): void {
    const { name, version } = call.function;
    const queuedMs = Math.max(0, (call.startedMs || call.acceptedMs) - call.acceptedMs);
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
      ...(error && { errorType: error.type, errorMessage: error.message.slice(0, MAX_MESSAGE), errorStack: error.stack.slice(0, MAX_STACK) }),
    });
    call.end({ outcome, report: { invocationId: call.invocationId, function: name, version, sandboxId, coldStart: call.coldStart, queuedMs, durationMs } });
  }
}
