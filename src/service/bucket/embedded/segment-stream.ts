import { close, open, read } from 'node:fs';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { storageProblem } from '../../../store/embedded/storage-problem.ts';
import type { ByteRange } from '../buckets.ts';
import type { Segment } from './catalog-tables.ts';

const READ_BYTES = 512 * 1024;
const openFile = promisify(open);

interface Piece {
  readonly path: string;
  /** Where in its file it begins, and how long it is. */
  readonly offset: number;
  readonly bytes: number;
}

/** A range of a body that is in files, as a stream of large pieces. `release` is called once, when no file is needed any more. */
class SegmentStream extends Readable {
  private readonly pieces: readonly Piece[];
  private readonly release: () => void;
  private index = 0;
  private done = 0;
  private file: number | undefined;
  private reading = false;

  constructor(pieces: readonly Piece[], release: () => void) {
    super({ highWaterMark: READ_BYTES });
    this.pieces = pieces;
    this.release = release;
  }

  /** Opens the first file, so that a body which cannot be read fails at once. */
  async openFirst(): Promise<this> {
    try {
      if (this.pieces.length > 0) this.file = await openFile(this.pieces[0]!.path, 'r');
      return this;
    } catch (error) {
      this.destroy();
      throw storageProblem(error);
    }
  }

  override _read(): void {
    const piece = this.pieces[this.index];
    if (piece === undefined) {
      this.push(null);
      return;
    }
    this.reading = true;
    if (this.file !== undefined) this.readFrom(this.file, piece);
    else {
      open(piece.path, 'r', (error, file) => {
        this.file = file;
        if (error) this.ended(error);
        else if (this.destroyed) this.ended(null);
        else this.readFrom(file, piece);
      });
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A file must not be closed while it is read.
    if (this.reading) this.once('read-ended', () => this.shut(error, callback));
    else this.shut(error, callback);
  }

  private readFrom(file: number, piece: Piece): void {
    const left = piece.bytes - this.done;
    const buffer = Buffer.allocUnsafeSlow(Math.min(left, READ_BYTES));
    read(file, buffer, 0, buffer.length, piece.offset + this.done, (error, bytes) => {
      if (error || this.destroyed) return this.ended(error);
      if (bytes === 0) return this.ended(new Error('the file of an object is shorter than the object'));
      this.done += bytes;
      if (this.done < piece.bytes) return this.passOn(buffer.subarray(0, bytes));
      this.index++;
      this.done = 0;
      this.file = undefined;
      close(file, () => this.passOn(buffer.subarray(0, bytes)));
    });
  }

  private passOn(bytes: Buffer): void {
    this.ended(null);
    if (this.destroyed) return;
    this.push(bytes);
    if (this.index === this.pieces.length) this.push(null);
  }

  private ended(error: Error | null): void {
    this.reading = false;
    this.emit('read-ended');
    if (error) this.destroy(storageProblem(error));
  }

  private shut(error: Error | null, callback: (error?: Error | null) => void): void {
    this.release();
    if (this.file === undefined) callback(error);
    else close(this.file, () => callback(error));
    this.file = undefined;
  }
}

/** A body, or a range of it, as a stream. `release` is called once, when its files are no longer needed. */
export async function bodyStream(
  body: { small?: Uint8Array | undefined; segments: readonly Segment[]; bytes: number },
  range: ByteRange | undefined,
  pathOf: (file: string) => string,
  release: () => void,
): Promise<Readable> {
  const { first, last } = range ?? { first: 0, last: body.bytes - 1 };
  if (body.small === undefined) {
    return new SegmentStream(piecesOf(body.segments, { first, last }, pathOf), release).openFirst();
  }
  release();
  const stream = new Readable({ read() {} });
  if (first <= last) stream.push(Buffer.from(body.small.buffer, body.small.byteOffset + first, last - first + 1));
  stream.push(null);
  return stream;
}

/** Where in which files a range of a body is. */
function piecesOf(segments: readonly Segment[], range: ByteRange, pathOf: (file: string) => string): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { file, bytes } of segments) {
    const first = Math.max(range.first, start);
    const last = Math.min(range.last, start + bytes - 1);
    if (first <= last) pieces.push({ path: pathOf(file), offset: first - start, bytes: last - first + 1 });
    start += bytes;
  }
  return pieces;
}
