import { useMemo } from 'react';
import { useAddress } from './address.ts';
import { formatTime } from './format.ts';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_WORDS: Readonly<Record<string, string>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

/** The end of the year 9999: a URL can say numbers that are no moment at all. */
const LAST_MS = 253_402_300_799_999;

/** A part of time as the API takes it: an age (`15m`) or a moment (ISO 8601), and up to when; without an end, up to now. */
export interface TimeRange {
  readonly from: string;
  readonly to?: string;
}

/** The milliseconds of an age such as `15m`; `undefined` where it is none. */
export function ageMs(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS_MS[match[2]!]!;
}

/** Milliseconds as such an age, in the largest unit that says them exactly. */
export function ageText(ms: number): string {
  const unit = ['d', 'h', 'm'].find((each) => ms > 0 && ms % UNITS_MS[each]! === 0) ?? 's';
  return `${ms / UNITS_MS[unit]!}${unit}`;
}

/** When a range begins and ends, in milliseconds since 1970. */
export function boundsOf({ from, to }: TimeRange, nowMs: number): { fromMs: number; toMs: number } {
  const age = ageMs(from);
  return {
    fromMs: age === undefined ? momentMs(from, nowMs - 86_400_000) : nowMs - age,
    toMs: to === undefined ? nowMs : momentMs(to, nowMs),
  };
}

function momentMs(text: string, otherwise: number): number {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Math.abs(ms) <= LAST_MS ? ms : otherwise;
}

/** A range in words: `Last 3 hours`, or from when to when. */
export function rangeWords(range: TimeRange): string {
  const age = /^(\d+)([smhd])$/.exec(range.from);
  if (age !== null && range.to === undefined) {
    const words = UNIT_WORDS[age[2]!]!;
    return age[1] === '1' ? `Last ${words.slice(0, -1)}` : `Last ${age[1]} ${words}`;
  }
  const { fromMs, toMs } = boundsOf(range, Date.now());
  return `${formatTime(new Date(fromMs))} – ${range.to === undefined ? 'now' : formatTime(new Date(toMs))}`;
}

/** The range that the URL says in `from` and `to`, and how to choose another one; `usual` is not written into the URL. */
export function useTimeRange(usual: string): {
  range: TimeRange;
  setRange: (range: TimeRange) => void;
} {
  const [search, setSearch] = useAddress();
  const from = search.get('from') || usual;
  const to = search.get('to') || undefined;
  const range = useMemo(() => ({ from, ...(to !== undefined && { to }) }), [from, to]);
  const setRange = (next: TimeRange): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      putRange(after, next, usual);
      return after;
    });
  return { range, setRange };
}

/** Writes a range into the words of a URL; the usual one leaves none. */
export function putRange(words: URLSearchParams, { from, to }: TimeRange, usual: string): void {
  if (from === usual && to === undefined) words.delete('from');
  else words.set('from', from);
  if (to === undefined) words.delete('to');
  else words.set('to', to);
}

const MINUTE_MS = 60_000;
/** Measures are by the minute: less shows nothing more. */
const SHORTEST_MS = 5 * MINUTE_MS;

/** The range that one looks closer at, or moves to, in a chart of measures: whole minutes, and what reaches up to now stays with it. */
export function closerRange(fromMs: number, toMs: number): TimeRange {
  const missing = Math.max(0, SHORTEST_MS - (toMs - fromMs)) / 2;
  const from = Math.floor((fromMs - missing) / MINUTE_MS) * MINUTE_MS;
  const to = Math.ceil((toMs + missing) / MINUTE_MS) * MINUTE_MS;
  return {
    from: new Date(Math.min(from, Date.now() - SHORTEST_MS)).toISOString(),
    ...(to < Date.now() && { to: new Date(to).toISOString() }),
  };
}
