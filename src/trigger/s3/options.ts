import Type, { type Static } from 'typebox';
import { Problem } from '../../model/problem.ts';

export const S3OptionsSchema = Type.Object(
  {
    bucket: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$', description: 'Name of the bucket' }),
    endpoint: Type.String({
      pattern: '^$|^https?://[^\\s/]+/?$',
      maxLength: 512,
      default: '',
      description: 'Address of the S3 service; empty means AWS',
    }),
    region: Type.String({ pattern: '^[a-z0-9-]{1,64}$', default: 'us-east-1' }),
    pathStyle: Type.Boolean({ default: true, description: 'The bucket stands in the path, not in the host name' }),
    mode: Type.Enum(['poll', 'notify'], {
      default: 'poll',
      description:
        "`poll`: the bucket is listed again and again; `notify`: the service posts its notifications to the trigger's address",
    }),
    accessKeyId: Type.String({ maxLength: 256, default: '', description: 'poll: may list the bucket' }),
    secretAccessKey: Type.String({ format: 'secret', maxLength: 256, default: '' }),
    token: Type.String({
      format: 'secret',
      maxLength: 256,
      default: '',
      description: 'notify: what the service sends as `Authorization: Bearer <token>`',
    }),
    prefix: Type.String({ maxLength: 1_024, default: '', description: 'Only keys that begin so' }),
    suffix: Type.String({ maxLength: 1_024, default: '', description: 'Only keys that end so' }),
    pollMs: Type.Integer({
      minimum: 1_000,
      maximum: 86_400_000,
      default: 60_000,
      description: 'poll: wait between two listings, in milliseconds',
    }),
    overlapMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 900_000,
      description: 'poll: how much older than the newest an object may be and still count as new, in milliseconds',
    }),
    existing: Type.Boolean({ default: false, description: 'poll: hand on what is there at the first listing, too' }),
  },
  { additionalProperties: false },
);
export type S3Options = Static<typeof S3OptionsSchema>;

/** Reads `photos`, or `https://minio.example.com/photos`. */
export function s3Words(words: readonly string[]): Partial<S3Options> {
  const [place = '', ...rest] = words;
  const found = /^(?:(https?:\/\/[^\s/]+)\/)?([^\s/]+)\/?$/.exec(place);
  if (rest.length > 0 || found === null) {
    throw new Problem(
      'invalid_request',
      'after s3 comes a bucket, such as photos, or the address of one elsewhere, such as https://minio.example.com/photos',
    );
  }
  const [, endpoint, bucket] = found;
  return { bucket: bucket!, ...(endpoint !== undefined && { endpoint }) };
}

/** Each way demands its own credential. */
export function checkS3Options({ mode, accessKeyId, secretAccessKey, token }: S3Options): void {
  if (mode === 'notify' && token === '') {
    throw new Problem('invalid_request', '`mode: notify` needs a `token`, by which the service shows who it is');
  }
  if (mode === 'poll' && (accessKeyId === '' || secretAccessKey === '')) {
    throw new Problem(
      'invalid_request',
      '`mode: poll` needs `accessKeyId` and `secretAccessKey` that may list the bucket',
    );
  }
}
