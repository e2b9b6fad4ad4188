import { hash } from 'node:crypto';

/** The hash before the first entry. */
export const GENESIS = '0'.repeat(64);

/** The hash of an entry, by the hash of the one before it and its canonical text. */
export function chained(previous: string, text: string): string {
  return hash('sha256', `${previous}\n${text}`);
}

/** JSON in one form only: members in the order of their names, those that are undefined left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
