import type {
  AccessControlPolicy,
  GetBucketAclCommandInput,
  GetBucketAclCommandOutput,
  GetBucketNotificationConfigurationCommandInput,
  GetBucketNotificationConfigurationCommandOutput,
  GetBucketOwnershipControlsCommandOutput,
  GetBucketRequestPaymentCommandOutput,
  GetBucketVersioningCommandInput,
  GetBucketVersioningCommandOutput,
  GetObjectAclCommandInput,
  PutBucketAclCommandInput,
  PutBucketVersioningCommandInput,
  PutObjectAclCommandInput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { operation, type S3Operation } from './operation.ts';
import { keyOf, OWNER } from './shapes.ts';
import { ACCOUNT_ID, noAcl } from './unsupported.ts';

interface OfBucket {
  readonly Bucket?: string | undefined;
}

export const getBucketVersioning = operation<GetBucketVersioningCommandInput, GetBucketVersioningCommandOutput>(
  'any',
  async ({ Bucket }, { bucket }) => {
    const { versioning } = (await bucket(Bucket)).settings;
    return versioning === 'off' ? {} : { Status: versioning === 'enabled' ? 'Enabled' : 'Suspended' };
  },
);

export const putBucketVersioning = operation<PutBucketVersioningCommandInput, object>(
  'manage',
  async ({ Bucket, VersioningConfiguration }, { buckets }) => {
    const { Status, MFADelete } = VersioningConfiguration ?? {};
    if (MFADelete === 'Enabled') throw new AwsError(501, 'NotImplemented', 'MFA delete is not supported');
    if (Status !== 'Enabled' && Status !== 'Suspended') {
      throw new AwsError(
        400,
        'IllegalVersioningConfigurationException',
        'The versioning status is Enabled or Suspended',
      );
    }
    await buckets.configureBucket(Bucket!, { versioning: Status === 'Enabled' ? 'enabled' : 'suspended' });
    return {};
  },
);

const OWNER_ONLY: GetBucketAclCommandOutput = {
  Owner: OWNER,
  Grants: [{ Grantee: { Type: 'CanonicalUser', ...OWNER }, Permission: 'FULL_CONTROL' }],
  $metadata: {},
};

export const getBucketAcl = operation<GetBucketAclCommandInput, object>('read', async ({ Bucket }, { bucket }) => {
  await bucket(Bucket);
  return OWNER_ONLY;
});

export const getObjectAcl = operation<GetObjectAclCommandInput, object>(
  'read',
  async ({ Bucket, Key, VersionId }, { buckets }) => {
    await buckets.head(Bucket!, keyOf(Key), VersionId === undefined ? {} : { versionId: VersionId });
    return OWNER_ONLY;
  },
);

export const putBucketAcl = operation<PutBucketAclCommandInput, object>('manage', async (input, { bucket }) => {
  await bucket(input.Bucket);
  assertOwnerOnly(input.AccessControlPolicy);
  return {};
});

export const putObjectAcl = operation<PutObjectAclCommandInput, object>('write', async (input, { buckets }) => {
  const { Bucket, Key, VersionId } = input;
  await buckets.head(Bucket!, keyOf(Key), VersionId === undefined ? {} : { versionId: VersionId });
  assertOwnerOnly(input.AccessControlPolicy);
  return {};
});

/** A list that gives to nobody but the owner says what holds anyway. */
function assertOwnerOnly(policy: AccessControlPolicy | undefined): void {
  const others = policy?.Grants?.some(({ Grantee }) => Grantee?.ID !== OWNER.ID) ?? false;
  if (others) throw noAcl();
}

export const getBucketNotificationConfiguration = operation<
  GetBucketNotificationConfigurationCommandInput,
  GetBucketNotificationConfigurationCommandOutput
>('read', async ({ Bucket }, { bucket, notifications }) => {
  await bucket(Bucket);
  return {
    LambdaFunctionConfigurations: notifications(Bucket!).map(({ id, functionName, events, prefix, suffix }) => ({
      Id: id,
      LambdaFunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT_ID}:function:${functionName}`,
      Events: events as [],
      ...((prefix !== '' || suffix !== '') && {
        Filter: {
          Key: {
            FilterRules: [
              ...(prefix === '' ? [] : [{ Name: 'prefix' as const, Value: prefix }]),
              ...(suffix === '' ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
            ],
          },
        },
      }),
    })),
  };
});

export const putBucketNotificationConfiguration = operation<OfBucket, object>('manage', async () => {
  throw new AwsError(
    501,
    'NotImplemented',
    'Notifications are set by triggers: fob trigger add <function> bucket <bucket>',
  );
});

/** What is not set and cannot be: told as S3 tells it of a bucket that was never configured. */
const unset = (code: string, message: string): S3Operation =>
  operation<OfBucket, object>('any', async ({ Bucket }, { bucket }) => {
    await bucket(Bucket);
    throw new AwsError(404, code, message);
  });

/** The same, where S3 answers with a document. */
const fixed = <O extends object>(output: Omit<O, '$metadata'>): S3Operation =>
  operation<OfBucket, object>('any', async ({ Bucket }, { bucket }) => {
    await bucket(Bucket);
    return output;
  });

/** Removing what is not set succeeds. */
const nothingToRemove = operation<OfBucket, object>('manage', async ({ Bucket }, { bucket }) => {
  await bucket(Bucket);
  return {};
});

const NO_POLICY = unset('NoSuchBucketPolicy', 'The bucket policy does not exist');
const NO_LOCK = unset('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration');

/** Settings that S3 has and buckets here have not. */
export const UNSET: Readonly<Record<string, S3Operation>> = {
  GetBucketPolicy: NO_POLICY,
  GetBucketPolicyStatus: NO_POLICY,
  GetBucketCors: unset('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  GetBucketWebsite: unset('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  GetBucketEncryption: unset(
    'ServerSideEncryptionConfigurationNotFoundError',
    'The server side encryption configuration was not found',
  ),
  GetBucketReplication: unset('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  GetObjectLockConfiguration: unset(
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ),
  GetPublicAccessBlock: unset(
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
  ),
  GetObjectRetention: NO_LOCK,
  GetObjectLegalHold: NO_LOCK,
  GetBucketLogging: fixed({}),
  GetBucketAccelerateConfiguration: fixed({}),
  GetBucketRequestPayment: fixed<GetBucketRequestPaymentCommandOutput>({ Payer: 'BucketOwner' }),
  GetBucketOwnershipControls: fixed<GetBucketOwnershipControlsCommandOutput>({
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  }),
  DeleteBucketPolicy: nothingToRemove,
  DeleteBucketCors: nothingToRemove,
  DeleteBucketWebsite: nothingToRemove,
  DeleteBucketEncryption: nothingToRemove,
  DeleteBucketReplication: nothingToRemove,
  DeletePublicAccessBlock: nothingToRemove,
};
