import { Problem } from '../../../model/problem.ts';
import type { ChecksumAlgorithm, ObjectView, PutOptions } from '../buckets.ts';
import type { DigestAlgorithm, DigestValues } from '../digests.ts';

type Demands = Pick<PutOptions, 'expect' | 'checksumAlgorithm'>;

/** What has to be computed of a body while it arrives. */
export function neededDigests({ expect = {}, checksumAlgorithm }: Demands): DigestAlgorithm[] {
  const needed = new Set<DigestAlgorithm>(['MD5', ...(Object.keys(expect.checksums ?? {}) as ChecksumAlgorithm[])]);
  if (expect.sha256Hex !== undefined) needed.add('SHA256');
  if (expect.trailing !== undefined) needed.add(expect.trailing.algorithm);
  if (checksumAlgorithm !== undefined) needed.add(checksumAlgorithm);
  return [...needed];
}

/** Compares a whole body's digests with the expected ones; throws `invalid_request` (`bad_digest`). */
export function checkDigests(digests: DigestValues, { expect = {} }: Demands): void {
  const { md5, sha256Hex, checksums = {}, trailing } = expect;
  if (md5 !== undefined) compare('MD5', md5, digests);
  if (sha256Hex !== undefined) compare('SHA256', Buffer.from(sha256Hex, 'hex').toString('base64'), digests);
  for (const [algorithm, value] of Object.entries(checksums)) compare(algorithm as ChecksumAlgorithm, value, digests);
  if (trailing === undefined) return;
  const value = trailing.value();
  if (value === undefined) {
    throw new Problem(
      'invalid_request',
      `the body ended without the ${trailing.algorithm} that was announced to follow it`,
      {
        details: { reason: 'missing_trailer' },
      },
    );
  }
  compare(trailing.algorithm, value, digests);
}

/** The checksums that are kept of a body: those that were given, or asked for. */
export function checksumsOf(digests: DigestValues, demands: Demands): ObjectView['checksums'] {
  const { expect = {}, checksumAlgorithm } = demands;
  const kept = new Set<ChecksumAlgorithm>(Object.keys(expect.checksums ?? {}) as ChecksumAlgorithm[]);
  if (expect.trailing !== undefined) kept.add(expect.trailing.algorithm);
  if (checksumAlgorithm !== undefined) kept.add(checksumAlgorithm);
  return Object.fromEntries([...kept].map((algorithm) => [algorithm, digests[algorithm]!]));
}

function compare(algorithm: DigestAlgorithm, expected: string, digests: DigestValues): void {
  const actual = digests[algorithm];
  if (actual === expected) return;
  throw new Problem(
    'invalid_request',
    `the body is not what its sender meant: its ${algorithm} is ${actual}, not ${expected}; send it again`,
    { details: { reason: 'bad_digest', algorithm, actual, expected } },
  );
}
