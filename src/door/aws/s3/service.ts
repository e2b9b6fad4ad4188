import * as client from '@aws-sdk/client-s3';
import type { StaticOperationSchema } from '@smithy/types';
import { allows, type GrantAccess } from '../../../model/grant.ts';
import { Problem } from '../../../model/problem.ts';
import type { Buckets } from '../../../service/bucket/buckets.ts';
import { authorize } from '../../principal.ts';
import { causeOf } from '../../trace-context.ts';
import { AwsError } from '../aws-error.ts';
import {
  type BoundOperation,
  bindOperation,
  findOperation,
  readBindings,
  toHeader,
  writeHeaders,
} from '../http-binding.ts';
import { createRestXml } from '../rest-xml.ts';
import type { AwsAnswer, AwsRequest, AwsService } from '../service.ts';
import { readDocument } from './document.ts';
import type { Output, S3Call, S3Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { refuseUnsupported } from './unsupported.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Operations that share a path and have no place here. */
const NEVER = new Set(['ListDirectoryBuckets', 'CreateSession', 'WriteGetObjectResponse']);
const OPERATION_TRAIT = 9;

interface S3Deps {
  readonly buckets: Buckets;
  readonly errorOf: S3Call['errorOf'];
  readonly notifications: S3Call['notifications'];
  /** Told of each change of a bucket itself, such as `PutBucketTagging`; objects come and go all day long. */
  onManaged(request: AwsRequest, bucket: string, operation: string): void;
}

/** The S3 protocol over the bucket port, driven by the model that AWS's own client carries. */
export function createS3({ buckets, errorOf, notifications, onManaged }: S3Deps): AwsService {
  const xml = createRestXml(NAMESPACE);
  const bound = operationsOf(client);

  const callOf = (request: AwsRequest): S3Call => ({
    request,
    buckets,
    cause: causeOf(request.req),
    errorOf,
    notifications,
    authorize: (name, access) => authorize(request.req, 'bucket', name, access),
    mayTouch: (name) => mayTouch(request.credential.grants, name),
    async bucket(name) {
      const found = await buckets.findBucket(name ?? '');
      if (found !== undefined) return found;
      throw new Problem('not_found', 'The specified bucket does not exist', { details: { what: 'bucket' } });
    },
  });

  return async (request) => {
    const { method, target, headers, hostBucket } = request;
    const { bucket, key } = addressOf(target.path, hostBucket);
    const at = { method, target, headers, hasBucket: bucket !== undefined, hasKey: key !== undefined };
    const found = findOperation(bound, at);
    if (found === undefined) {
      throw new AwsError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
    }
    const operation = Object.hasOwn(OPERATIONS, found.name) ? OPERATIONS[found.name]! : undefined;
    if (operation === undefined)
      throw new AwsError(501, 'NotImplemented', `${found.name} is not supported by this node`);
    refuseUnsupported(headers);
    const call = callOf(request);
    if (bucket !== undefined) assertAccess(operation, call, bucket);

    const input: Record<string, unknown> = readBindings(found, target, headers);
    if (bucket !== undefined) input.Bucket = bucket;
    if (key !== undefined) input.Key = key;
    const document = found.input.find(({ place }) => place === 'payload');
    if (document !== undefined) {
      const text = await readDocument(request);
      if (text !== '') input[document.member] = xml.read(document.schema, text);
      else if (document.required) {
        throw new AwsError(400, 'MissingRequestBodyError', 'Request Body is empty');
      }
    }
    const output = await operation.run(input as never, call);
    if (operation.access === 'manage' && bucket !== undefined) onManaged(request, bucket, found.name);
    return answerOf(found, output, xml.write(found, output as Record<string, unknown>));
  };
}

function operationsOf(exported: Readonly<Record<string, unknown>>): BoundOperation[] {
  return Object.values(exported)
    .filter((value): value is StaticOperationSchema => Array.isArray(value) && value[0] === OPERATION_TRAIT)
    .filter(([, , name]) => !NEVER.has(name))
    .map(bindOperation);
}

/** Bucket and key of a path; the bucket of the host comes first. */
function addressOf(path: string, hostBucket: string | undefined): { bucket?: string; key?: string } {
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const bucket = hostBucket ?? (slash === -1 ? rest : rest.slice(0, slash));
  const key = hostBucket !== undefined ? rest : slash === -1 ? '' : rest.slice(slash + 1);
  return { ...(bucket !== '' && { bucket }), ...(key !== '' && { key }) };
}

function assertAccess({ access }: S3Operation, call: S3Call, bucket: string): void {
  if (access === 'none' || (access === 'any' && call.mayTouch(bucket))) return;
  call.authorize(bucket, access === 'any' ? 'read' : access);
}

function mayTouch(grants: readonly string[] | 'all', name: string): boolean {
  const any: readonly GrantAccess[] = ['read', 'write', 'manage'];
  return grants === 'all' || any.some((access) => allows(grants, 'bucket', name, access));
}

function answerOf(operation: BoundOperation, output: Output<object>, xml: string | undefined): AwsAnswer {
  const { Body, $status, $headers = [], $xml } = output;
  const headers = [...writeHeaders(operation, output as Record<string, unknown>), ...$headers.map(toHeader)];
  const body = Body ?? $xml ?? xml;
  return { status: $status ?? operation.status, headers, ...(body !== undefined && { body }) };
}
