import { Problem } from '../../model/problem.ts';

const MAX_KEY_BYTES = 1_024;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const RESERVED_START = /^(?:xn--|sthree-|amzn-s3-demo-)/;
const RESERVED_END = /(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** The name, where S3 would take it for a bucket; throws `invalid_request` (`invalid_bucket_name`) otherwise. */
export function validBucketName(name: string): string {
  if (
    BUCKET_NAME.test(name) &&
    !name.includes('..') &&
    !IP_ADDRESS.test(name) &&
    !RESERVED_START.test(name) &&
    !RESERVED_END.test(name)
  ) {
    return name;
  }
  throw new Problem(
    'invalid_request',
    `'${name.slice(0, 80)}' is no bucket name: use 3 to 63 small letters, digits, dots and hyphens, first and last a letter or digit, no two dots in a row, and no IP address`,
    { details: { reason: 'invalid_bucket_name' } },
  );
}

/** The key, where it is 1 to 1,024 bytes of UTF-8; throws `invalid_request` (`key_too_long`, `invalid_key`) otherwise. */
export function validKey(key: string): string {
  if (key === '' || !key.isWellFormed()) {
    throw new Problem('invalid_request', 'a key is Unicode text of at least one byte', {
      details: { reason: 'invalid_key' },
    });
  }
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new Problem('invalid_request', `a key has at most ${MAX_KEY_BYTES} bytes in UTF-8, this one is longer`, {
      details: { reason: 'key_too_long' },
    });
  }
  return key;
}

/**
 * The least text that is greater than every text with this prefix, in order of UTF-8 bytes (which is that of code
 * points); `undefined` where there is none.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!;
    if (point === 0x10ffff) continue;
    // Surrogates are no characters.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
