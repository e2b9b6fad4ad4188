/**
 * The cyclic redundancy checks of S3 that Node has not: CRC-32C and CRC-64/NVME, eight bytes a step, and how the check of
 * a whole follows from those of its parts. CRC-32 itself is `zlib.crc32`.
 */

/** Reflected polynomials by name, with the width of each in bits. */
const POLYNOMIALS = {
  CRC32: { bits: 32n, polynomial: 0xedb88320n },
  CRC32C: { bits: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
} as const;

export type CrcAlgorithm = keyof typeof POLYNOMIALS;

const SLICES = 8;
let crc32cTables: Uint32Array | undefined;
let lastShift: { algorithm: CrcAlgorithm; bytes: number; factor: bigint } | undefined;
let crc64Tables: { low: Uint32Array; high: Uint32Array } | undefined;

/** CRC-32C of `data`, going on from the check of what came before it. */
export function crc32c(data: Uint8Array, before = 0): number {
  crc32cTables ??= tablesOf('CRC32C').low;
  const table = crc32cTables;
  let crc = ~before;
  let at = 0;
  for (const end = data.length - 7; at < end; at += 8) {
    const word = crc ^ (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24));
    crc =
      table[1792 + (word & 255)]! ^
      table[1536 + ((word >>> 8) & 255)]! ^
      table[1280 + ((word >>> 16) & 255)]! ^
      table[1024 + (word >>> 24)]! ^
      table[768 + data[at + 4]!]! ^
      table[512 + data[at + 5]!]! ^
      table[256 + data[at + 6]!]! ^
      table[data[at + 7]!]!;
  }
  for (; at < data.length; at++) crc = (crc >>> 8) ^ table[(crc ^ data[at]!) & 255]!;
  return ~crc >>> 0;
}

/** CRC-64/NVME under way; as two halves, since 64-bit integers of the language are slow. */
export class Crc64Nvme {
  private low = ~0;
  private high = ~0;

  update(data: Uint8Array): void {
    crc64Tables ??= tablesOf('CRC64NVME');
    const { low: lows, high: highs } = crc64Tables;
    let { low, high } = this;
    let at = 0;
    for (const end = data.length - 7; at < end; at += 8) {
      const first = low ^ (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24));
      const second = high ^ (data[at + 4]! | (data[at + 5]! << 8) | (data[at + 6]! << 16) | (data[at + 7]! << 24));
      const a = 1792 + (first & 255);
      const b = 1536 + ((first >>> 8) & 255);
      const c = 1280 + ((first >>> 16) & 255);
      const d = 1024 + (first >>> 24);
      const e = 768 + (second & 255);
      const f = 512 + ((second >>> 8) & 255);
      const g = 256 + ((second >>> 16) & 255);
      const h = second >>> 24;
      low = lows[a]! ^ lows[b]! ^ lows[c]! ^ lows[d]! ^ lows[e]! ^ lows[f]! ^ lows[g]! ^ lows[h]!;
      high = highs[a]! ^ highs[b]! ^ highs[c]! ^ highs[d]! ^ highs[e]! ^ highs[f]! ^ highs[g]! ^ highs[h]!;
    }
    for (; at < data.length; at++) {
      const index = (low ^ data[at]!) & 255;
      low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
      high = (high >>> 8) ^ highs[index]!;
    }
    this.low = low;
    this.high = high;
  }

  /** Eight bytes, the highest first. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(~this.high >>> 0, 0);
    bytes.writeUInt32BE(~this.low >>> 0, 4);
    return bytes;
  }
}

/** The check of two pieces one after the other, from the check of each and the length of the second; all as S3 writes them, in base64. */
export function combineCrc(algorithm: CrcAlgorithm, first: string, second: string, secondBytes: number): string {
  const { bits, polynomial } = POLYNOMIALS[algorithm];
  const width = Number(bits) / 8;
  const numberOf = (text: string) => BigInt(`0x${Buffer.from(text, 'base64').toString('hex')}`);
  // Parts are mostly of one size.
  if (lastShift?.algorithm !== algorithm || lastShift.bytes !== secondBytes) {
    lastShift = { algorithm, bytes: secondBytes, factor: power(BigInt(secondBytes) * 8n, bits, polynomial) };
  }
  const shifted = multiply(numberOf(first), lastShift.factor, bits, polynomial);
  const value = shifted ^ numberOf(second);
  return Buffer.from(value.toString(16).padStart(2 * width, '0'), 'hex').toString('base64');
}

/** x to the `exponent` modulo the polynomial; in reflected order, so that 1 is the highest bit. */
function power(exponent: bigint, bits: bigint, polynomial: bigint): bigint {
  let result = 1n << (bits - 1n);
  let square = 1n << (bits - 2n);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, bits, polynomial);
    square = multiply(square, square, bits, polynomial);
  }
  return result;
}

function multiply(a: bigint, b: bigint, bits: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << (bits - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}

/** Eight tables of 256 entries, one after the other; table n is for a byte that n others follow. */
function tablesOf(algorithm: CrcAlgorithm): { low: Uint32Array; high: Uint32Array } {
  const { polynomial } = POLYNOMIALS[algorithm];
  const low = new Uint32Array(256 * SLICES);
  const high = new Uint32Array(256 * SLICES);
  const values: bigint[] = [];
  for (let index = 0; index < 256 * SLICES; index++) {
    let value: bigint;
    if (index < 256) {
      value = BigInt(index);
      for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    } else {
      const earlier = values[index - 256]!;
      value = (earlier >> 8n) ^ values[Number(earlier & 255n)]!;
    }
    values.push(value);
    low[index] = Number(value & 0xffffffffn);
    high[index] = Number(value >> 32n);
  }
  return { low, high };
}
