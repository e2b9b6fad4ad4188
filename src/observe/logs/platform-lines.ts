import { traceIdOf } from '../../model/trace.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import { type InvocationRecord, type LogLevel, type LogRecord, levelOfEnd } from '../../store/journal.ts';

/** Which of the platform's lines are shown beside a function's own: `failures` is the END of each invocation that did not succeed. */
export const PLATFORM_LINES = ['none', 'all', 'report', 'failures'] as const;
export type PlatformLines = (typeof PLATFORM_LINES)[number];

/**
 * What the platform has to say of an invocation, made of its record whenever somebody looks: `START`, `END` and `REPORT`. Nothing of
 * it is written while functions run. One that never ran has an END only.
 */
export function platformLines(record: InvocationRecord, wanted: PlatformLines = 'all'): LogRecord[] {
  if (wanted === 'none' || (wanted === 'failures' && record.status === 'succeeded')) return [];
  const { invocationId, startedAtMs, queuedMs, durationMs } = record;
  const ran = record.status !== 'rejected';
  const startMs = Math.floor(startedAtMs + queuedMs);
  // Its start is a whole millisecond that had begun: what was printed just before the end may be of the next one.
  const endMs = Math.ceil(startedAtMs + queuedMs + durationMs);
  const line = (timeMs: number, level: LogLevel, text: string): LogRecord => ({
    timeMs,
    function: record.function,
    version: record.version,
    invocationId,
    sandboxId: record.sandboxId,
    stream: 'platform',
    level,
    text,
  });
  const report = line(endMs, 'info', reportOf(record));
  if (wanted === 'report') return ran ? [report] : [];
  const end = line(endMs, levelOfEnd(record.status), `END ${invocationId} ${outcomeOf(record)}`);
  if (wanted === 'failures') return [end];
  return ran ? [line(startMs, 'info', startOf(record)), end, report] : [end];
}

/** Which of an invocation's lines this is, in the order in which they are read; its own lines come after the first. */
export function placeOf(line: LogRecord): number {
  if (line.stream !== 'platform') return 1;
  if (line.text.startsWith('START ')) return 0;
  return line.text.startsWith('END ') ? 2 : 3;
}

/** What callers come by, in words of people; others are called as they are. */
const DOORS: Readonly<Record<string, string>> = { native: 'API', http: 'HTTP' };

function startOf({ invocationId, version, alias, door, caller, lane, eventId, attempt }: InvocationRecord): string {
  const parts = [alias === undefined ? `version ${version}` : `version ${version} (${alias})`];
  if (lane === undefined) parts.push(`by ${DOORS[door] ?? door}`);
  else parts.push(lane === 'direct' ? `event ${eventId}` : `trigger ${lane}, event ${eventId}`);
  if (caller !== undefined) parts.push(`called by ${caller}`);
  if (attempt !== undefined && attempt > 1) parts.push(`attempt ${attempt}`);
  return `START ${invocationId} ${parts.join(', ')}`;
}

function outcomeOf({ status, reason, errorType, errorMessage }: InvocationRecord): string {
  const what = reason === undefined ? status : `${status} (${reason})`;
  if (errorMessage === undefined) return what;
  const message = errorMessage.replace(/\s+/g, ' ').slice(0, 500);
  return errorType === undefined || errorType === reason ? `${what}: ${message}` : `${what}: ${errorType}: ${message}`;
}

function reportOf(record: InvocationRecord): string {
  const { durationMs, queuedMs, coldStart, memoryMb, peakMemoryBytes } = record;
  const parts = [`duration ${ms(durationMs)}`, `billed ${Math.ceil(durationMs)} ms`];
  const used = peakMemoryBytes === undefined ? undefined : Math.ceil(peakMemoryBytes / BYTES_PER_MB);
  if (memoryMb !== undefined)
    parts.push(used === undefined ? `memory ${memoryMb} MB` : `memory ${used} of ${memoryMb} MB`);
  if (queuedMs >= 1) parts.push(`waited ${ms(queuedMs)}`);
  if (coldStart) parts.push(coldStartOf(record));
  const traceId = record.traceId ?? traceIdOf(record.invocationId);
  return `REPORT ${record.invocationId} ${parts.join(', ')}, trace ${traceId}`;
}

function coldStartOf({ startMs, placeMs, loadMs }: InvocationRecord): string {
  const phases = [
    ...(startMs === undefined ? [] : [startMs === 0 ? 'prewarmed' : `sandbox ${ms(startMs)}`]),
    ...(placeMs === undefined ? [] : [`code ${ms(placeMs)}`]),
    ...(loadMs === undefined ? [] : [`load ${ms(loadMs)}`]),
  ];
  return phases.length === 0 ? 'cold start' : `cold start (${phases.join(', ')})`;
}

function ms(value: number): string {
  return `${Number(value.toFixed(value < 10 ? 2 : 1))} ms`;
}
