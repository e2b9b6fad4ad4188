import { randomBytes, scryptSync } from 'node:crypto';
import { isSameText } from '../model/same-text.ts';

/** Slow enough to make guessing dear, fast enough for a file with dozens of secrets. */
const COST = { N: 16_384, r: 8, p: 1 };
const BYTES = 24;

/** Stands for a secret value that nobody can show: tells whether another value is the same, and not what it is. */
export function markOf(value: string, salt = randomBytes(12).toString('base64url')): string {
  return `${salt}$${scryptSync(value, salt, BYTES, COST).toString('base64url')}`;
}

export function isMarkOf(mark: string, value: string): boolean {
  return isSameText(markOf(value, mark.split('$')[0]), mark);
}
