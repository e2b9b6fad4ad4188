import { createHmac } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { queryValue, type Target } from './canonical.ts';
import type { Signed } from './sigv4.ts';

/**
 * Presigned URLs of Signature Version 2, which boto3 still makes by default in the oldest regions of AWS. Nothing else is taken
 * of this version: it signs less than version 4, so that what it does not sign is refused.
 */

const MARK = /[?&]AWSAccessKeyId=/;
/** Parameters that are signed as a part of the resource. */
const SIGNED_PARAMETERS = new Set(
  `acl cors delete lifecycle location logging notification partNumber policy requestPayment restore tagging uploadId uploads
  versionId versioning versions website response-cache-control response-content-disposition response-content-encoding
  response-content-language response-content-type response-expires`.split(/\s+/),
);
const OWN_PARAMETERS = new Set(['AWSAccessKeyId', 'Signature', 'Expires', 'x-id', 'content-type', 'content-md5']);

export function isPresignedV2(url: string): boolean {
  return url.includes('AWSAccessKeyId=') && MARK.test(url);
}

/** What a presigned URL says of its signature; throws as S3 does where it is malformed. */
export function parsePresignedV2(target: Target): Signed {
  const accessKeyId = queryValue(target, 'AWSAccessKeyId') ?? '';
  const signature = queryValue(target, 'Signature') ?? '';
  const expires = queryValue(target, 'Expires') ?? '';
  if (accessKeyId === '' || signature === '' || !/^\d{1,12}$/.test(expires)) {
    throw new AwsError(
      403,
      'AccessDenied',
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    );
  }
  const sessionToken = queryValue(target, 'x-amz-security-token');
  return {
    ...{ accessKeyId, signature, day: '', region: '', service: 's3', signedHeaders: [], time: '' },
    // It says only when it ends, in seconds since 1970.
    timeMs: 0,
    expiresSeconds: Number(expires),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

/**
 * The signature that a request should have. `resource` is the path as it was sent, after the bucket that the host names;
 * `headers` hold what clients put into the query instead.
 */
export function signatureV2Of(
  secret: string,
  request: { method: string; target: Target; headers: ReadonlyMap<string, string>; resource: string },
): string {
  const { method, target, headers, resource } = request;
  const amz = [...headers].filter(([name]) => name.startsWith('x-amz-')).sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = target.query.filter(([name]) => isSignedParameter(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const search = parameters.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  const text = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    queryValue(target, 'Expires') ?? '',
    ...amz.map(([name, value]) => `${name}:${value.trim()}`),
    search === '' ? resource : `${resource}?${search}`,
  ].join('\n');
  return createHmac('sha1', secret).update(text, 'latin1').digest('base64');
}

function isSignedParameter(name: string): boolean {
  if (SIGNED_PARAMETERS.has(name)) return true;
  if (OWN_PARAMETERS.has(name) || name.startsWith('x-amz-')) return false;
  throw new AwsError(403, 'AccessDenied', `Signature Version 2 does not sign "${name}"; sign with version 4`);
}
