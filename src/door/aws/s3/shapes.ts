import type { Tag } from '@aws-sdk/client-s3';
import type { Conditions, ObjectView } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';

/** The one account of a node, as S3 shows owners. */
export const OWNER = {
  ID: '0000000000000000000000000000000000000000000000000000000000000000',
  DisplayName: 'fob',
};

const MAX_TAGS = 10;
const MAX_BUCKET_TAGS = 50;

/** S3's times have no fractions of a second. */
export function dateOf(timeMs: number): Date {
  return new Date(Math.floor(timeMs / 1_000) * 1_000);
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

export function unquoted(etag: string | undefined): string {
  return (etag ?? '')
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

/** Preconditions of a request; `undefined` where it has none. */
export function conditionsOf(input: {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}): Conditions | undefined {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = input;
  const conditions: Conditions = {
    ...(IfMatch !== undefined && { ifMatch: IfMatch.split(',').map(unquoted) }),
    ...(IfNoneMatch !== undefined && { ifNoneMatch: IfNoneMatch.split(',').map(unquoted) }),
    ...(IfModifiedSince !== undefined && { ifModifiedSinceMs: IfModifiedSince.getTime() }),
    ...(IfUnmodifiedSince !== undefined && { ifUnmodifiedSinceMs: IfUnmodifiedSince.getTime() }),
  };
  return Object.keys(conditions).length === 0 ? undefined : conditions;
}

/** Tags of a document; throws `InvalidTag` and `BadRequest` as S3 does. */
export function tagsFrom(tags: readonly Tag[] | undefined, of: 'bucket' | 'object'): Record<string, string> {
  const most = of === 'bucket' ? MAX_BUCKET_TAGS : MAX_TAGS;
  if ((tags?.length ?? 0) > most) {
    throw new AwsError(
      400,
      'BadRequest',
      `${of === 'bucket' ? 'Bucket' : 'Object'} tags cannot be greater than ${most}`,
    );
  }
  const found: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags ?? []) {
    if (Key === '' || Key.length > 128)
      throw new AwsError(400, 'InvalidTag', 'The TagKey you have provided is invalid');
    if (Value.length > 256) throw new AwsError(400, 'InvalidTag', 'The TagValue you have provided is invalid');
    if (Object.hasOwn(found, Key)) {
      throw new AwsError(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key');
    }
    // Also a key such as __proto__ is one's own.
    Object.defineProperty(found, Key, { value: Value, enumerable: true, configurable: true, writable: true });
  }
  return found;
}

/** Tags as the header `x-amz-tagging` has them: like a query. */
export function tagsFromHeader(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const tags = [...new URLSearchParams(text)].map(([Key, Value]) => ({ Key, Value }));
  return tagsFrom(tags, 'object');
}

export function tagSet(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Checksums as outputs have them. */
export function checksumsOf({
  checksums,
  checksumType,
}: {
  readonly checksums: ObjectView['checksums'];
  readonly checksumType?: ObjectView['checksumType'];
}) {
  const shown: Record<string, string> = {};
  for (const [algorithm, value] of Object.entries(checksums)) shown[`Checksum${algorithm}`] = value;
  return Object.keys(shown).length === 0 ? {} : { ...shown, ...(checksumType && { ChecksumType: checksumType }) };
}

/** The version for an answer; nothing where the bucket has no versions. */
export function versionOf(versionId: string | undefined): { VersionId?: string } {
  return versionId === undefined ? {} : { VersionId: versionId };
}

/** The key as S3 takes it; the port sees to its length. */
export function keyOf(key: string | undefined): string {
  if (key?.includes('\0')) throw new AwsError(400, 'InvalidArgument', 'A key may not contain NUL');
  return key ?? '';
}
