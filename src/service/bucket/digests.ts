import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm } from './buckets.ts';
import { Crc64Nvme, crc32c } from './crc.ts';

export type DigestAlgorithm = ChecksumAlgorithm | 'MD5';

/** Digests in base64, by algorithm. */
export type DigestValues = Partial<Record<DigestAlgorithm, string>>;

/** Digests of one body under way. */
export class Digests {
  private readonly hashes: readonly (readonly [DigestAlgorithm, Digesting])[];

  constructor(algorithms: Iterable<DigestAlgorithm>) {
    this.hashes = [...new Set(algorithms)].map((algorithm) => [algorithm, start(algorithm)]);
  }

  update(data: Uint8Array): void {
    for (const [, hash] of this.hashes) hash.update(data);
  }

  values(): DigestValues {
    return Object.fromEntries(this.hashes.map(([algorithm, hash]) => [algorithm, hash.digest().toString('base64')]));
  }
}

/** The digest of bytes that are all there, in base64. */
export function digestOf(algorithm: DigestAlgorithm, data: Uint8Array): string {
  const digests = new Digests([algorithm]);
  digests.update(data);
  return digests.values()[algorithm]!;
}

interface Digesting {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

function start(algorithm: DigestAlgorithm): Digesting {
  switch (algorithm) {
    case 'MD5':
      return createHash('md5') satisfies Hash;
    case 'SHA1':
      return createHash('sha1');
    case 'SHA256':
      return createHash('sha256');
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'CRC32':
      return crcOf((data, before) => crc32(data, before));
    case 'CRC32C':
      return crcOf(crc32c);
  }
}

function crcOf(step: (data: Uint8Array, before: number) => number): Digesting {
  let value = 0;
  return {
    update(data) {
      value = step(data, value);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}
