import type { PayloadKind } from '../model/invocation.ts';
import { FrameType, type FrameTypeNumber, HEADER_BYTES, PayloadKindNumber } from './protocol.ts';

/** One frame as it came: `body` is a view into the receive buffer, valid until it is copied by whoever keeps it longer than the callback. */
export interface Frame {
  readonly type: number;
  readonly call: number;
  readonly body: Buffer;
}

/** Thrown by the decoder when a peer breaks the protocol; the connection is then of no more use. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;
const INVOKE_FIXED_BYTES = 16 + 4 + 1 + 2;

/** A frame with any body. */
export function encodeFrame(type: FrameTypeNumber, call: number, body: Uint8Array | string = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  writeHeader(frame, type, call, bytes);
  if (typeof body === 'string') frame.write(body, HEADER_BYTES);
  else frame.set(body, HEADER_BYTES);
  return frame;
}

/** An INVOKE frame; the payload's bytes are copied once and never looked at. */
export function encodeInvoke(
  call: number,
  invocationId: Uint8Array,
  timeoutMs: number,
  kind: PayloadKind,
  meta: string,
  payload: Uint8Array,
): Buffer {
  const metaBytes = meta === '' ? 0 : Buffer.byteLength(meta);
  const bytes = INVOKE_FIXED_BYTES + metaBytes + payload.byteLength;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  writeHeader(frame, FrameType.invoke, call, bytes);
  frame.set(invocationId, HEADER_BYTES);
  frame.writeUInt32BE(timeoutMs, HEADER_BYTES + 16);
  frame[HEADER_BYTES + 20] = PayloadKindNumber[kind];
  frame.writeUInt16BE(metaBytes, HEADER_BYTES + 21);
  if (metaBytes > 0) frame.write(meta, HEADER_BYTES + INVOKE_FIXED_BYTES);
  frame.set(payload, HEADER_BYTES + INVOKE_FIXED_BYTES + metaBytes);
  return frame;
}

function writeHeader(frame: Buffer, type: number, call: number, bodyBytes: number): void {
  frame.writeUInt32BE(HEADER_BYTES - LENGTH_BYTES + bodyBytes, 0);
  frame[4] = type;
  frame.writeUInt32BE(call, 5);
}

/** The parts of a RESULT or CHUNK body. Throws `FrameError` where it is too short. */
export function decodeResult(body: Buffer): { durationMs: number; contentType: string; payload: Buffer } {
  if (body.length < 6) throw new FrameError('a result frame is shorter than its fixed part');
  const typeBytes = body.readUInt16BE(4);
  if (body.length < 6 + typeBytes) throw new FrameError('a result frame is shorter than its content type');
  return {
    durationMs: body.readUInt32BE(0) / 1_000,
    contentType: typeBytes === 0 ? 'application/json' : body.toString('latin1', 6, 6 + typeBytes),
    payload: body.subarray(6 + typeBytes),
  };
}

/** Stream number, level number, time and text of a LOG body. Throws `FrameError` where it is too short. */
export function decodeLog(body: Buffer): { stream: number; level: number; timeMs: number; text: string } {
  if (body.length < 10) throw new FrameError('a log frame is shorter than its fixed part');
  return { stream: body[0]!, level: body[1]!, timeMs: body.readDoubleBE(2), text: body.toString('utf8', 10) };
}

/** The meta, a JSON value as little to be trusted as its sender, and the content of an EMIT body. Throws `FrameError` where it is too short. */
export function decodeEmit(body: Buffer): { meta: unknown; content: Buffer } {
  if (body.length < 2) throw new FrameError('an emit frame is shorter than its fixed part');
  const end = 2 + body.readUInt16BE(0);
  if (body.length < end) throw new FrameError('an emit frame is shorter than its meta');
  let meta: unknown;
  try {
    meta = JSON.parse(body.toString('utf8', 2, end));
  } catch {
    throw new FrameError('an emit frame whose meta is not JSON');
  }
  return { meta, content: body.subarray(end) };
}

/** Cuts a byte stream into frames. `push` calls back for each whole frame and throws `FrameError` on a length out of bounds. */
export class FrameDecoder {
  private readonly maxFrameBytes: number;
  private readonly onFrame: (frame: Frame) => void;
  private parts: Buffer[] = [];
  private buffered = 0;
  private wanted = HEADER_BYTES;

  constructor(maxFrameBytes: number, onFrame: (frame: Frame) => void) {
    this.maxFrameBytes = maxFrameBytes;
    this.onFrame = onFrame;
  }

  push(data: Buffer): void {
    let chunk = data;
    if (this.buffered > 0) {
      this.parts.push(data);
      this.buffered += data.length;
      // A large frame arrives in many pieces: join them once, when it is whole, not at each piece.
      if (this.buffered < this.wanted) return;
      chunk = Buffer.concat(this.parts, this.buffered);
      this.parts = [];
      this.buffered = 0;
    }
    let offset = 0;
    this.wanted = HEADER_BYTES;
    while (chunk.length - offset >= HEADER_BYTES) {
      const length = chunk.readUInt32BE(offset);
      if (length < HEADER_BYTES - LENGTH_BYTES)
        throw new FrameError(`a frame claims a length of ${length}, less than its header`);
      if (length > this.maxFrameBytes)
        throw new FrameError(`a frame claims ${length} bytes, more than the limit of ${this.maxFrameBytes}`);
      const end = offset + LENGTH_BYTES + length;
      if (end > chunk.length) {
        this.wanted = LENGTH_BYTES + length;
        break;
      }
      this.onFrame({
        type: chunk[offset + 4]!,
        call: chunk.readUInt32BE(offset + 5),
        body: chunk.subarray(offset + HEADER_BYTES, end),
      });
      offset = end;
    }
    if (offset < chunk.length) {
      this.parts = [chunk.subarray(offset)];
      this.buffered = chunk.length - offset;
    }
  }
}
