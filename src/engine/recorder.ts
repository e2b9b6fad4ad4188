import type { Clock } from '../model/clock.ts';
import type { Outcome } from '../model/invocation.ts';
import { within } from '../model/pause.ts';
import { asProblem, type Problem } from '../model/problem.ts';
import { BYTES_PER_MB } from '../model/units.ts';
import type { InvocationRecord, Journal } from '../store/journal.ts';
import type { Recording, Recordings } from '../store/recordings.ts';
import type { Call } from './call.ts';
import type { Runner } from './runner.ts';
import { outboxRefused, type SendOutbox } from './send-outbox.ts';
import type { Counters } from './stats.ts';

/** Longest error texts that a record keeps, in characters. */
const MAX_MESSAGE = 4_096;
const MAX_STACK = 16_384;

/** From this duration on, an end waits for what the sandbox took: shorter calls have what was measured last. */
const MEASURED_FROM_MS = 250;
/** Longest that an end waits for that. */
const MEASURE_WAIT_MS = 50;

/** The last step of every call: counts it, writes its record, and answers who waits. */
export class Recorder {
  /** Calls accepted and not yet ended, on the whole node. */
  active = 0;
  private readonly journal: Journal;
  private readonly counters: Counters;
  private readonly sendOutbox: SendOutbox | undefined;
  private readonly clock: Clock;
  private readonly recordings: Pick<Recordings, 'record'> | undefined;
  private readonly observe: (record: InvocationRecord) => void;

  constructor(
    journal: Journal,
    counters: Counters,
    sendOutbox: SendOutbox | undefined,
    clock: Clock,
    observe: (record: InvocationRecord) => void = () => {},
    recordings?: Pick<Recordings, 'record'>,
  ) {
    this.recordings = recordings;
    this.journal = journal;
    this.clock = clock;
    this.counters = counters;
    this.sendOutbox = sendOutbox;
    this.observe = observe;
  }

  /** The run ended; `durationMs` is the function's own time. What it sent leaves before anybody hears of that, unless the caller sends it. */
  end(call: Call, outcome: Outcome, runner: Runner | undefined, durationMs: number): void {
    call.peakMemoryBytes = runner?.memory.peakBytes;
    const sends = outcome.status === 'succeeded' && outcome.outbox !== undefined && !call.request.keepOutbox;
    if ((sends && this.sendOutbox !== undefined) || (durationMs >= MEASURED_FROM_MS && runner !== undefined))
      void this.endLater(call, outcome, runner, durationMs);
    else this.record(call, outcome, runner, durationMs);
  }

  private async endLater(call: Call, outcome: Outcome, runner: Runner | undefined, durationMs: number): Promise<void> {
    const measured = durationMs >= MEASURED_FROM_MS ? runner?.memory.look() : undefined;
    const ended = this.sendOutbox === undefined ? outcome : await this.sendOf(call, outcome, this.sendOutbox);
    if (measured !== undefined) {
      await within(this.clock, MEASURE_WAIT_MS, measured);
      call.peakMemoryBytes = runner?.memory.peakBytes;
    }
    if (!('problem' in ended)) this.record(call, ended, runner, durationMs);
    else this.refuse(call, ended.problem);
  }

  /** Sends what a run wants sent, where nobody else does; how it ended then, or why the platform failed. */
  private async sendOf(call: Call, whole: Outcome, send: SendOutbox): Promise<Outcome | { readonly problem: Problem }> {
    if (whole.status !== 'succeeded' || whole.outbox === undefined || call.request.keepOutbox) return whole;
    const { outbox, ...outcome } = whole;
    const { invocationId, request } = call;
    try {
      await send(outbox, { function: call.function.name, invocationId, hops: request.hops ?? 0, trace: call.context });
      return outcome;
    } catch (error) {
      const problem = asProblem(error);
      return outboxRefused(problem) ?? { problem };
    }
  }

  private record(call: Call, outcome: Outcome, runner: Runner | undefined, durationMs: number): void {
    const { name, version, config } = call.function;
    const sandboxId = runner?.sandbox.id ?? '';
    this.active--;
    // It ended before anybody could look again, and took all that there was for it.
    if (outcome.status === 'out_of_memory')
      call.peakMemoryBytes = Math.max(call.peakMemoryBytes ?? 0, config.memoryMb * BYTES_PER_MB);
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
      memoryMb: config.memoryMb,
      ...(call.peakMemoryBytes !== undefined ? { peakMemoryBytes: call.peakMemoryBytes } : undefined),
      ...circumstancesOf(call),
      ...call.phases,
      ...(outcome.status === 'failed' ? { reason: outcome.reason } : undefined),
      ...(error && {
        errorType: error.type,
        errorMessage: error.message.slice(0, MAX_MESSAGE),
        errorStack: error.stack.slice(0, MAX_STACK),
      }),
    });
    if (config.recordPayloads === 'all' || (error !== undefined && config.recordPayloads === 'failed'))
      this.recordings?.record(recordingOf(call, outcome));
    call.end({
      outcome,
      report: {
        invocationId: call.invocationId,
        function: name,
        version,
        ...aliasOf(call),
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
      memoryMb: call.function.config.memoryMb,
      ...circumstancesOf(call),
    });
    call.refuse(problem);
  }
}

/** What a function was given and made of it, for its owner, who wants that kept. */
function recordingOf(call: Call, outcome: Outcome): Recording {
  const { request, invocationId } = call;
  const { name, version } = call.function;
  const { payload, payloadKind, contentType = 'application/json' } = request;
  const common = {
    invocationId,
    function: name,
    version,
    recordedAtMs: call.acceptedAtMs,
    payload: { contentType, bytes: payload.byteLength, content: payload },
    payloadKind,
    status: outcome.status,
  };
  if (outcome.status !== 'succeeded') {
    const { type, message } = outcome.error;
    return { ...common, errorType: type, errorMessage: message.slice(0, MAX_MESSAGE) };
  }
  // Of what was streamed to the caller, nothing is left here.
  if (call.resultBytes > 0 && outcome.chunks === undefined) return common;
  const content = outcome.chunks === undefined ? outcome.payload : Buffer.concat([...outcome.chunks, outcome.payload]);
  return { ...common, result: { contentType: outcome.contentType, bytes: content.length, content } };
}

/** The alias that it was called by, if by any. */
function aliasOf({ alias }: Call): { alias: string } | undefined {
  return alias === undefined ? undefined : { alias };
}

/** Which event it was for, if for any. */
function deliveryOf({ request }: Call): Pick<InvocationRecord, 'eventId' | 'lane' | 'attempt'> | undefined {
  return request.delivery;
}

/** By which name, from whom and in which trace it was called, where that is to be said. */
function circumstancesOf({ alias, request }: Call): Partial<InvocationRecord> | undefined {
  const { caller, trace } = request;
  if (trace === undefined && caller === undefined && alias === undefined) return undefined;
  return {
    ...(alias !== undefined && { alias }),
    ...(caller !== undefined && { caller }),
    ...(trace !== undefined && { traceId: trace.traceId, parentSpanId: trace.parentSpanId }),
    ...(trace?.sampled === true && { sampled: true as const }),
  };
}
