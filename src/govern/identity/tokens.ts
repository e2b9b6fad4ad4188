import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'fob_';
const ID_LENGTH = 16;
const SECRET_BYTES = 32;
const TOKEN = /^fob_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/;
const LENGTH = PREFIX.length + ID_LENGTH + 1 + Math.ceil((SECRET_BYTES * 4) / 3);
/** 32 characters divide 256, so that every one is as likely. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A new credential. The text is shown once; only the hash is kept. */
export function newToken(): { id: string; text: string; hash: string } {
  const id = Array.from(randomBytes(ID_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, text: `${PREFIX}${id}_${secret}`, hash: hashOf(secret) };
}

/** The parts of a token's text; `undefined` where it is none, whatever its length. */
export function parseToken(text: string): { id: string; secret: string } | undefined {
  if (text.length !== LENGTH) return undefined;
  const match = TOKEN.exec(text);
  return match === null ? undefined : { id: match[1]!, secret: match[2]! };
}

/** Whether a secret has this hash, given as the bytes of its text, in a time that does not depend on where they differ. */
export function hasHash(secret: string, wanted: Uint8Array): boolean {
  // As text, and then its bytes: that takes a fifth of the time that a digest in a buffer of its own does.
  const given = Buffer.from(hashOf(secret), 'latin1');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The secret has 256 random bits: there is nothing to guess that a slow hash would protect. */
function hashOf(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Compares in constant time; both have the length of every secret. */
export function isSameSecret(secret: string, kept: Uint8Array): boolean {
  const given = Buffer.from(secret, 'latin1');
  return given.length === kept.length && timingSafeEqual(given, kept);
}
