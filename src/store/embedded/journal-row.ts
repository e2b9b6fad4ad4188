import type { EventRecord, LogRecord } from '../journal.ts';

/** How the number of a journal row's stream is to be read. Grows only at its end: the places are on disk. */
export const STREAMS: readonly LogRecord['stream'][] = ['stdout', 'stderr', 'platform'];

/** The same of an event's state. */
export const EVENT_STATES: readonly EventRecord['state'][] = ['delivered', 'dead', 'expired', 'dropped'];

/** Keys are multiples of milliseconds since 2020, which keeps them exact numbers until the year 2089. */
const EPOCH_MS = Date.UTC(2020, 0, 1);
export const KEYS_PER_MS = 4096;

/** The first key of a millisecond. */
export function keyAt(timeMs: number): number {
  return (Math.floor(timeMs) - EPOCH_MS) * KEYS_PER_MS;
}

/** The millisecond that a key belongs to. */
export function timeOfKey(key: number): number {
  return Math.floor(key / KEYS_PER_MS) + EPOCH_MS;
}

/** The key that a UUID version 7 stands for: its time and the 12 bits after it, which count within a millisecond. */
export function keyOfId(id: Uint8Array): number {
  const timeMs =
    id[0]! * 2 ** 40 + id[1]! * 2 ** 32 + (id[2]! * 2 ** 24 + id[3]! * 2 ** 16) + (id[4]! * 2 ** 8 + id[5]!);
  return keyAt(timeMs) + (id[6]! & 0x0f) * 256 + id[7]!;
}

const HEX = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The 16 bytes of a UUID's text, written to `id`. */
export function parseId(text: string, id: Uint8Array = new Uint8Array(16)): Uint8Array {
  let place = 0;
  for (let index = 0; index < 36; index += 2) {
    if (index === 8 || index === 13 || index === 18 || index === 23) index++;
    id[place++] = (HEX[text.charCodeAt(index) & 127]! << 4) | HEX[text.charCodeAt(index + 1) & 127]!;
  }
  return id;
}

export const TRACE_ID = /^[0-9a-f]{32}$/;

/** The bytes of hexadecimal digits. */
export function parseHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let place = 0; place < bytes.length; place++) {
    bytes[place] = (HEX[text.charCodeAt(2 * place) & 127]! << 4) | HEX[text.charCodeAt(2 * place + 1) & 127]!;
  }
  return bytes;
}
