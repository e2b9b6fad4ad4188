import type { TriggerType } from '../trigger-type.ts';
import { receiveNotification } from './notification.ts';
import { objectEvent } from './object-event.ts';
import { checkS3Options, type S3Options, S3OptionsSchema, s3Words } from './options.ts';
import { startPolling } from './poll.ts';

/** Objects of a bucket elsewhere, as events of the same kind as those of the platform's own buckets. */
export const s3Trigger: TriggerType<S3Options> = {
  name: 's3',
  summary: 'objects that are created in a bucket elsewhere: by listing it, or by its notifications',
  options: S3OptionsSchema,
  usualWords: ['photos'],
  parseWords: s3Words,
  describe: ({ bucket, endpoint, mode, prefix, suffix }) =>
    `${mode} ${endpoint === '' ? 's3:/' : endpoint.replace(/\/$/, '')}/${bucket}${prefix && ` prefix ${prefix}`}${suffix && ` suffix ${suffix}`}`,
  check: checkS3Options,
  sample: ({ bucket, prefix, suffix }) =>
    objectEvent({
      data: {
        bucket: { name: bucket },
        object: {
          key: `${prefix}sample${suffix}`,
          size: 5,
          etag: '5d41402abc4b2a76b9719d911017c592',
          sequencer: '0000019C00000000',
        },
        eventName: 'ObjectCreated:Put',
      },
      timeMs: Date.UTC(2026, 0, 1),
      identity: ['sample'],
    })!,
  start: (context) =>
    context.options.mode === 'poll' ? startPolling(context) : Promise.resolve({ stop: async () => {} }),
  receive: receiveNotification,
  isCalled: ({ mode }) => mode === 'notify',
};
