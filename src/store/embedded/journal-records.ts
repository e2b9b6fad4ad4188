import { formatId } from '../../model/id.ts';
import { INVOCATION_STATUSES } from '../../model/invocation.ts';
import { type AuditRecord, type InvocationRecord, LOG_LEVELS, type LogRecord } from '../journal.ts';
import { STREAMS, timeOfKey } from './journal-row.ts';

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
}

interface LogRow {
  readonly key: number;
  readonly function_name: string;
  readonly version: number;
  readonly invocation: Uint8Array | null;
  readonly sandbox: string;
  readonly stream: number;
  readonly level: number;
  readonly text: string;
}

interface AuditRow {
  readonly key: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: string;
}

export function invocationOf(row: InvocationRow): InvocationRecord {
  return {
    invocationId: formatId(Buffer.from(row.id)),
    function: row.function_name,
    version: row.version,
    door: row.door,
    status: INVOCATION_STATUSES[row.status]!,
    ...(row.error === null ? {} : (JSON.parse(row.error) as object)),
    startedAtMs: timeOfKey(row.key) + row.started_offset_ms,
    queuedMs: row.queued_us / 1000,
    durationMs: row.duration_us / 1000,
    coldStart: row.cold_start === 1,
    sandboxId: row.sandbox,
    payloadBytes: row.payload_bytes,
    resultBytes: row.result_bytes,
  };
}

export function logOf(row: LogRow): LogRecord {
  return {
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

export function auditOf({ key, actor, action, subject, details }: AuditRow): AuditRecord {
  return { timeMs: timeOfKey(key), actor, action, subject, details: JSON.parse(details) };
}
