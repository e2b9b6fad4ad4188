const LOCALE = 'en-GB';
const number = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'long' });
/** A megabyte of memory, as everywhere on the platform. */
export const BYTES_PER_MB = 1_048_576;
/** As everywhere on the platform: 1 KB = 1,024 B. */
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const DAY_MS = 86_400_000;

/** `1,234`, and `12.3k` from ten thousand on. */
export function formatCount(count: number): string {
  return Math.abs(count) >= 10_000 ? compact.format(count) : number.format(count);
}

/** `1 team`, `12 teams`; `many` where it is more than an s. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `a team`, `an alert`. */
export function withArticle(word: string): string {
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
}

/** A share of 1 as `12.5%`. */
export function formatShare(share: number): string {
  return percent.format(share);
}

/** Milliseconds as `420 µs`, `3.2 ms`, `1.4 s`, `5 min`, `3 h`, `2 d`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 1_000) return `${ms < 10 ? number.format(ms) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${number.format(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${number.format(ms / 60_000)} min`;
  return ms < DAY_MS ? `${number.format(ms / 3_600_000)} h` : `${number.format(ms / DAY_MS)} d`;
}

/** Bytes: `1.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (Math.abs(value) >= 999.5 && at < UNITS.length - 1) {
    value /= 1_024;
    at++;
  }
  return `${number.format(value)} ${UNITS[at]}`;
}

/** Memory as settings give it: `128 MB`, `16.5 GB`. */
export function formatMb(mb: number): string {
  return formatBytes(mb * BYTES_PER_MB);
}

/** The time of day today, else the date with it. */
export function formatTime(when: Date, now = new Date()): string {
  const isToday = when.toDateString() === now.toDateString();
  return isToday ? clock.format(when) : `${day.format(when)}, ${clock.format(when)}`;
}

/** With date and zone, for who wants it exactly. */
export function formatTimeExactly(when: Date): string {
  return full.format(when);
}

/** `just now`, `3 min ago`, `2 h ago`; in the future `in 3 min`. */
export function formatAgo(when: Date, nowMs: number): string {
  const ms = nowMs - when.getTime();
  const size = Math.abs(ms);
  if (size < 5_000) return 'just now';
  const words =
    size < 60_000
      ? `${Math.floor(size / 1_000)} s`
      : size < 3_600_000
        ? `${Math.floor(size / 60_000)} min`
        : size < DAY_MS
          ? `${Math.floor(size / 3_600_000)} h`
          : `${Math.floor(size / DAY_MS)} d`;
  return ms >= 0 ? `${words} ago` : `in ${words}`;
}
