import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { Crc64Nvme, type CrcAlgorithm, combineCrc, crc32c } from './crc.ts';

/** The text that the catalogue of parametrised CRC algorithms gives the check of. */
const CHECKED = Buffer.from('123456789');

const of32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};
const crc64 = (...pieces: Uint8Array[]) => {
  const crc = new Crc64Nvme();
  for (const piece of pieces) crc.update(piece);
  return crc.digest();
};
const CHECKS: Record<CrcAlgorithm, (data: Uint8Array) => string> = {
  CRC32: (data) => of32(crc32(data)),
  CRC32C: (data) => of32(crc32c(data)),
  CRC64NVME: (data) => crc64(data).toString('base64'),
};

describe('cyclic redundancy checks', () => {
  test('give the known values', () => {
    assert.equal(crc32c(CHECKED), 0xe3069283);
    assert.equal(crc64(CHECKED).toString('hex'), 'ae8b14860a799888');
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa, 'RFC 3720');
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43, 'RFC 3720');
    assert.equal(crc32c(Buffer.alloc(0)), 0);
    assert.equal(crc64().toString('hex'), '0000000000000000');
  });

  test('are the same in pieces as at once, and follow from those of the pieces', () => {
    const piece = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(piece, piece, (a, b) => {
        const whole = Buffer.concat([a, b]);
        assert.equal(crc32c(b, crc32c(a)), crc32c(whole));
        assert.deepEqual(crc64(a, b), crc64(whole));
        for (const [algorithm, check] of Object.entries(CHECKS)) {
          assert.equal(combineCrc(algorithm as CrcAlgorithm, check(a), check(b), b.length), check(whole), algorithm);
        }
      }),
    );
  });
});
