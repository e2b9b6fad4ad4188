import { parentOfRecord, phaseSpanId, spanIdOf, traceOfRecord } from '../../model/trace.ts';
import type { InvocationRecord, SpanRecord } from '../../store/journal.ts';

/** Phases of an invocation, by the digit that their spans' ids begin with. */
const PHASES = { wait: 1, start: 2, place: 3, load: 4, run: 5 } as const;
type Phase = keyof typeof PHASES;

const NAMES: Readonly<Record<Phase, string>> = {
  wait: 'queue',
  start: 'cold start: sandbox',
  place: 'cold start: code',
  load: 'cold start: load',
  run: 'run',
};

/** How long an invocation took for whoever waited for it, in milliseconds. */
export function wholeMs({ queuedMs, durationMs }: Pick<InvocationRecord, 'queuedMs' | 'durationMs'>): number {
  return queuedMs + durationMs;
}

/** The span of an invocation itself, from its acceptance by a door to its end; all of it follows from its record. */
export function spanOfRun(record: InvocationRecord): SpanRecord {
  const { invocationId, door, version, status, coldStart, alias, lane, eventId, attempt, caller, reason } = record;
  const parentSpanId = parentOfRecord(record);
  return {
    traceId: traceOfRecord(record),
    spanId: spanIdOf(invocationId),
    ...(parentSpanId !== undefined && { parentSpanId }),
    invocationId,
    function: record.function,
    name: record.function,
    kind: eventId === undefined ? 'server' : 'consumer',
    startedAtMs: record.startedAtMs,
    durationMs: wholeMs(record),
    ...(status !== 'succeeded' && { error: errorOf(record) }),
    attributes: {
      door,
      version,
      status,
      coldStart,
      ...(reason !== undefined && { reason }),
      ...(alias !== undefined && { alias }),
      ...(caller !== undefined && { caller }),
      ...(lane !== undefined && { trigger: lane }),
      ...(eventId !== undefined && { eventId }),
      ...(attempt !== undefined && { attempt }),
      ...(record.memoryMb !== undefined && { memoryMb: record.memoryMb }),
      ...(record.peakMemoryBytes !== undefined && { peakMemoryBytes: record.peakMemoryBytes }),
      payloadBytes: record.payloadBytes,
      resultBytes: record.resultBytes,
    },
  };
}

/**
 * The phases of an invocation, in order: it waited in the queue, a cold start made its sandbox, brought the code there and
 * loaded it, and it ran. Phases that did not happen are absent. Of a start that had begun before the call came, only what
 * the call waited for counts.
 */
export function phasesOfRun(record: InvocationRecord): SpanRecord[] {
  const { startedAtMs, queuedMs, durationMs, invocationId } = record;
  const spanId = spanIdOf(invocationId);
  const traceId = traceOfRecord(record);
  const phase = (which: Phase, fromMs: number, ms: number, error?: string): SpanRecord => ({
    traceId,
    spanId: phaseSpanId(spanId, PHASES[which]),
    parentSpanId: spanId,
    invocationId,
    function: record.function,
    name: NAMES[which],
    kind: 'internal',
    startedAtMs: fromMs,
    durationMs: ms,
    ...(error !== undefined && { error }),
    attributes: {},
  });
  const runsAtMs = startedAtMs + queuedMs;
  const spans: SpanRecord[] = [];
  let endMs = runsAtMs;
  for (const [which, ms = 0] of [
    ['load', record.loadMs],
    ['place', record.placeMs],
    ['start', record.startMs],
  ] as const) {
    const took = Math.min(ms, endMs - startedAtMs);
    if (took <= 0) continue;
    endMs -= took;
    spans.unshift(phase(which, endMs, took));
  }
  if (endMs - startedAtMs > 0) spans.unshift(phase('wait', startedAtMs, endMs - startedAtMs));
  if (record.sandboxId !== '')
    spans.push(phase('run', runsAtMs, durationMs, record.status === 'succeeded' ? undefined : errorOf(record)));
  return spans;
}

function errorOf({ status, errorType, errorMessage }: InvocationRecord): string {
  if (errorType === undefined || errorType === '') return status;
  return errorMessage === undefined || errorMessage === '' ? errorType : `${errorType}: ${errorMessage}`;
}
