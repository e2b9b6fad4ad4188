import type { Distribution } from './distribution.ts';
import type { Point } from './point.ts';

/**
 * Points as bytes, as small as they get: what is zero is left out, whole numbers take as many bytes as they need.
 *
 *   point         version, counters: how many, then (place, value) each; distributions: how many, then (place, bytes, body) each
 *   distribution  count, zeros, sum, minimum, maximum, buckets above zero, buckets below
 *   buckets       how many; the first one's number, then the distance from the one before; each with its count
 *
 * What has a place that this version does not know is passed over.
 */
const VERSION = 1;
/** Bucket numbers are kept as numbers of at least 0. */
const BUCKET_SHIFT = 1_024;

let scratch = new Uint8Array(4_096);
let view = new DataView(scratch.buffer);
let end = 0;

/** The bytes of a point; they are the caller's. */
export function encodePoint(point: Point): Uint8Array<ArrayBuffer> {
  end = 0;
  putWhole(VERSION);
  const { counters, distributions } = point;
  let filled = 0;
  for (let at = 0; at < counters.length; at++) if (counters[at]! > 0) filled++;
  putWhole(filled);
  for (let at = 0; at < counters.length; at++) {
    if (counters[at]! <= 0) continue;
    putWhole(at);
    putWhole(counters[at]!);
  }
  putWhole(distributions.reduce((sum, { count }) => sum + (count > 0 ? 1 : 0), 0));
  for (let at = 0; at < distributions.length; at++) {
    if (distributions[at]!.count === 0) continue;
    putWhole(at);
    putSized(() => putDistribution(distributions[at]!));
  }
  return scratch.slice(0, end);
}

function putDistribution({ count, zeros, sum, minimum, maximum, above, below }: Distribution): void {
  putWhole(count);
  putWhole(zeros);
  putDouble(sum);
  putSingle(minimum);
  putSingle(maximum);
  for (const buckets of [above, below]) {
    let filled = 0;
    buckets?.each(() => filled++);
    putWhole(filled);
    let last = -BUCKET_SHIFT;
    buckets?.each((bucket, times) => {
      putWhole(bucket - last);
      putWhole(times);
      last = bucket;
    });
  }
}

/** Two bytes for the size of what `put` writes. */
function putSized(put: () => void): void {
  reserve(2);
  const start = end;
  end += 2;
  put();
  view.setUint16(start, end - start - 2);
}

function putWhole(value: number): void {
  reserve(8);
  let rest = value;
  while (rest >= 0x80) {
    scratch[end++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  scratch[end++] = rest;
}

function putDouble(value: number): void {
  reserve(8);
  view.setFloat64(end, value);
  end += 8;
}

function putSingle(value: number): void {
  reserve(4);
  view.setFloat32(end, value);
  end += 4;
}

function reserve(bytes: number): void {
  if (end + bytes <= scratch.length) return;
  const larger = new Uint8Array(scratch.length * 2);
  larger.set(scratch);
  scratch = larger;
  view = new DataView(scratch.buffer);
}

let source: Uint8Array = new Uint8Array(0);
let place = 0;

/** Adds to a point what these bytes hold of it. Throws a `RangeError` for bytes that are none. */
export function addEncoded(point: Point, bytes: Uint8Array, start = 0): void {
  open(bytes, start);
  for (let left = getWhole(); left > 0; left--) {
    const at = getWhole();
    const value = getWhole();
    if (at < point.counters.length) point.counters[at]! += value;
  }
  for (let left = getWhole(); left > 0; left--) {
    const at = getWhole();
    const size = getSize();
    const next = place + size;
    const distribution = point.distributions[at];
    if (distribution !== undefined) addDistribution(distribution);
    place = next;
  }
}

/** The sum of the counters of encoded bytes from a place up to another. */
export function encodedCounters(bytes: Uint8Array, start: number, from: number, to: number): number {
  open(bytes, start);
  let sum = 0;
  for (let left = getWhole(); left > 0; left--) {
    const at = getWhole();
    const value = getWhole();
    if (at >= from && at < to) sum += value;
  }
  return sum;
}

/** Adds the counters of encoded bytes to others, and leaves the distributions alone. */
export function addEncodedCounters(to: Float64Array, bytes: Uint8Array, start: number): void {
  open(bytes, start);
  for (let left = getWhole(); left > 0; left--) {
    const at = getWhole();
    const value = getWhole();
    if (at < to.length) to[at]! += value;
  }
}

/** Adds one distribution of encoded bytes to another. */
export function addEncodedDistribution(to: Distribution, bytes: Uint8Array, start: number, wanted: number): void {
  open(bytes, start);
  for (let left = getWhole(); left > 0; left--) {
    getWhole();
    getWhole();
  }
  for (let left = getWhole(); left > 0; left--) {
    const at = getWhole();
    const size = getSize();
    if (at === wanted) return addDistribution(to);
    place += size;
  }
}

function open(bytes: Uint8Array, start: number): void {
  source = bytes;
  place = start;
  const version = getWhole();
  if (version !== VERSION) throw new RangeError(`points of version ${version} are not known`);
}

function addDistribution(to: Distribution): void {
  const count = getWhole();
  const zeros = getWhole();
  const sum = getFloat(8);
  const minimum = getFloat(4);
  to.addNumbers(count, sum, minimum, getFloat(4), zeros);
  for (let sign = 0; sign < 2; sign++) {
    let bucket = -BUCKET_SHIFT;
    for (let left = getWhole(); left > 0; left--) {
      bucket += getWhole();
      (sign === 0 ? to.above : to.negative()).add(bucket, getWhole());
    }
  }
}

function getWhole(): number {
  let byte = getByte();
  if (byte < 0x80) return byte;
  let value = byte - 0x80;
  for (let factor = 0x80; ; factor *= 0x80) {
    byte = getByte();
    if (byte < 0x80) return value + byte * factor;
    value += (byte - 0x80) * factor;
  }
}

function getSize(): number {
  return getByte() * 0x100 + getByte();
}

const floatBytes = new Uint8Array(8);
const floatView = new DataView(floatBytes.buffer);

function getFloat(bytes: 4 | 8): number {
  for (let at = 0; at < bytes; at++) floatBytes[at] = getByte();
  return bytes === 8 ? floatView.getFloat64(0) : floatView.getFloat32(0);
}

function getByte(): number {
  if (place >= source.length) throw new RangeError('these bytes are no point: they end too early');
  return source[place++]!;
}
