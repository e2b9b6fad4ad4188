import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts, such as a secret and what was given as it, in a time that depends on neither, their lengths included. */
export function isSameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
