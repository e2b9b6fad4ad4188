import { AwsError } from '../aws-error.ts';

/** Access control lists that say what holds anyway. */
const HARMLESS_ACLS = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);

/** The account that buckets belong to, where a client wants to be sure of it. */
export const ACCOUNT_ID = '000000000000';

/** Refuses what would be a promise that this node does not keep. */
export function refuseUnsupported(headers: ReadonlyMap<string, string>): void {
  for (const name of headers.keys()) {
    if (/^x-amz-(?:copy-source-)?server-side-encryption/.test(name)) {
      throw new AwsError(
        501,
        'NotImplemented',
        'Objects are not encrypted by this node; encrypt the disk, or the object itself',
      );
    }
    if (name.startsWith('x-amz-object-lock-') || name === 'x-amz-bucket-object-lock-enabled') {
      throw new AwsError(501, 'NotImplemented', 'Object lock is not supported by this node');
    }
    if (name.startsWith('x-amz-grant-')) throw noAcl();
    if (/^x-amz-checksum-(?:xxhash|sha512|md5)/.test(name)) {
      throw new AwsError(
        501,
        'NotImplemented',
        `${name} is not supported; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256`,
      );
    }
  }
  const acl = headers.get('x-amz-acl');
  if (acl !== undefined && !HARMLESS_ACLS.has(acl)) throw noAcl();
  const owner = headers.get('x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== ACCOUNT_ID) throw new AwsError(403, 'AccessDenied', 'Access Denied');
}

export function noAcl(): AwsError {
  return new AwsError(
    400,
    'AccessControlListNotSupported',
    'The bucket does not allow ACLs; grants of access keys say who may do what',
  );
}
