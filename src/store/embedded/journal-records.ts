import { formatId } from '../../model/id.ts';
import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import {
  type EventRecord,
  type InvocationRecord,
  LOG_LEVELS,
  type LogRecord,
  type LogStream,
  SPAN_KINDS,
  type SpanRecord,
} from '../journal.ts';
import { EVENT_STATES, STREAMS, timeOfKey } from './journal-row.ts';

/** Rows as queries read them, and the records that they stand for. */
export interface InvocationRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly function_name: string;
  readonly version: number;
  readonly door: string;
  readonly status: number;
  readonly started_offset_ms: number;
  readonly queued_us: number;
  readonly duration_us: number;
  readonly cold_start: number;
  readonly sandbox: string;
  readonly payload_bytes: number;
  readonly result_bytes: number;
  readonly error: string | null;
  readonly event: Uint8Array | null;
  readonly lane: string | null;
  readonly attempt: number | null;
  readonly memory_mb: number | null;
  readonly peak_bytes: number | null;
  readonly alias: string | null;
  readonly caller_name: string | null;
  readonly trace: Uint8Array | null;
  readonly parent_span: Uint8Array | null;
  readonly start_us: number | null;
  readonly place_us: number | null;
  readonly load_us: number | null;
}

export interface LogRow {
  readonly key: number;
  readonly function: number;
  readonly function_name: string;
  readonly version: number;
  readonly invocation: Uint8Array | null;
  readonly sandbox: string;
  readonly stream: number;
  readonly level: number;
  readonly text: string;
}

interface EventRow {
  readonly key: number;
  readonly id: Uint8Array;
  readonly function_name: string;
  readonly lane: string;
  readonly state: number;
  readonly attempts: number;
  readonly accepted_ms: number;
  readonly invocation: Uint8Array | null;
  readonly details: string | null;
}

export interface SpanRow {
  readonly key: number;
  readonly trace: Uint8Array;
  readonly span: Uint8Array;
  readonly parent: Uint8Array | null;
  readonly invocation: Uint8Array | null;
  readonly function: string | null;
  readonly name: string;
  readonly kind: number;
  readonly start_us: number;
  readonly duration_us: number;
  readonly details: string | null;
}

export function invocationOf(row: InvocationRow): InvocationRecord {
  return {
    invocationId: formatId(Buffer.from(row.id)),
    function: row.function_name,
    version: row.version,
    door: row.door,
    ...(row.event === null ? {} : { eventId: formatId(Buffer.from(row.event)) }),
    ...(row.lane === null ? {} : { lane: row.lane }),
    ...(row.attempt === null ? {} : { attempt: row.attempt }),
    status: INVOCATION_STATUSES[row.status]!,
    ...(row.error === null ? {} : (JSON.parse(row.error) as object)),
    startedAtMs: timeOfKey(row.key) + row.started_offset_ms,
    queuedMs: row.queued_us / 1000,
    durationMs: row.duration_us / 1000,
    coldStart: row.cold_start === 1,
    sandboxId: row.sandbox,
    payloadBytes: row.payload_bytes,
    resultBytes: row.result_bytes,
    ...(row.alias === null ? {} : { alias: row.alias }),
    ...(row.caller_name === null ? {} : { caller: row.caller_name }),
    ...(row.trace === null ? {} : { traceId: hex(row.trace) }),
    ...(row.parent_span === null ? {} : { parentSpanId: hex(row.parent_span) }),
    ...(row.memory_mb === null ? {} : { memoryMb: row.memory_mb }),
    ...(row.peak_bytes === null ? {} : { peakMemoryBytes: row.peak_bytes }),
    ...(row.start_us === null ? {} : { startMs: row.start_us / 1000 }),
    ...(row.place_us === null ? {} : { placeMs: row.place_us / 1000 }),
    ...(row.load_us === null ? {} : { loadMs: row.load_us / 1000 }),
  };
}

export function logOf(row: LogRow): LogRecord {
  return {
    id: String(row.key),
    timeMs: timeOfKey(row.key),
    function: row.function_name,
    version: row.version,
    ...(row.invocation === null ? {} : { invocationId: formatId(Buffer.from(row.invocation)) }),
    sandboxId: row.sandbox,
    stream: STREAMS[row.stream]!,
    level: LOG_LEVELS[row.level]!,
    text: row.text,
  };
}

export interface StreamRow {
  readonly sandbox: string;
  readonly function_name: string;
  readonly version: number;
  readonly first: number;
  readonly last: number;
  readonly lines: number;
  readonly invocations: number;
}

export function streamOf(row: StreamRow): LogStream {
  return {
    sandboxId: row.sandbox,
    function: row.function_name,
    version: row.version,
    firstMs: timeOfKey(row.first),
    lastMs: timeOfKey(row.last),
    lines: row.lines,
    invocations: row.invocations,
  };
}

export function eventOf(row: EventRow): EventRecord {
  return {
    eventId: formatId(Buffer.from(row.id)),
    function: row.function_name,
    lane: row.lane,
    state: EVENT_STATES[row.state]!,
    attempts: row.attempts,
    acceptedAtMs: row.accepted_ms,
    endedAtMs: timeOfKey(row.key),
    ...(row.invocation === null ? {} : { invocationId: formatId(Buffer.from(row.invocation)) }),
    ...(row.details === null ? {} : (JSON.parse(row.details) as object)),
  };
}

export function spanOf(row: SpanRow): SpanRecord {
  return {
    traceId: hex(row.trace),
    spanId: hex(row.span),
    ...(row.parent === null ? {} : { parentSpanId: hex(row.parent) }),
    ...(row.invocation === null ? {} : { invocationId: formatId(Buffer.from(row.invocation)) }),
    ...(row.function === null ? {} : { function: row.function }),
    name: row.name,
    kind: SPAN_KINDS[row.kind]!,
    startedAtMs: timeOfKey(row.key) + row.start_us / 1000,
    durationMs: row.duration_us / 1000,
    attributes: {},
    ...(row.details === null ? {} : (JSON.parse(row.details) as object)),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
