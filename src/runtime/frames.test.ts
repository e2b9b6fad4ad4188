import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeLog, decodeResult, encodeFrame, encodeInvoke, type Frame, FrameDecoder, FrameError } from './frames.ts';
import { FrameType, type FrameTypeNumber } from './protocol.ts';

const MAX_FRAME_BYTES = 100_000;

const call = fc.integer({ min: 0, max: 0xffff_ffff });
const body = fc.uint8Array({ maxLength: 300 });
const frame = fc.record({ type: fc.constantFrom(...Object.values(FrameType)), call, body });

/** The frames that a decoder finds in a stream that comes in these pieces. */
function decode(pieces: Iterable<Buffer>): { type: number; call: number; body: string }[] {
  const found: { type: number; call: number; body: string }[] = [];
  const decoder = new FrameDecoder(MAX_FRAME_BYTES, (one: Frame) =>
    found.push({ type: one.type, call: one.call, body: one.body.toString('hex') }),
  );
  for (const piece of pieces) decoder.push(piece);
  return found;
}

function* cut(stream: Buffer, sizes: readonly number[]): Iterable<Buffer> {
  let at = 0;
  for (let turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    // A receive buffer is used again: what was pushed must not be needed afterwards, except by the decoder's own copy.
    yield Buffer.from(stream.subarray(at, at + size));
    at += size;
  }
}

test('a stream gives the same frames however it is cut', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 12 }), sizes, (frames, cuts) => {
      const stream = Buffer.concat(frames.map((one) => encodeFrame(one.type as FrameTypeNumber, one.call, one.body)));
      const expected = frames.map((one) => ({ ...one, body: Buffer.from(one.body).toString('hex') }));
      assert.deepEqual(decode([stream]), expected);
      assert.deepEqual(decode(cut(stream, cuts)), expected);
      assert.deepEqual(decode(cut(stream, [1])), expected);
    }),
  );
});

test('a text is a body as its UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(encodeFrame(FrameType.error, 1, text), encodeFrame(FrameType.error, 1, Buffer.from(text)));
    }),
  );
});

test('INVOKE keeps every part', () => {
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const kinds = ['json', 'text-parameters', 'binary', 'offered-parameters'] as const;
  const timeoutMs = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(
      call,
      id,
      timeoutMs,
      fc.constantFrom(...kinds),
      fc.string(),
      body,
      (number, bytes, timeout, kind, meta, payload) => {
        const frame = encodeInvoke(number, bytes, timeout, kind, meta, payload);
        assert.equal(frame.readUInt32BE(0), frame.length - 4);
        assert.equal(frame[4], FrameType.invoke);
        assert.equal(frame.readUInt32BE(5), number);
        assert.deepEqual(frame.subarray(9, 25), Buffer.from(bytes));
        assert.equal(frame.readUInt32BE(25), timeout);
        assert.equal(frame[29], kinds.indexOf(kind));
        const metaBytes = frame.readUInt16BE(30);
        assert.equal(frame.toString('utf8', 32, 32 + metaBytes), Buffer.from(meta).toString());
        assert.deepEqual(frame.subarray(32 + metaBytes), Buffer.from(payload));
      },
    ),
  );
});

test('RESULT and LOG bodies are taken apart', () => {
  const result = Buffer.from(`000003e8000a${Buffer.from('text/plainhello').toString('hex')}`, 'hex');
  assert.deepEqual(decodeResult(result), { durationMs: 1, contentType: 'text/plain', payload: Buffer.from('hello') });
  const json = Buffer.from(`000000000000${Buffer.from('42').toString('hex')}`, 'hex');
  assert.deepEqual(decodeResult(json), { durationMs: 0, contentType: 'application/json', payload: Buffer.from('42') });
  const log = Buffer.concat([Buffer.from([2, 4]), Buffer.alloc(8), Buffer.from('ä')]);
  log.writeDoubleBE(1234.5, 2);
  assert.deepEqual(decodeLog(log), { stream: 2, level: 4, timeMs: 1234.5, text: 'ä' });
});

test('whatever a body holds, it is taken apart or refused', () => {
  fc.assert(
    fc.property(body, (bytes) => {
      for (const part of [decodeResult, decodeLog]) {
        try {
          part(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof FrameError);
        }
      }
    }),
  );
});

test('a length out of bounds breaks the connection at once', () => {
  const header = (length: number): Buffer => {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt32BE(length, 0);
    return bytes;
  };
  assert.throws(() => decode([header(4)]), FrameError);
  assert.throws(() => decode([header(0)]), FrameError);
  assert.throws(() => decode([header(MAX_FRAME_BYTES + 1)]), FrameError);
  assert.throws(() => decode([encodeFrame(FrameType.hello, 0, '{}'), header(0xffff_ffff)]), FrameError);
  assert.deepEqual(decode([header(MAX_FRAME_BYTES)]), []);
});
