import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

export type Colour = readonly [red: number, green: number, blue: number];

/** A picture as tests look at it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): Colour;
}

/** Writes a picture as PNG, 8 bits a colour. */
export function writePng({ width, height, at }: Picture): Buffer {
  const lines = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => at(x, y)).flat()]),
  );
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunks = [
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Reads a PNG of 8 bits a colour, with or without transparency, that is not interlaced. Throws for anything else. */
export function readPng(bytes: Buffer): Picture {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new Error('it is no PNG');
  const data: Buffer[] = [];
  let head: Buffer = Buffer.alloc(0);
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = body;
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const width = head.readUInt32BE(0);
  const height = head.readUInt32BE(4);
  const each = { 2: 3, 6: 4 }[head[9]!];
  if (head[8] !== 8 || each === undefined || head[12] !== 0) throw new Error('it is another kind of PNG');
  const pixels = unfiltered(inflateSync(Buffer.concat(data)), { width: width * each, height, each });
  return {
    width,
    height,
    at(x, y) {
      const from = (y * width + x) * each;
      return [pixels[from]!, pixels[from + 1]!, pixels[from + 2]!];
    },
  };
}

/** Lines without what PNG does to them so that they pack better. */
function unfiltered(raw: Buffer, { width, height, each }: { width: number; height: number; each: number }): Buffer {
  const out = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (width + 1)]!;
    for (let x = 0; x < width; x++) {
      const left = x < each ? 0 : out[y * width + x - each]!;
      const up = y === 0 ? 0 : out[(y - 1) * width + x]!;
      const corner = x < each || y === 0 ? 0 : out[(y - 1) * width + x - each]!;
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter]!;
      out[y * width + x] = (raw[y * (width + 1) + 1 + x]! + guess) & 255;
    }
  }
  return out;
}

function nearest(left: number, up: number, corner: number): number {
  const sum = left + up - corner;
  const [a, b, c] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
