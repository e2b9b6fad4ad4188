import Type from 'typebox';

export const BucketParameters = Type.Object({
  bucket: Type.String({ maxLength: 63, description: "A bucket's name, by the rules of S3" }),
});

export const ObjectQuery = Type.Object({
  versionId: Type.Optional(
    Type.String({ maxLength: 64, description: 'An older version, where the bucket keeps them' }),
  ),
});

const Texts = Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.String({ maxLength: 256 }));
const days = (description: string) => Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500, description }));

const LifecycleRuleSchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 255 }),
    enabled: Type.Boolean(),
    prefix: Type.String({ maxLength: 1024, description: 'Keys that start so; empty for all' }),
    tags: Type.Optional(Texts),
    expireDays: days('Objects go so many days after they were written'),
    expireNoncurrentDays: days('Older versions go so many days after they were replaced'),
    abortUploadDays: days('Unfinished uploads go after so many days'),
  },
  { additionalProperties: false },
);

const settings = {
  versioning: Type.Enum(['off', 'enabled', 'suspended'], {
    description: '`enabled` keeps every version; once on, it can only be `suspended`',
  }),
  lifecycle: Type.Array(LifecycleRuleSchema, { maxItems: 1000 }),
  tags: Texts,
};

export const BucketChange = Type.Partial(Type.Object(settings), { additionalProperties: false });

export const BucketAnswer = Type.Object({
  name: Type.String(),
  revision: Type.Integer({ description: 'Of its settings; also the ETag' }),
  createdAt: Type.String(),
  settings: Type.Object(settings),
  objects: Type.Integer({ description: 'Objects, older versions included' }),
  bytes: Type.Integer(),
});

export const ObjectAnswer = Type.Object({
  key: Type.String(),
  bytes: Type.Integer(),
  etag: Type.String(),
  lastModified: Type.String(),
  contentType: Type.Optional(Type.String()),
  versionId: Type.Optional(Type.String()),
});

export const VersionsQuery = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 1024 }),
    after: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Most items; default 100' })),
  },
  { additionalProperties: false },
);

export const VersionsAnswer = Type.Object({
  versions: Type.Array(
    Type.Object({
      ...ObjectAnswer.properties,
      latest: Type.Boolean(),
      deleteMarker: Type.Boolean({ description: 'The object was removed then' }),
    }),
  ),
  next: Type.Optional(Type.String({ description: 'Give it as `after` for the next page; absent on the last one' })),
});

export const ListQuery = Type.Object({
  prefix: Type.Optional(Type.String({ maxLength: 1024, description: 'Keys that start so' })),
  delimiter: Type.Optional(
    Type.String({ maxLength: 1024, description: 'Keys that have it after the prefix are shown as one common prefix' }),
  ),
  after: Type.Optional(Type.String({ maxLength: 1024, description: '`next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Most items; default 1000' })),
});

export const ListAnswer = Type.Object({
  objects: Type.Array(ObjectAnswer),
  commonPrefixes: Type.Array(Type.String()),
  next: Type.Optional(Type.String({ description: 'Give it as `after` for the next page; absent on the last one' })),
});
