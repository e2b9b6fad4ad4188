import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AwsChunkedDecoder, type ChunkedOptions } from './aws-chunked.ts';
import { ChunkSigner, type Signed, sha256Hex } from './sigv4.ts';

const KEY = Buffer.from('a key');
const SIGNED: Signed = {
  accessKeyId: 'FOBK',
  day: '20261124',
  region: 'us-east-1',
  service: 's3',
  signedHeaders: ['host'],
  signature: '0'.repeat(64),
  time: '20261124T000000Z',
  timeMs: 0,
};
const TRAILER = 'x-amz-checksum-crc32';

/** What a client sends for these pieces of a body. */
function encode(
  pieces: readonly Uint8Array[],
  { signed = false, trailer }: { signed?: boolean; trailer?: string },
): Buffer {
  const signer = new ChunkSigner(KEY, SIGNED);
  const head = (piece: Uint8Array) =>
    `${piece.length.toString(16)}${signed ? `;chunk-signature=${signer.next(sha256Hex(piece))}` : ''}\r\n`;
  const parts = pieces.filter(({ length }) => length > 0).flatMap((piece) => [head(piece), piece, '\r\n']);
  parts.push(head(new Uint8Array(0)));
  if (trailer !== undefined) {
    parts.push(`${TRAILER}:${trailer}\r\n`);
    if (signed) parts.push(`x-amz-trailer-signature:${signer.trailer(sha256Hex(`${TRAILER}:${trailer}\n`))}\r\n`);
  }
  return Buffer.concat([...parts, '\r\n'].map((part) => Buffer.from(part)));
}

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function decode(sent: Buffer, options: ChunkedOptions, sizes: readonly number[] = [sent.length]) {
  const decoder = new AwsChunkedDecoder(options);
  const body = await buffer(Readable.from(cut(sent, sizes)).compose(decoder) as Readable);
  return { body, trailers: decoder.trailers };
}

const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 });
const optionsOf = (signed: boolean, trailer: boolean, bytes?: number): ChunkedOptions => ({
  ...(bytes !== undefined && { bytes }),
  ...(signed && { signer: new ChunkSigner(KEY, SIGNED) }),
  ...(trailer && { trailers: [TRAILER] }),
});

describe('the aws-chunked decoder', () => {
  test('gives the same body however what it gets is cut', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, sizes, fc.boolean(), fc.boolean(), async (parts, at, signed, trailer) => {
        const whole = Buffer.concat(parts);
        const sent = encode(parts, { signed, ...(trailer && { trailer: 'AAAAAA==' }) });
        const { body, trailers } = await decode(sent, optionsOf(signed, trailer, whole.length), at);
        assert.ok(whole.equals(body));
        assert.deepEqual([...trailers], trailer ? [[TRAILER, 'AAAAAA==']] : []);
      }),
    );
  });

  test('refuses a signed body in which one byte is another, or which is cut short', async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.boolean(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (parts, trailer, where, flip) => {
          const sent = encode(parts, { signed: true, ...(trailer && { trailer: 'AAAAAA==' }) });
          const changed = Buffer.from(sent);
          // The last line ends with CR LF, which may be left out; all before it matters.
          const at = where % (sent.length - 4);
          changed[at] = changed[at]! ^ flip;
          const bytes = Buffer.concat(parts).length;
          const mayMean = (other: Buffer) => {
            // Hexadecimal digits of a size may be large or small, names of trailers too; spaces around values are none.
            const plain = (text: Buffer) => text.toString('latin1').toLowerCase();
            return plain(other) === plain(sent);
          };
          if (!mayMean(changed)) await assert.rejects(decode(changed, optionsOf(true, trailer, bytes)));
          await assert.rejects(decode(sent.subarray(0, at), optionsOf(true, trailer, bytes)));
        },
      ),
    );
  });

  test('takes the line ends that clients send', async () => {
    const signer = new ChunkSigner(KEY, SIGNED);
    const last = signer.next(sha256Hex(''));
    const end = signer.trailer(sha256Hex(`${TRAILER}:AAAAAA==\n`));
    const sent = `0;chunk-signature=${last}\r\n${TRAILER}:AAAAAA==\n\r\nx-amz-trailer-signature:${end}\r\n\r\n`;
    const { trailers } = await decode(Buffer.from(sent), optionsOf(true, true, 0));
    assert.equal(trailers.get(TRAILER), 'AAAAAA==');
    assert.equal((await decode(Buffer.from('1\r\na\r\n0\r\n'), {})).body.toString(), 'a');
  });

  test('refuses what is malformed, too long, or of another length', async () => {
    for (const [sent, options, code] of [
      ['', {}, 'IncompleteBody'],
      ['x\r\n', {}, 'InvalidRequest'],
      ['1\r\nab', {}, 'IncompleteBody'],
      ['1\r\nab\r\n0\r\n\r\n', {}, 'InvalidRequest'],
      ['1\r\na\r\n', {}, 'IncompleteBody'],
      ['1\r\na\r\n0\r\n\r\n', { bytes: 2 }, 'IncompleteBody'],
      ['2\r\nab\r\n0\r\n\r\n', { bytes: 1 }, 'IncompleteBody'],
      ['0\r\nname:value\r\n\r\n', {}, 'InvalidRequest'],
      ['0\r\n\r\n', { trailers: [TRAILER] }, 'InvalidRequest'],
      ['0\r\n\r\nmore\r\n', {}, 'InvalidRequest'],
      ['1'.repeat(5_000), {}, 'InvalidRequest'],
      [`0\r\n${'a'.repeat(20_000)}`, { trailers: [TRAILER] }, 'InvalidRequest'],
      [`0\r\n${'a:b\r\n'.repeat(4_000)}`, { trailers: [TRAILER] }, 'InvalidRequest'],
      ['fffffffff\r\n', {}, 'EntityTooLarge'],
      ['1\r\na\r\n0\r\n\r\n', { signer: new ChunkSigner(KEY, SIGNED) }, 'InvalidRequest'],
    ] as [string, ChunkedOptions, string][]) {
      await assert.rejects(decode(Buffer.from(sent), options), { code }, sent.slice(0, 40));
    }
  });
});
