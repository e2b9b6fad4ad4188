import { Problem } from '../../model/problem.ts';
import type { ByteRange, GetOptions, ObjectView } from './buckets.ts';

/** The bytes that are asked for; `undefined` for all. Throws `invalid_range` where the object has none of them. */
export function rangeOf(
  { bytes, parts }: Pick<ObjectView, 'bytes' | 'parts'>,
  { range, partNumber }: Pick<GetOptions, 'range' | 'partNumber'>,
): ByteRange | undefined {
  if (partNumber !== undefined) return partOf(parts ?? [bytes], partNumber);
  if (range === undefined) return undefined;
  if ('suffixBytes' in range) {
    if (range.suffixBytes <= 0 || bytes === 0) throw noRange(bytes);
    return { first: Math.max(0, bytes - range.suffixBytes), last: bytes - 1 };
  }
  const last = Math.min(range.last ?? bytes - 1, bytes - 1);
  if (range.first > last) throw noRange(bytes);
  return { first: range.first, last };
}

function partOf(parts: readonly number[], partNumber: number): ByteRange | undefined {
  const partBytes = parts[partNumber - 1];
  if (partBytes === undefined) {
    throw new Problem('invalid_range', `the object has no part ${partNumber}; it has ${parts.length}`, {
      details: { reason: 'invalid_part_number', parts: parts.length },
    });
  }
  if (partBytes === 0) return undefined;
  const first = parts.slice(0, partNumber - 1).reduce((sum, each) => sum + each, 0);
  return { first, last: first + partBytes - 1 };
}

function noRange(bytes: number): Problem {
  return new Problem('invalid_range', `the object has ${bytes} bytes, and none of them is in the range`, {
    details: { bytes },
  });
}
