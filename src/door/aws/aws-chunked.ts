import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from './aws-error.ts';
import { type ChunkSigner, sameSignature, sha256Hex } from './sigv4.ts';

const MAX_LINE_BYTES = 1_024;
const MAX_TRAILER_BYTES = 16_384;
const MAX_TRAILERS = 20;
/** Bytes of one chunk, as S3 takes them at most in one request. */
const MAX_CHUNK_BYTES = 5_368_709_120;
const CR = 13;
const LF = 10;
const CHUNK_HEAD = /^([0-9a-fA-F]{1,9})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const BLANK_ENDS = /^[ \t]+|[ \t]+$/g;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

export interface ChunkedOptions {
  /** Bytes of the decoded body; another length is refused. */
  readonly bytes?: number;
  /** Absent: the chunks are not signed. */
  readonly signer?: ChunkSigner;
  /** Headers that must follow the last chunk, by lower-case name; absent: none may. */
  readonly trailers?: readonly string[];
}

/**
 * Decodes a body of S3's `aws-chunked` coding as it flows. What comes out is good only once the stream has ended: a chunk
 * is handed on before its signature, which covers all of it, can be checked; a wrong one fails the stream.
 */
export class AwsChunkedDecoder extends Transform {
  /** Complete when the stream has ended; by lower-case name. */
  readonly trailers = new Map<string, string>();
  private readonly options: ChunkedOptions;
  private state: 'head' | 'data' | 'data-end' | 'trailer' | 'end' = 'head';
  private line = '';
  private left = 0;
  private total = 0;
  private signature: string | undefined;
  private hash: Hash | undefined;
  private trailerBytes = 0;
  private trailerText = '';

  constructor(options: ChunkedOptions) {
    super();
    this.options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let at = 0;
      while (at < chunk.length) at = this.state === 'data' ? this.takeData(chunk, at) : this.takeLine(chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      // Some clients leave out the empty line after the last chunk, or after the trailer.
      if (this.state === 'trailer' && this.line === '') this.endTrailers();
      if (this.state !== 'end') throw incomplete('The request body terminated unexpectedly');
      if (this.options.bytes !== undefined && this.total !== this.options.bytes) {
        throw incomplete('The x-amz-decoded-content-length header specifies more bytes than you provided');
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  private takeData(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.left);
    const data = chunk.subarray(at, end);
    this.hash?.update(data);
    this.left -= data.length;
    this.push(data);
    if (this.left === 0) {
      this.checkChunk();
      this.state = 'data-end';
    }
    return end;
  }

  private takeLine(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LF, at);
    this.line += chunk.toString('latin1', at, end === -1 ? chunk.length : end);
    const most = this.state === 'trailer' ? MAX_TRAILER_BYTES : MAX_LINE_BYTES;
    if (this.line.length > most) throw malformed('a line is too long');
    if (end === -1) return chunk.length;
    const line = this.line.charCodeAt(this.line.length - 1) === CR ? this.line.slice(0, -1) : this.line;
    // Lines of a trailer may end with LF alone: that is how they are signed.
    if (line === this.line && this.state !== 'trailer') throw malformed('a line does not end with CR LF');
    this.line = '';
    this.onLine(line);
    return end + 1;
  }

  private onLine(line: string): void {
    if (this.state === 'head') this.onHead(line);
    else if (this.state === 'trailer') this.onTrailer(line);
    else if (this.state === 'data-end' && line === '') this.state = 'head';
    else if (this.state !== 'end' || line !== '') throw malformed('there is something where a chunk should end');
  }

  private onHead(line: string): void {
    const { signer, bytes } = this.options;
    const [, size, signature] = CHUNK_HEAD.exec(line) ?? [];
    if (size === undefined) throw malformed('a chunk does not begin with its size');
    if (signer !== undefined && signature === undefined) throw malformed('a chunk is not signed');
    this.left = Number.parseInt(size, 16);
    this.total += this.left;
    if (this.left > MAX_CHUNK_BYTES) throw new AwsError(400, 'EntityTooLarge', 'A chunk exceeds the maximum size');
    if (bytes !== undefined && this.total > bytes) {
      throw incomplete('You provided more bytes than the x-amz-decoded-content-length header specifies');
    }
    this.signature = signature;
    this.hash = signer === undefined ? undefined : createHash('sha256');
    if (this.left > 0) {
      this.state = 'data';
    } else {
      this.checkChunk();
      this.state = 'trailer';
    }
  }

  private onTrailer(line: string): void {
    if (line === '') {
      // An empty line may also stand before the trailer's own signature.
      const signatureFollows = this.mustBeSigned() && !this.trailers.has(TRAILER_SIGNATURE) && this.trailers.size > 0;
      if (!signatureFollows) this.endTrailers();
      return;
    }
    const colon = line.indexOf(':');
    this.trailerBytes += line.length;
    if (this.options.trailers === undefined || colon < 1) throw malformed('its trailer is malformed');
    if (this.trailerBytes > MAX_TRAILER_BYTES || this.trailers.size >= MAX_TRAILERS) {
      throw malformed('its trailer is too long');
    }
    const name = line.slice(0, colon).replace(BLANK_ENDS, '').toLowerCase();
    const value = line.slice(colon + 1).replace(BLANK_ENDS, '');
    if (name !== TRAILER_SIGNATURE) this.trailerText += `${name}:${value}\n`;
    this.trailers.set(name, value);
  }

  private endTrailers(): void {
    if (this.mustBeSigned()) {
      const given = this.trailers.get(TRAILER_SIGNATURE) ?? '';
      if (!sameSignature(this.options.signer!.trailer(sha256Hex(this.trailerText)), given)) throw wrongSignature();
      this.trailers.delete(TRAILER_SIGNATURE);
    }
    const missing = this.options.trailers?.find((name) => !this.trailers.has(name));
    if (missing !== undefined) throw malformed(`its trailer lacks ${missing}`);
    this.state = 'end';
  }

  private mustBeSigned(): boolean {
    return this.options.signer !== undefined && this.options.trailers !== undefined;
  }

  private checkChunk(): void {
    const { signer } = this.options;
    if (signer === undefined) return;
    if (!sameSignature(signer.next(this.hash!.digest('hex')), this.signature!)) throw wrongSignature();
  }
}

function malformed(why: string): AwsError {
  return new AwsError(400, 'InvalidRequest', `The aws-chunked body is malformed: ${why}`);
}

function incomplete(message: string): AwsError {
  return new AwsError(400, 'IncompleteBody', message);
}

function wrongSignature(): AwsError {
  return new AwsError(
    403,
    'SignatureDoesNotMatch',
    'The signature of a chunk does not match the one we calculated. Check your key and signing method.',
  );
}
