import type { InvocationStatus } from '../model/invocation.ts';
import type { LogCondition } from '../model/log-condition.ts';

/**
 * Append-only records of what happened: invocations, log lines, spans, events.
 *
 * `append` returns at once; records are written in batches within about a second, and a crash of the node loses at most
 * those not yet written. `flush` resolves when everything appended before it can be queried and is on disk. When
 * writers outrun the disk, the newest log lines and spans beyond a bounded backlog are dropped, beyond a larger one records too;
 * all are counted (`dropped`), never silently. Queries see what was appended before them; results come newest first,
 * bounded by `limit` (1 to 1,000, else `invalid_request`), with a cursor to go on; a page of much text has fewer. `fromMs` is
 * inclusive, `toMs` exclusive. Invocations are ordered by their id, lines, events and spans by their time and then by appending; of more than
 * 4,096 of them in one millisecond the rest counts as of the next. Times are kept to the millisecond, durations to the microsecond.
 * A log line that is a JSON object which says how grave it is has that level. A line that claims an earlier time than the one
 * before it in its stream, by up to a minute, gets that one's: a clock that is set back a little does not mix up what was printed.
 * After `close`, calls reject with `unavailable` and appending drops.
 */
export interface Journal {
  appendInvocation(record: InvocationRecord): void;
  appendLog(line: LogRecord): void;
  appendEvent(record: EventRecord): void;
  appendSpan(record: SpanRecord): void;
  flush(): Promise<void>;
  invocation(invocationId: string): Promise<InvocationRecord | undefined>;
  invocations(query: InvocationQuery): Promise<Page<InvocationRecord>>;
  /**
   * Log lines that match. A search that must look at many lines stops after `maxRows` of them, or some seconds, and says so
   * (`searched.complete`): its cursor goes on from there, also where nothing was found yet.
   */
  logs(query: LogQuery): Promise<LogPage>;
  /**
   * How many log lines match, by level, in equal parts of the time from `fromMs` to `toMs` (1 to 500 of them, else
   * `invalid_request`). The newest are counted first; what would take longer than about a second ends early, and says back to when it counted.
   */
  logCounts(query: LogCountQuery): Promise<LogCounts>;
  /** The streams of log lines, one a sandbox, that which was written to last first. */
  logStreams(query: LogStreamQuery): Promise<Page<LogStream>>;
  /** Events by their end, newest first; an event has one record for each time it came to an end (a redriven one again). */
  events(query: EventQuery): Promise<Page<EventRecord>>;
  /** What happened within a trace or an invocation: at most `limit` (1 to 10,000) of its spans, in order of their start. */
  spans(of: { traceId: string } | { invocationId: string }, limit: number): Promise<SpanRecord[]>;
  /** Calls back with each log line of a function (or of all) as it is appended, and with each invocation; the returned function ends it. */
  tail(
    filter: { function?: string },
    onLine: (line: LogRecord) => void,
    onInvocation?: (record: InvocationRecord) => void,
  ): () => void;
  /**
   * Removes what is older than `maxAgeMs` and the oldest beyond `maxBytes`; returns how many records went. Log lines of the
   * functions that `logMaxAgeMs` names are kept as long as it says instead.
   */
  retain(limits: RetentionLimits): Promise<number>;
  /** What is kept now, its size on disk, and how many records were dropped since the start. */
  stats(): Promise<{ invocations: number; logLines: number; bytes: number; dropped: number }>;
}

export interface InvocationRecord {
  /** A UUID version 7 of when it was accepted (`newId`), which must be within a minute of `startedAtMs`. */
  readonly invocationId: string;
  readonly function: string;
  readonly version: number;
  readonly door: string;
  /** Of an invocation that delivers events: the (first) event, the lane (a trigger's name, or `direct`), and which attempt this is, from 1. */
  readonly eventId?: string;
  readonly lane?: string;
  readonly attempt?: number;
  readonly status: InvocationStatus;
  /** Where it failed: a `FailureReason`, or the code of the problem that refused it; and the error's type and message (bounded). */
  readonly reason?: string;
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly errorStack?: string;
  /** When it was accepted, in milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly queuedMs: number;
  readonly durationMs: number;
  readonly coldStart: boolean;
  readonly sandboxId: string;
  readonly payloadBytes: number;
  readonly resultBytes: number;
  /** The alias by which it was called, where it was. */
  readonly alias?: string;
  /** The function that called it, where one did. */
  readonly caller?: string;
  /** The trace that it came in and the span that caused it; absent where it began its own (see `model/trace.ts`). */
  readonly traceId?: string;
  readonly parentSpanId?: string;
  /** Whoever began that trace wants it kept. Observers hear of it; it is not stored. */
  readonly sampled?: true;
  /** Memory that it was given, and the most that its sandbox took while it ran, where that is known. */
  readonly memoryMb?: number;
  readonly peakMemoryBytes?: number;
  /** Of a cold start, its phases in order, in milliseconds: a sandbox is made and boots (0 for a prewarmed one), gets the code, loads it. */
  readonly startMs?: number;
  readonly placeMs?: number;
  readonly loadMs?: number;
}

/** How one event ended. */
export interface EventRecord {
  /** A UUID version 7 of when it was accepted. */
  readonly eventId: string;
  readonly function: string;
  /** A trigger's name, or `direct`. */
  readonly lane: string;
  readonly state: 'delivered' | 'dead' | 'expired' | 'dropped';
  readonly attempts: number;
  readonly acceptedAtMs: number;
  readonly endedAtMs: number;
  /** The last run of it. */
  readonly invocationId?: string;
  /** Why it was not delivered: the failure's word and message, or who dropped it. */
  readonly reason?: string;
  readonly message?: string;
  /** The CloudEvent's `source` and `id`, where it has them. */
  readonly source?: string;
  readonly sourceId?: string;
}

export interface EventQuery {
  readonly function?: string;
  readonly lane?: string;
  readonly state?: EventRecord['state'];
  readonly eventId?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  readonly limit: number;
}

/** A piece of work within a trace; see `model/trace.ts`. An invocation's own span is none of these: its record tells of it. */
export interface SpanRecord {
  /** 32 and 16 lower-case hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** The invocation that it was a part of, and its function. */
  readonly invocationId?: string;
  readonly function?: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** In milliseconds since the Unix epoch, to the microsecond. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Why it failed, where it did. */
  readonly error?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Grows only at its end: stores keep the place. */
export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
type SpanKind = (typeof SPAN_KINDS)[number];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How grave it is that an invocation ended so; what was refused or taken back is no fault of its function. */
export function levelOfEnd(status: InvocationStatus): LogLevel {
  if (status === 'succeeded') return 'info';
  return status === 'rejected' || status === 'cancelled' ? 'warn' : 'error';
}

export interface LogRecord {
  /** Where it is in the journal; lines that a query gives have one, which also is a cursor. */
  readonly id?: string;
  readonly timeMs: number;
  readonly function: string;
  readonly version: number;
  /** Absent for a line that belongs to no invocation, such as one printed while loading. */
  readonly invocationId?: string;
  readonly sandboxId: string;
  readonly stream: 'stdout' | 'stderr' | 'platform';
  readonly level: LogLevel;
  readonly text: string;
}

/** One sandbox's log: its lines are in the order in which they were printed. */
export interface LogStream {
  readonly sandboxId: string;
  readonly function: string;
  readonly version: number;
  /** When the first and the last line that are kept were printed, or an invocation began. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lines: number;
  /** Invocations that it ran, kept or not. */
  readonly invocations: number;
}

export interface RetentionLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly logMaxAgeMs?: Readonly<Record<string, number>>;
}

export interface InvocationQuery {
  readonly eventId?: string;
  readonly lane?: string;
  readonly function?: string;
  /** Only those of these functions, however many they are. */
  readonly among?: readonly string[];
  readonly version?: number;
  readonly alias?: string;
  /** The function that called. */
  readonly caller?: string;
  /** Those that came in this trace, and the one that began it. */
  readonly traceId?: string;
  readonly status?: InvocationStatus;
  /** Any status but `succeeded`. */
  readonly unsuccessful?: true;
  readonly sandboxId?: string;
  readonly coldStart?: boolean;
  readonly minDurationMs?: number;
  /** Those that ended then or later. */
  readonly endedFromMs?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  /** At most 1,000. */
  readonly limit: number;
}

export interface LogQuery {
  /** One function, or at most 50. */
  readonly function?: string | readonly string[];
  /** Only lines of these functions, however many they are: where there are more than `function` takes. */
  readonly among?: readonly string[];
  readonly version?: number;
  readonly invocationId?: string;
  /** Lines of every invocation of this trace. */
  readonly traceId?: string;
  /** One stream. */
  readonly sandboxId?: string;
  /** This level and graver ones. */
  readonly minLevel?: LogLevel;
  /** Lines that contain this text, ignoring case. */
  readonly text?: string;
  /** Lines that are JSON objects whose fields are so; see `model/log-condition.ts`. */
  readonly where?: LogCondition;
  /** So many lines (at most 50) of the same stream before and after each line that is found; `limit` is then at most 200. */
  readonly context?: number;
  /** Default: newest. */
  readonly first?: 'newest' | 'oldest';
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  /** At most 1,000; a page has fewer, and a cursor, where lines are long. */
  readonly limit: number;
  /** The most lines to look at, instead of two million. */
  readonly maxRows?: number;
}

/** Which lines are counted: as a query finds them. */
export interface LogCountQuery
  extends Pick<
    LogQuery,
    | 'function'
    | 'among'
    | 'version'
    | 'invocationId'
    | 'traceId'
    | 'sandboxId'
    | 'minLevel'
    | 'text'
    | 'where'
    | 'maxRows'
  > {
  /** The ends of invocations that did not succeed are counted, too: unless `text`, `where`, `invocationId` or `traceId` say what is meant. */
  readonly failures?: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly parts: number;
}

export interface LogCounts {
  /** Only what there is any of; `part` is from 0. */
  readonly counts: readonly { readonly part: number; readonly level: LogLevel; readonly lines: number }[];
  /** What is older was not counted; absent where all was. */
  readonly countedFromMs?: number;
}

/** A line that was found, with what stands before and after it where that was asked for, both oldest first. */
export interface LogHit extends LogRecord {
  readonly before?: readonly LogRecord[];
  readonly after?: readonly LogRecord[];
}

export interface LogPage extends Page<LogHit> {
  /** Where lines had to be looked at one by one: the time that was looked at, and how many they were. */
  readonly searched?: {
    readonly fromMs?: number;
    readonly toMs?: number;
    readonly lines: number;
    /** False where it was too much at once; go on with the cursor. */
    readonly complete: boolean;
  };
}

export interface LogStreamQuery {
  readonly function?: string;
  /** Only streams of these functions, however many they are. */
  readonly among?: readonly string[];
  /** Those whose sandbox's id begins so. */
  readonly prefix?: string;
  /** Those that were written to since. */
  readonly fromMs?: number;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  /** Pass as `cursor` for the next, older page; absent on the last one. */
  readonly cursor?: string;
}
