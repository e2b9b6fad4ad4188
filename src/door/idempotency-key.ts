import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../model/problem.ts';

const MAX_WINDOW_MS = 604_800_000;

/** What a request says of being sent more than once. */
export interface IdempotencyHeaders {
  readonly key: string;
  readonly windowMs?: number;
}

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header: a quoted string; without quotes is taken too, for that is
 * what most clients send) and `Fob-Idempotency-Window-Ms`. `invalid_request` where they are malformed.
 */
export function idempotencyOf(headers: IncomingHttpHeaders): IdempotencyHeaders | undefined {
  const given = headers['idempotency-key'];
  if (typeof given !== 'string') return undefined;
  const key = /^"(.*)"$/.exec(given)?.[1] ?? given;
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid_request', 'Idempotency-Key has 1 to 255 printable ASCII characters');
  }
  const window = headers['fob-idempotency-window-ms'];
  if (window === undefined) return { key };
  const windowMs = Number(window);
  if (!Number.isInteger(windowMs) || windowMs < 1 || windowMs > MAX_WINDOW_MS) {
    throw new Problem('invalid_request', `Fob-Idempotency-Window-Ms is a whole number from 1 to ${MAX_WINDOW_MS}`);
  }
  return { key, windowMs };
}
