import type { CloudEvent } from '../../event.ts';
import type { BucketData } from '../event-data.ts';
import { ACCOUNT, REGION } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';

/** MD5 of nothing: what S3 says of a delete marker. */
const EMPTY_ETAG = 'd41d8cd98f00b204e9800998ecf8427e';

/** S3's event notification. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export const bucketShape: AwsShape = (events) => ({ Records: events.map(record) });

function record(event: CloudEvent) {
  // Whoever sends an event of this type from outside may send anything.
  if (!isBucketData(event.data)) return event;
  const { bucket, object, eventName } = event.data;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: event.time,
    eventName,
    userIdentity: { principalId: ACCOUNT },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': event.id, 'x-amz-id-2': event.id },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'fob',
      bucket: { name: bucket.name, ownerIdentity: { principalId: ACCOUNT }, arn: `arn:aws:s3:::${bucket.name}` },
      object: {
        key: encodeKey(object.key),
        ...contentOf(object, eventName),
        ...(object.versionId !== undefined && { versionId: object.versionId }),
        sequencer: object.sequencer,
      },
    },
  };
}

function isBucketData(data: unknown): data is BucketData {
  const { bucket, object, eventName } = (data ?? {}) as Partial<BucketData>;
  return typeof bucket?.name === 'string' && typeof object?.key === 'string' && typeof eventName === 'string';
}

/** What is gone has no size, and no digest unless a delete marker took its place. */
function contentOf(object: BucketData['object'], eventName: string): { size?: number; eTag?: string } {
  if (eventName === 'ObjectRemoved:DeleteMarkerCreated') return { eTag: EMPTY_ETAG };
  if (eventName.startsWith('ObjectRemoved:')) return {};
  return { size: object.size, eTag: object.etag };
}

/** As S3 writes keys in events: form encoding (a space is `+`) that leaves slashes. */
export function encodeKey(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1).replaceAll('%2F', '/');
}

/** The key that `encodeKey` was given. */
export function decodeKey(encoded: string): string {
  return new URLSearchParams(`=${encoded.replaceAll('&', '%26')}`).get('') ?? '';
}
