import type { Logger } from 'pino';
import type { Problem, ProblemCode } from '../../model/problem.ts';
import { describeFailure } from '../failure.ts';
import { AwsError } from './aws-error.ts';

type AwsName = readonly [status: number, code: string];

/** What each problem is called by this door, where its details do not say it more exactly. */
export const PROBLEM_NAMES: Readonly<Record<ProblemCode, AwsName>> = {
  not_modified: [304, 'NotModified'],
  invalid_request: [400, 'InvalidArgument'],
  invalid_function: [400, 'InvalidRequest'],
  load_failed: [400, 'InvalidRequest'],
  build_failed: [400, 'InvalidRequest'],
  unsupported_runtime: [400, 'InvalidRequest'],
  unauthorized: [403, 'AccessDenied'],
  forbidden: [403, 'AccessDenied'],
  not_found: [404, 'NoSuchKey'],
  method_not_allowed: [405, 'MethodNotAllowed'],
  conflict: [409, 'OperationAborted'],
  idempotency_conflict: [409, 'OperationAborted'],
  policy_violation: [403, 'AccessDenied'],
  quota_exceeded: [503, 'SlowDown'],
  loop_detected: [400, 'InvalidRequest'],
  precondition_failed: [412, 'PreconditionFailed'],
  too_large: [400, 'EntityTooLarge'],
  unsupported_media_type: [415, 'UnsupportedMediaType'],
  invalid_range: [416, 'InvalidRange'],
  throttled: [503, 'SlowDown'],
  cancelled: [400, 'RequestTimeout'],
  internal: [500, 'InternalError'],
  sandbox_failed: [503, 'ServiceUnavailable'],
  unavailable: [503, 'ServiceUnavailable'],
  storage_full: [507, 'InsufficientStorage'],
  data_folder_locked: [503, 'ServiceUnavailable'],
  data_folder_unusable: [503, 'ServiceUnavailable'],
};

const MISSING: Readonly<Record<string, AwsName>> = {
  bucket: [404, 'NoSuchBucket'],
  object: [404, 'NoSuchKey'],
  version: [404, 'NoSuchVersion'],
  upload: [404, 'NoSuchUpload'],
};

/** What the particular reasons of problems are called. */
const REASONS: Readonly<Record<string, AwsName>> = {
  bucket_exists: [409, 'BucketAlreadyOwnedByYou'],
  bucket_not_empty: [409, 'BucketNotEmpty'],
  illegal_versioning: [400, 'IllegalVersioningConfigurationException'],
  invalid_bucket_name: [400, 'InvalidBucketName'],
  invalid_key: [400, 'InvalidArgument'],
  key_too_long: [400, 'KeyTooLongError'],
  bad_digest: [400, 'BadDigest'],
  incomplete_body: [400, 'IncompleteBody'],
  invalid_part: [400, 'InvalidPart'],
  invalid_part_order: [400, 'InvalidPartOrder'],
  invalid_part_number: [400, 'InvalidPartNumber'],
  invalid_checksum_type: [400, 'InvalidRequest'],
  missing_trailer: [400, 'InvalidRequest'],
  metadata_too_large: [400, 'MetadataTooLarge'],
  entity_too_small: [400, 'EntityTooSmall'],
};

/** Any thrown value as this door tells it; faults of the platform are logged with the reference that the message names. */
export function fromProblem(log: Logger, thrown: unknown): AwsError {
  // What this door throws while a body flows comes back as the cause of the failed write.
  const own = ownCause(thrown);
  if (own !== undefined) return own;
  const { problem, reference } = describeFailure(log, thrown);
  const { details } = problem;
  const [status, code] = nameOf(problem);
  const message = reference === undefined ? problem.message : `${problem.message} (reference ${reference})`;
  const headers: Record<string, string> = {};
  if (typeof details?.etag === 'string') headers.ETag = `"${details.etag}"`;
  if (typeof details?.bytes === 'number') headers['Content-Range'] = `bytes */${details.bytes}`;
  if (details?.deleteMarker === true) headers['x-amz-delete-marker'] = 'true';
  if (typeof details?.versionId === 'string') headers['x-amz-version-id'] = details.versionId;
  if (typeof details?.allowed === 'string') headers.Allow = details.allowed;
  return new AwsError(status, code, message, { cause: thrown, headers });
}

function nameOf({ code, details }: Problem): AwsName {
  const reason = details?.reason;
  if (typeof reason === 'string' && Object.hasOwn(REASONS, reason)) return REASONS[reason]!;
  const what = details?.what;
  // A delete marker that is asked for by its version is there, but cannot be read.
  if (code === 'not_found' && what === 'version' && details?.deleteMarker === true)
    return PROBLEM_NAMES.method_not_allowed;
  if (code === 'not_found' && typeof what === 'string' && Object.hasOwn(MISSING, what)) return MISSING[what]!;
  return PROBLEM_NAMES[code];
}

function ownCause(thrown: unknown): AwsError | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error instanceof AwsError) return error;
  }
  return undefined;
}
