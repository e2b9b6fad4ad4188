import { createHmac } from 'node:crypto';
import { Problem } from '../../model/problem.ts';
import { isSameText } from '../../model/same-text.ts';

export const ALGORITHMS = ['sha256', 'sha1', 'sha512'] as const;
export const ENCODINGS = ['hex', 'base64'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export type Encoding = (typeof ENCODINGS)[number];

/** The keyed digest of some parts, one after the other. */
export function hmac(
  algorithm: Algorithm,
  key: string | Buffer,
  encoding: Encoding,
  ...parts: readonly (string | Buffer)[]
): string {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest(encoding);
}

/** Throws `unauthorized` unless a given signature is an expected one. Looks at all of both, so that time tells nothing. */
export function demandSignature(given: readonly string[], expected: readonly string[]): void {
  let found = false;
  for (const one of given) for (const other of expected) found = isSameText(one, other) || found;
  if (!found) throw refused();
}

/** Throws `unauthorized` for a request that was signed longer ago, or further ahead, than `toleranceMs`. */
export function demandFresh(timestamp: string, nowMs: number, toleranceMs: number): void {
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(nowMs - seconds * 1_000) <= toleranceMs)) {
    throw new Problem(
      'unauthorized',
      'the timestamp of this request is missing or too far from the time of this node; check both clocks',
    );
  }
}

/** The answer to every request that is not signed as it should be, whatever was wrong with it. */
export function refused(): Problem {
  return new Problem(
    'unauthorized',
    'the signature of this request is missing or wrong; check the secret on both sides',
  );
}
