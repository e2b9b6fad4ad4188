import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../../model/problem.ts';

/** As OWASP advises for Argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
const NONCE_BYTES = 16;
const MIN_PASSWORD = 10;
const MAX_PASSWORD = 256;
/** Each takes 19 MiB and a thread of the pool that files need, too. */
const AT_ONCE = 2;
const MAX_WAITING = 50;

/** A password as it is kept. The parameters stand with it, so that later ones can be stronger. */
export interface PasswordHash {
  readonly algorithm: 'argon2id';
  readonly nonce: string;
  readonly tag: string;
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const derive = promisify(argon2) as (
  algorithm: string,
  parameters: typeof PARAMETERS & { message: Buffer; nonce: Buffer },
) => Promise<Buffer>;

let running = 0;
const waiting: (() => void)[] = [];

/** Throws `invalid_request` for a password that is too short to be one, or too long. */
export function checkPassword(password: string): void {
  if (password.length >= MIN_PASSWORD && password.length <= MAX_PASSWORD) return;
  throw new Problem('invalid_request', `a password has ${MIN_PASSWORD} to ${MAX_PASSWORD} characters`);
}

/** Rejects with `throttled` where too many are computed already. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const nonce = randomBytes(NONCE_BYTES);
  const tag = await inTurn(() => derive('argon2id', { ...PARAMETERS, message: bytesOf(password), nonce }));
  const { memory, passes, parallelism } = PARAMETERS;
  return {
    algorithm: 'argon2id',
    nonce: nonce.toString('base64url'),
    tag: tag.toString('base64url'),
    memory,
    passes,
    parallelism,
  };
}

/** Takes as long where there is no hash as where the password is wrong. Rejects with `throttled` as `hashPassword` does. */
export async function isPassword(password: string, kept: PasswordHash | undefined): Promise<boolean> {
  const { nonce, tag, memory, passes, parallelism } = kept ?? {
    ...PARAMETERS,
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    tag: '',
  };
  const wanted = Buffer.from(tag, 'base64url');
  const tagLength = kept === undefined ? PARAMETERS.tagLength : wanted.length;
  const given = await inTurn(() =>
    derive('argon2id', {
      memory,
      passes,
      parallelism,
      tagLength,
      message: bytesOf(password),
      nonce: Buffer.from(nonce, 'base64url'),
    }),
  );
  return kept !== undefined && timingSafeEqual(given, wanted);
}

/** The same characters are the same password, however a keyboard composes them. */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'));
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw new Problem('throttled', 'too many people log in at once; try again');
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    // Whose turn it is next takes this one's place.
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
