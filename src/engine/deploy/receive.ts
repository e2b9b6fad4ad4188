import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';

/** Reads a whole upload. Throws `too_large` as soon as it passes `maxBytes`, `invalid_function` where it is empty. */
export async function receive(content: Buffer | Readable, maxBytes: number, signal?: AbortSignal): Promise<Buffer> {
  const bytes = Buffer.isBuffer(content) ? content : await gather(content, maxBytes, signal);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  if (bytes.length === 0) throw new Problem('invalid_function', "the body is empty: send the function's source");
  return bytes;
}

async function gather(content: Readable, maxBytes: number, signal: AbortSignal | undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of content as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts, bytes);
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('too_large', `the code is larger than ${maxBytes} bytes, the limit of this node (maxCodeBytes)`, {
    details: { maxBytes },
  });
}

/** An inline source as text. Throws `invalid_function` that names the first byte that is not UTF-8, or a NUL. */
export function decodeSource(bytes: Buffer): string {
  if (!isUtf8(bytes)) {
    const offset = firstInvalidByte(bytes);
    throw new Problem('invalid_function', `the source is not valid UTF-8: see byte ${offset} (counted from 0)`, {
      details: { offset },
    });
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw new Problem('invalid_function', `the source has a NUL at byte ${nul}: send a text, or an archive as such`, {
      details: { offset: nul },
    });
  }
  return bytes.toString('utf8');
}

/** Where the first sequence begins that is not UTF-8: the longest valid beginning ends there. */
function firstInvalidByte(bytes: Buffer): number {
  let valid = 0;
  let end = bytes.length;
  while (valid < end) {
    const middle = (valid + end + 1) >> 1;
    if (isUtf8(bytes.subarray(0, beforeOpenSequence(bytes, middle)))) valid = middle;
    else end = middle - 1;
  }
  return beforeOpenSequence(bytes, valid);
}

/** `end`, or where a multi-byte sequence begins that `end` would cut. */
function beforeOpenSequence(bytes: Buffer, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? end - back : end;
  }
  return end;
}
