import { EXIT, Failure } from './failure.ts';

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A size for people: `0 B`, `1.4 KB`, `37 MB` (1 KB = 1,024 B). */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[unit]}`;
}

/** A duration for people: `0.3 ms`, `12 ms`, `1.4 s`, `2 min 05 s`, `3 h 20 min`, `4 d 2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(ms < 0.995 ? 2 : 1).replace(/\.?0+$/, '') || '0'} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long ago something was, in one unit: `now`, `12s`, `5m`, `3h`, `9d`. */
export function formatAge(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** An age in a sentence: `3m ago`. */
export function formatAgo(thenMs: number, nowMs: number): string {
  const age = formatAge(thenMs, nowMs);
  return age === 'now' ? 'just now' : `${age} ago`;
}

/** Local time of day with milliseconds, and the date where it is not today. */
export function formatTime(timeMs: number, nowMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return time.toDateString() === new Date(nowMs).toDateString() ? clock : `${day} ${clock}`;
}

const DURATION_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `500ms`, `30s`, `10m`, `2h`, `7d`; a bare number counts seconds. Throws a usage failure naming `option`. */
export function parseDurationMs(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(text.trim());
  if (match === null) {
    throw new Failure(EXIT.usage, `${option}: "${text}" is no duration: write 500ms, 30s, 10m, 2h or 7d`);
  }
  return Math.round(Number(match[1]) * DURATION_MS[match[2] ?? 's']!);
}

/** Reads `256`, `256m`, `256MB`, `1g` into MiB. Throws a usage failure naming `option`. */
export function parseMemoryMb(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([mg])?(?:i?b)?$/i.exec(text.trim());
  const mb = match === null ? Number.NaN : Number(match[1]) * (match[2]?.toLowerCase() === 'g' ? 1024 : 1);
  if (!Number.isInteger(mb)) {
    throw new Failure(EXIT.usage, `${option}: "${text}" is no memory size: write 256, 256m or 1g`);
  }
  return mb;
}

/** Reads a point in time: a duration before now (`10m`) or an ISO date. Throws a usage failure naming `option`. */
export function parseSinceMs(text: string, option: string, nowMs: number): number {
  if (/^\d+(?:\.\d+)?\s*(ms|s|m|h|d)$/.test(text.trim())) return nowMs - parseDurationMs(text, option);
  const timeMs = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) {
    throw new Failure(EXIT.usage, `${option}: "${text}" is no time: write 10m, 2h or 2026-01-31T12:00:00`);
  }
  return timeMs;
}

/** `1 function`, `2 functions`. */
export function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}
