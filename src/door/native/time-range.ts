import { Problem } from '../../model/problem.ts';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What lies further from 1970 is no time that can be written as ISO 8601. */
const FURTHEST_MS = 8_640_000_000_000_000;

/** Milliseconds since 1970 of an ISO 8601 time, such a number, or an age (`15m`). Throws `invalid_request` for anything else. */
export function timeMs(text: string, nowMs: number): number {
  const ms = parsedMs(text, nowMs);
  if (!(Math.abs(ms) <= FURTHEST_MS)) {
    throw new Problem(
      'invalid_request',
      `"${text}" is no time; write 2026-01-31T12:00:00Z, milliseconds since 1970, or an age such as 15m, 2h or 7d`,
    );
  }
  return ms;
}

function parsedMs(text: string, nowMs: number): number {
  if (/^\d{1,16}$/.test(text)) return Number(text);
  const age = /^(\d{1,9})([smhd])$/.exec(text);
  if (age !== null) return nowMs - Number(age[1]) * UNIT_MS[age[2] as keyof typeof UNIT_MS];
  return Date.parse(text);
}

/** The bounds of a query as the journal takes them. Throws `invalid_request` where they are none. */
export function timeRange(
  query: { from?: string | undefined; to?: string | undefined },
  nowMs: number,
): { fromMs?: number; toMs?: number } {
  const fromMs = query.from === undefined ? undefined : timeMs(query.from, nowMs);
  const toMs = query.to === undefined ? undefined : timeMs(query.to, nowMs);
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs)
    throw new Problem('invalid_request', 'the query ends before it begins: give a "from" that is earlier than "to"');
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
}
