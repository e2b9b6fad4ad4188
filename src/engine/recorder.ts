import type { OutboxItem, Outcome } from '../model/invocation.ts';
import { asProblem, type Problem } from '../model/problem.ts';
import type { InvocationRecord, Journal } from '../store/journal.ts';
import type { Call } from './call.ts';
import { outboxRefused, type SendOutbox } from './send-outbox.ts';
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
  private readonly sendOutbox: SendOutbox | undefined;
  private readonly observe: (record: InvocationRecord) => void;

  constructor(
    journal: Journal,
    counters: Counters,
    sendOutbox: SendOutbox | undefined,
    observe: (record: InvocationRecord) => void = () => {},
  ) {
    this.journal = journal;
    this.counters = counters;
    this.sendOutbox = sendOutbox;
    this.observe = observe;
  }

  /** The run ended; `durationMs` is the function's own time. What it sent leaves before anybody hears of that, unless the caller sends it. */
  end(call: Call, outcome: Outcome, sandboxId: string, durationMs: number): void {
    if (this.sendOutbox && outcome.status === 'succeeded' && outcome.outbox !== undefined && !call.request.keepOutbox)
      void this.endAfterSending(call, outcome, outcome.outbox, this.sendOutbox, sandboxId, durationMs);
    else this.record(call, outcome, sandboxId, durationMs);
  }

  private async endAfterSending(
    call: Call,
    { outbox: _, ...outcome }: Outcome & { status: 'succeeded' },
    items: readonly OutboxItem[],
    send: SendOutbox,
    sandboxId: string,
    durationMs: number,
  ): Promise<void> {
    const { invocationId, request } = call;
    try {
      await send(items, { function: call.function.name, invocationId, hops: request.hops ?? 0 });
    } catch (error) {
      const problem = asProblem(error);
      const refused = outboxRefused(problem);
      if (refused === undefined) this.refuse(call, problem);
      else this.record(call, refused, sandboxId, durationMs);
      return;
    }
    this.record(call, outcome, sandboxId, durationMs);
  }

  private record(call: Call, outcome: Outcome, sandboxId: string, durationMs: number): void {
    const { name, version } = call.function;
    this.active--;
    const queuedMs = call.started ? call.startedMs - call.acceptedMs : 0;
    this.counters.of(name).ended(outcome.status, durationMs, call.coldStart);
    const error = outcome.status === 'succeeded' ? undefined : outcome.error;
    this.write({
      invocationId: call.invocationId,
      function: name,
      version,
      door: call.request.door,
      ...deliveryOf(call),
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

  private write(record: InvocationRecord): void {
    this.journal.appendInvocation(record);
    this.observe(record);
  }

  /** The platform could not run it. */
  refuse(call: Call, problem: Problem): void {
    this.active--;
    if (problem.code === 'throttled') this.counters.of(call.function.name).throttled++;
    this.write({
      invocationId: call.invocationId,
      function: call.function.name,
      version: call.function.version,
      door: call.request.door,
      ...deliveryOf(call),
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

/** Which event it was for, if for any. */
function deliveryOf({ request }: Call): Pick<InvocationRecord, 'eventId' | 'lane' | 'attempt'> | undefined {
  return request.delivery;
}
