import type { InvocationStatus } from '../model/invocation.ts';

/**
 * Append-only records of what happened: invocations, log lines, audit entries.
 *
 * `append` returns at once; records are written in batches within about a second, and a crash of the node loses at most
 * those not yet written. `flush` resolves when everything appended before it can be queried and is on disk. When
 * writers outrun the disk, the newest log lines beyond a bounded backlog are dropped, beyond a larger one records too;
 * all are counted (`dropped`), never silently. Queries see what was appended before them; results come newest first,
 * bounded by `limit` (1 to 1,000, else `invalid_request`), with a cursor to go on. `fromMs` is inclusive, `toMs`
 * exclusive. Invocations are ordered by their id, lines by their time and then by appending; of more than 4,096 lines
 * in one millisecond the rest counts as of the next. Times are kept to the millisecond, durations to the microsecond.
 * After `close`, calls reject with `unavailable` and appending drops.
 */
export interface Journal {
  appendInvocation(record: InvocationRecord): void;
  appendLog(line: LogRecord): void;
  appendAudit(entry: AuditRecord): void;
  flush(): Promise<void>;
  invocation(invocationId: string): Promise<InvocationRecord | undefined>;
  invocations(query: InvocationQuery): Promise<Page<InvocationRecord>>;
  logs(query: LogQuery): Promise<Page<LogRecord>>;
  audit(query: { beforeCursor?: string; limit: number }): Promise<Page<AuditRecord>>;
  /** Calls back with each log line of a function (or of all) as it is appended; the returned function ends it. */
  tail(filter: { function?: string }, onLine: (line: LogRecord) => void): () => void;
  /** Removes what is older than `maxAgeMs` and the oldest beyond `maxBytes`; returns how many records went. */
  retain(limits: { maxAgeMs: number; maxBytes: number }): Promise<number>;
  /** What is kept now, its size on disk, and how many records were dropped since the start. */
  stats(): Promise<{ invocations: number; logLines: number; bytes: number; dropped: number }>;
}

export interface InvocationRecord {
  /** A UUID version 7 of when it was accepted (`newId`), which must be within a minute of `startedAtMs`. */
  readonly invocationId: string;
  readonly function: string;
  readonly version: number;
  readonly door: string;
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
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogRecord {
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

export interface AuditRecord {
  readonly timeMs: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface InvocationQuery {
  readonly function?: string;
  readonly status?: InvocationStatus;
  readonly coldStart?: boolean;
  readonly minDurationMs?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  /** At most 1,000. */
  readonly limit: number;
}

export interface LogQuery {
  readonly function?: string;
  readonly invocationId?: string;
  /** This level and graver ones. */
  readonly minLevel?: LogLevel;
  /** Lines that contain this text, ignoring case. */
  readonly text?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  /** Pass as `cursor` for the next, older page; absent on the last one. */
  readonly cursor?: string;
}
