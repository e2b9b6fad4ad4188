import type {
  DeleteBucketLifecycleCommandInput,
  GetBucketLifecycleConfigurationCommandInput,
  GetBucketLifecycleConfigurationCommandOutput,
  PutBucketLifecycleConfigurationCommandInput,
  LifecycleRule as S3Rule,
} from '@aws-sdk/client-s3';
import type { LifecycleRule } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';
import { operation } from './operation.ts';
import { tagSet, tagsFrom } from './shapes.ts';

const MAX_RULES = 1_000;
const MAX_DAYS = 2_147_483_647;

export const getBucketLifecycleConfiguration = operation<
  GetBucketLifecycleConfigurationCommandInput,
  GetBucketLifecycleConfigurationCommandOutput
>('read', async ({ Bucket }, { bucket }) => {
  const { lifecycle } = (await bucket(Bucket)).settings;
  if (lifecycle.length === 0) {
    throw new AwsError(404, 'NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
  }
  return { Rules: lifecycle.map(ruleToS3) };
});

export const putBucketLifecycleConfiguration = operation<PutBucketLifecycleConfigurationCommandInput, object>(
  'manage',
  async ({ Bucket, LifecycleConfiguration }, { buckets }) => {
    const rules = LifecycleConfiguration?.Rules ?? [];
    if (rules.length === 0 || rules.length > MAX_RULES) throw invalid('there must be 1 to 1000 rules');
    const lifecycle = rules.map((rule, index) => ruleFromS3(rule, `rule-${index + 1}`));
    if (new Set(lifecycle.map(({ id }) => id)).size < lifecycle.length) throw invalid('Rule ID must be unique');
    await buckets.configureBucket(Bucket!, { lifecycle });
    return {};
  },
);

export const deleteBucketLifecycle = operation<DeleteBucketLifecycleCommandInput, object>(
  'manage',
  async ({ Bucket }, { buckets }) => {
    await buckets.configureBucket(Bucket!, { lifecycle: [] });
    return {};
  },
);

function ruleFromS3(rule: S3Rule, defaultId: string): LifecycleRule {
  const { Filter, Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload, Status } = rule;
  if (Status !== 'Enabled' && Status !== 'Disabled') throw invalid('Status must be Enabled or Disabled');
  refuseUnsupported(rule);
  const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? rule.Prefix ?? '';
  const tags = tagsFrom(Filter?.And?.Tags ?? (Filter?.Tag === undefined ? [] : [Filter.Tag]), 'object');
  const made: LifecycleRule = {
    id: rule.ID || defaultId,
    enabled: Status === 'Enabled',
    prefix,
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(Expiration !== undefined && { expireDays: days(Expiration.Days) }),
    ...(NoncurrentVersionExpiration !== undefined && {
      expireNoncurrentDays: days(NoncurrentVersionExpiration.NoncurrentDays),
    }),
    ...(AbortIncompleteMultipartUpload !== undefined && {
      abortUploadDays: days(AbortIncompleteMultipartUpload.DaysAfterInitiation),
    }),
  };
  const does = made.expireDays ?? made.expireNoncurrentDays ?? made.abortUploadDays;
  if (does === undefined) throw invalid('At least one action needs to be specified in a rule');
  return made;
}

/** What a rule may ask in S3 and this node does not do: better refused than forgotten. */
function refuseUnsupported(rule: S3Rule): void {
  const { Filter, Expiration, NoncurrentVersionExpiration } = rule;
  const asked = {
    Transition: rule.Transitions?.length,
    NoncurrentVersionTransition: rule.NoncurrentVersionTransitions?.length,
    'Expiration by Date': Expiration?.Date,
    ExpiredObjectDeleteMarker: Expiration?.ExpiredObjectDeleteMarker,
    NewerNoncurrentVersions: NoncurrentVersionExpiration?.NewerNoncurrentVersions,
    ObjectSizeGreaterThan: Filter?.ObjectSizeGreaterThan ?? Filter?.And?.ObjectSizeGreaterThan,
    ObjectSizeLessThan: Filter?.ObjectSizeLessThan ?? Filter?.And?.ObjectSizeLessThan,
  };
  const unsupported = Object.entries(asked).find(([, value]) => Boolean(value));
  if (unsupported === undefined) return;
  throw new AwsError(
    501,
    'NotImplemented',
    `${unsupported[0]} is not supported in lifecycle rules; objects expire by age`,
  );
}

function ruleToS3(rule: LifecycleRule): S3Rule {
  const tags = tagSet(rule.tags ?? {});
  const filter =
    tags.length === 0
      ? { Prefix: rule.prefix }
      : tags.length === 1 && rule.prefix === ''
        ? { Tag: tags[0] }
        : { And: { Prefix: rule.prefix, Tags: tags } };
  return {
    ID: rule.id,
    Status: rule.enabled ? 'Enabled' : 'Disabled',
    Filter: filter,
    ...(rule.expireDays !== undefined && { Expiration: { Days: rule.expireDays } }),
    ...(rule.expireNoncurrentDays !== undefined && {
      NoncurrentVersionExpiration: { NoncurrentDays: rule.expireNoncurrentDays },
    }),
    ...(rule.abortUploadDays !== undefined && {
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortUploadDays },
    }),
  };
}

function days(given: number | undefined): number {
  if (given !== undefined && Number.isInteger(given) && given >= 1 && given <= MAX_DAYS) return given;
  throw invalid('days must be a positive integer');
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'InvalidArgument', `The lifecycle configuration is wrong: ${message}`);
}
