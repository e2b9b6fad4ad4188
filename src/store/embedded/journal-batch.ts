import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import {
  type EventRecord,
  type InvocationRecord,
  LOG_LEVELS,
  type LogRecord,
  SPAN_KINDS,
  type SpanRecord,
} from '../journal.ts';
import { EVENT_STATES, STREAMS } from './journal-row.ts';

/**
 * Records on their way to the journal's thread. They are packed as they are appended: numbers into one array that moves to
 * the other thread without a copy, texts that repeat as numbers into `names`, other texts in order. That costs the
 * gateway's thread a fraction of what handing over objects does, and leaves nothing for its garbage collector to trace.
 */
export interface JournalBatch {
  readonly names: readonly string[];
  readonly invocations: Packed;
  readonly logs: Packed;
  readonly events: Packed;
  readonly spans: Packed;
}

/** Rows of equally many numbers, and the texts that belong to them, in order of rows. */
export interface Packed {
  readonly rows: number;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

/** One invocation as it is unpacked; the same object serves for each. */
export interface UnpackedInvocation {
  id: string;
  function: string;
  version: number;
  door: string;
  status: number;
  startedAtMs: number;
  queuedMs: number;
  durationMs: number;
  coldStart: number;
  sandboxId: string;
  payloadBytes: number;
  resultBytes: number;
  /** Null, as those after it, where it delivers no event. */
  eventId: string | null;
  lane: string | null;
  attempt: number | null;
  /** JSON of the record's reason, and of its error's type, message and stack; null where it has neither. */
  error: string | null;
  alias: string | null;
  caller: string | null;
  traceId: string | null;
  parentSpanId: string | null;
  memoryMb: number | null;
  peakMemoryBytes: number | null;
  startMs: number | null;
  placeMs: number | null;
  loadMs: number | null;
}

export interface UnpackedLog {
  timeMs: number;
  function: string;
  version: number;
  sandboxId: string;
  stream: number;
  level: number;
  invocationId: string | null;
  text: string;
}

export interface UnpackedEvent {
  id: string;
  function: string;
  lane: string;
  state: number;
  attempts: number;
  acceptedAtMs: number;
  endedAtMs: number;
  invocationId: string | null;
  /** JSON of its reason, message, source and source's id; null where it has none. */
  details: string | null;
}

export interface UnpackedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  invocationId: string | null;
  function: string | null;
  name: string;
  kind: number;
  startedAtMs: number;
  durationMs: number;
  /** JSON of its error and attributes; null where it has neither. */
  details: string | null;
}

const INVOCATION_NUMBERS = 24;
const LOG_NUMBERS = 7;
const EVENT_NUMBERS = 8;
const SPAN_NUMBERS = 8;
/** Stands for a number that is not there. */
const NONE = -1;
const LEAST_ROWS = 64;
/** What a record costs while it waits, besides its texts. */
const RECORD_BYTES = 200;

const STATUS_INDEX = new Map(INVOCATION_STATUSES.map((status, index) => [status, index]));
const STREAM_INDEX = new Map(STREAMS.map((stream, index) => [stream, index]));
const EVENT_STATE_INDEX = new Map(EVENT_STATES.map((state, index) => [state, index]));
const SPAN_KIND_INDEX = new Map(SPAN_KINDS.map((kind, index) => [kind, index]));
const LEVEL_INDEX = new Map(LOG_LEVELS.map((level, index) => [level, index]));

class Packer {
  rows = 0;
  numbers: Float64Array<ArrayBuffer>;
  texts: string[] = [];
  private readonly width: number;

  constructor(width: number, expectedRows: number) {
    this.width = width;
    this.numbers = new Float64Array(width * Math.max(LEAST_ROWS, expectedRows));
  }

  /** Makes room for one more row and returns where its numbers begin. */
  next(): number {
    const start = this.rows++ * this.width;
    if (start + this.width > this.numbers.length) {
      const larger = new Float64Array(this.numbers.length * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    return start;
  }

  packed(): Packed {
    return { rows: this.rows, numbers: this.numbers, texts: this.texts };
  }
}

export class BatchWriter {
  /** About what this batch holds in memory. */
  bytes = 0;
  private readonly names = new Map<string, number>();
  private readonly invocations: Packer;
  private readonly logs: Packer;
  private readonly events: Packer;
  private readonly spans: Packer;

  /** `previous` is the last batch, which tells how much room to make. */
  constructor(previous?: BatchWriter) {
    this.invocations = new Packer(INVOCATION_NUMBERS, previous?.invocations.rows ?? 0);
    this.logs = new Packer(LOG_NUMBERS, previous?.logs.rows ?? 0);
    this.events = new Packer(EVENT_NUMBERS, previous?.events.rows ?? 0);
    this.spans = new Packer(SPAN_NUMBERS, previous?.spans.rows ?? 0);
  }

  get rows(): number {
    return this.invocations.rows + this.logs.rows + this.events.rows + this.spans.rows;
  }

  addInvocation(record: InvocationRecord): void {
    let at = this.invocations.next();
    const { numbers, texts } = this.invocations;
    const failed = record.errorType !== undefined || record.reason !== undefined || record.errorMessage !== undefined;
    numbers[at++] = this.name(record.function);
    numbers[at++] = record.version;
    numbers[at++] = this.name(record.door);
    numbers[at++] = STATUS_INDEX.get(record.status)!;
    numbers[at++] = record.startedAtMs;
    numbers[at++] = record.queuedMs;
    numbers[at++] = record.durationMs;
    numbers[at++] = record.coldStart ? 1 : 0;
    numbers[at++] = this.name(record.sandboxId);
    numbers[at++] = record.payloadBytes;
    numbers[at++] = record.resultBytes;
    numbers[at++] = record.eventId === undefined ? 0 : 1;
    numbers[at++] = record.lane === undefined ? NONE : this.name(record.lane);
    numbers[at++] = record.attempt ?? NONE;
    numbers[at++] = record.alias === undefined ? NONE : this.name(record.alias);
    numbers[at++] = record.caller === undefined ? NONE : this.name(record.caller);
    numbers[at++] = record.traceId === undefined ? 0 : 1;
    numbers[at++] = record.parentSpanId === undefined ? 0 : 1;
    numbers[at++] = record.memoryMb ?? NONE;
    numbers[at++] = record.peakMemoryBytes ?? NONE;
    numbers[at++] = record.startMs ?? NONE;
    numbers[at++] = record.placeMs ?? NONE;
    numbers[at++] = record.loadMs ?? NONE;
    numbers[at] = failed ? 1 : 0;
    texts.push(record.invocationId);
    if (record.eventId !== undefined) texts.push(record.eventId);
    if (record.traceId !== undefined) texts.push(record.traceId);
    if (record.parentSpanId !== undefined) texts.push(record.parentSpanId);
    this.bytes += RECORD_BYTES;
    if (!failed) return;
    const { reason, errorType, errorMessage, errorStack } = record;
    const error = JSON.stringify({ reason, errorType, errorMessage, errorStack });
    texts.push(error);
    this.bytes += error.length;
  }

  addLog(line: LogRecord): void {
    let at = this.logs.next();
    const { numbers, texts } = this.logs;
    numbers[at++] = line.timeMs;
    numbers[at++] = this.name(line.function);
    numbers[at++] = line.version;
    numbers[at++] = this.name(line.sandboxId);
    numbers[at++] = STREAM_INDEX.get(line.stream)!;
    numbers[at++] = LEVEL_INDEX.get(line.level)!;
    numbers[at] = line.invocationId === undefined ? 0 : 1;
    texts.push(line.text);
    if (line.invocationId !== undefined) texts.push(line.invocationId);
    this.bytes += RECORD_BYTES + line.text.length;
  }

  addEvent(record: EventRecord): void {
    let at = this.events.next();
    const { numbers, texts } = this.events;
    const { reason, message, source, sourceId } = record;
    const details = [reason, message, source, sourceId].some((text) => text !== undefined)
      ? JSON.stringify({ reason, message, source, sourceId })
      : undefined;
    numbers[at++] = this.name(record.function);
    numbers[at++] = this.name(record.lane);
    numbers[at++] = EVENT_STATE_INDEX.get(record.state)!;
    numbers[at++] = record.attempts;
    numbers[at++] = record.acceptedAtMs;
    numbers[at++] = record.endedAtMs;
    numbers[at++] = record.invocationId === undefined ? 0 : 1;
    numbers[at] = details === undefined ? 0 : 1;
    texts.push(record.eventId);
    if (record.invocationId !== undefined) texts.push(record.invocationId);
    if (details !== undefined) texts.push(details);
    this.bytes += RECORD_BYTES + (details?.length ?? 0);
  }

  addSpan(record: SpanRecord): void {
    let at = this.spans.next();
    const { numbers, texts } = this.spans;
    const { error, attributes } = record;
    const details = spanDetails(error, attributes);
    numbers[at++] = this.name(record.name);
    numbers[at++] = record.function === undefined ? NONE : this.name(record.function);
    numbers[at++] = SPAN_KIND_INDEX.get(record.kind)!;
    numbers[at++] = record.startedAtMs;
    numbers[at++] = record.durationMs;
    numbers[at++] = record.parentSpanId === undefined ? 0 : 1;
    numbers[at++] = record.invocationId === undefined ? 0 : 1;
    numbers[at] = details === undefined ? 0 : 1;
    texts.push(record.traceId, record.spanId);
    if (record.parentSpanId !== undefined) texts.push(record.parentSpanId);
    if (record.invocationId !== undefined) texts.push(record.invocationId);
    if (details !== undefined) texts.push(details);
    this.bytes += RECORD_BYTES + record.name.length + (details?.length ?? 0);
  }

  /** The batch; nothing may be added after. */
  finish(): { batch: JournalBatch; transfer: ArrayBuffer[] } {
    const batch = {
      names: [...this.names.keys()],
      invocations: this.invocations.packed(),
      logs: this.logs.packed(),
      events: this.events.packed(),
      spans: this.spans.packed(),
    };
    const { invocations, logs, events, spans } = batch;
    return { batch, transfer: [invocations, logs, events, spans].map((packed) => packed.numbers.buffer) };
  }

  private name(text: string): number {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    this.names.set(text, this.names.size);
    return this.names.size - 1;
  }
}

function spanDetails(error: string | undefined, attributes: SpanRecord['attributes']): string | undefined {
  let some = error !== undefined;
  for (const _ in attributes) some = true;
  return some ? JSON.stringify({ error, attributes }) : undefined;
}

/** Calls back with each invocation of a batch, in order; the object is valid during the call. */
export function unpackInvocations(batch: JournalBatch, each: (invocation: UnpackedInvocation) => void): void {
  const { names } = batch;
  const { rows, numbers, texts } = batch.invocations;
  const unpacked = {} as UnpackedInvocation;
  let at = 0;
  let text = 0;
  for (let row = 0; row < rows; row++) {
    unpacked.function = names[numbers[at++]!]!;
    unpacked.version = numbers[at++]!;
    unpacked.door = names[numbers[at++]!]!;
    unpacked.status = numbers[at++]!;
    unpacked.startedAtMs = numbers[at++]!;
    unpacked.queuedMs = numbers[at++]!;
    unpacked.durationMs = numbers[at++]!;
    unpacked.coldStart = numbers[at++]!;
    unpacked.sandboxId = names[numbers[at++]!]!;
    unpacked.payloadBytes = numbers[at++]!;
    unpacked.resultBytes = numbers[at++]!;
    unpacked.id = texts[text++]!;
    unpacked.eventId = numbers[at++] === 1 ? texts[text++]! : null;
    const lane = numbers[at++]!;
    unpacked.lane = lane === NONE ? null : names[lane]!;
    const attempt = numbers[at++]!;
    unpacked.attempt = attempt === NONE ? null : attempt;
    const alias = numbers[at++]!;
    unpacked.alias = alias === NONE ? null : names[alias]!;
    const caller = numbers[at++]!;
    unpacked.caller = caller === NONE ? null : names[caller]!;
    unpacked.traceId = numbers[at++] === 1 ? texts[text++]! : null;
    unpacked.parentSpanId = numbers[at++] === 1 ? texts[text++]! : null;
    unpacked.memoryMb = numberOrNull(numbers[at++]!);
    unpacked.peakMemoryBytes = numberOrNull(numbers[at++]!);
    unpacked.startMs = numberOrNull(numbers[at++]!);
    unpacked.placeMs = numberOrNull(numbers[at++]!);
    unpacked.loadMs = numberOrNull(numbers[at++]!);
    unpacked.error = numbers[at++] === 1 ? texts[text++]! : null;
    each(unpacked);
  }
}

/** Calls back with each log line of a batch, in order; the object is valid during the call. */
export function unpackLogs(batch: JournalBatch, each: (line: UnpackedLog) => void): void {
  const { names } = batch;
  const { rows, numbers, texts } = batch.logs;
  const unpacked = {} as UnpackedLog;
  let at = 0;
  let text = 0;
  for (let row = 0; row < rows; row++) {
    unpacked.timeMs = numbers[at++]!;
    unpacked.function = names[numbers[at++]!]!;
    unpacked.version = numbers[at++]!;
    unpacked.sandboxId = names[numbers[at++]!]!;
    unpacked.stream = numbers[at++]!;
    unpacked.level = numbers[at++]!;
    unpacked.text = texts[text++]!;
    unpacked.invocationId = numbers[at++] === 1 ? texts[text++]! : null;
    each(unpacked);
  }
}

/** Calls back with each event of a batch, in order; the object is valid during the call. */
export function unpackEvents(batch: JournalBatch, each: (event: UnpackedEvent) => void): void {
  const { names } = batch;
  const { rows, numbers, texts } = batch.events;
  const unpacked = {} as UnpackedEvent;
  let at = 0;
  let text = 0;
  for (let row = 0; row < rows; row++) {
    unpacked.function = names[numbers[at++]!]!;
    unpacked.lane = names[numbers[at++]!]!;
    unpacked.state = numbers[at++]!;
    unpacked.attempts = numbers[at++]!;
    unpacked.acceptedAtMs = numbers[at++]!;
    unpacked.endedAtMs = numbers[at++]!;
    unpacked.id = texts[text++]!;
    unpacked.invocationId = numbers[at++] === 1 ? texts[text++]! : null;
    unpacked.details = numbers[at++] === 1 ? texts[text++]! : null;
    each(unpacked);
  }
}

/** Calls back with each span of a batch, in order; the object is valid during the call. */
export function unpackSpans(batch: JournalBatch, each: (span: UnpackedSpan) => void): void {
  const { names } = batch;
  const { rows, numbers, texts } = batch.spans;
  const unpacked = {} as UnpackedSpan;
  let at = 0;
  let text = 0;
  for (let row = 0; row < rows; row++) {
    unpacked.name = names[numbers[at++]!]!;
    const functionName = numbers[at++]!;
    unpacked.function = functionName === NONE ? null : names[functionName]!;
    unpacked.kind = numbers[at++]!;
    unpacked.startedAtMs = numbers[at++]!;
    unpacked.durationMs = numbers[at++]!;
    unpacked.traceId = texts[text++]!;
    unpacked.spanId = texts[text++]!;
    unpacked.parentSpanId = numbers[at++] === 1 ? texts[text++]! : null;
    unpacked.invocationId = numbers[at++] === 1 ? texts[text++]! : null;
    unpacked.details = numbers[at++] === 1 ? texts[text++]! : null;
    each(unpacked);
  }
}

function numberOrNull(packed: number): number | null {
  return packed === NONE ? null : packed;
}
