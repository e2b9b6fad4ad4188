import Type from 'typebox';
import type { Buckets } from '../../../service/bucket/buckets.ts';
import { answers } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit } from '../../permission.ts';
import { authorize } from '../../principal.ts';
import { ProblemAnswer } from '../schemas.ts';
import { BucketParameters } from './bucket-schemas.ts';

const DEFAULT_LIMIT = 100;
const PAGE = 1_000;
/** Of a bucket with very many versions, an answer looks at so many, and `next` leads on. */
const MOST_LOOKED = 20_000;

const RemovedQuery = Type.Object(
  {
    prefix: Type.Optional(Type.String({ maxLength: 1024, description: 'Keys that start so' })),
    after: Type.Optional(Type.String({ maxLength: 1024, description: '`next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Most items; default 100' })),
  },
  { additionalProperties: false },
);

const RemovedAnswer = Type.Object({
  removed: Type.Array(
    Type.Object({
      key: Type.String(),
      removedAt: Type.String(),
      versionId: Type.String({ description: 'Of the delete marker: without it, the object is back' }),
    }),
  ),
  next: Type.Optional(
    Type.String({ description: 'Give it as `after` for the next page, which may be empty; absent on the last one' }),
  ),
});
type Removed = Type.Static<typeof RemovedAnswer>;

/** What was removed from a bucket that keeps versions, and can be brought back. */
export function addRemovedObjectRoutes(app: App, { services }: DoorContext): void {
  app.get(
    '/v1/buckets/:bucket/removed',
    {
      config: permit('bucket:read', 'bucket', 'bucket'),
      schema: {
        tags: ['buckets'],
        summary: 'Lists the objects that were removed from a bucket with versions',
        description:
          'Removing the version that is named, the delete marker, brings an object back: `DELETE …/objects/<key>?versionId=<versionId>`.',
        operationId: 'listRemovedObjects',
        params: BucketParameters,
        querystring: RemovedQuery,
        response: answers({ 200: RemovedAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read');
      const { prefix = '', after, limit = DEFAULT_LIMIT } = request.query;
      return removedOf(services.buckets, bucket, prefix, after, limit);
    },
  );
}

async function removedOf(
  buckets: Pick<Buckets, 'listVersions'>,
  bucket: string,
  prefix: string,
  after: string | undefined,
  limit: number,
): Promise<Removed> {
  const removed: Removed['removed'] = [];
  let seen = after;
  for (let looked = 0; looked < MOST_LOOKED; ) {
    // After a key: what it was before does not matter.
    const from = seen === undefined ? {} : { after: seen };
    const page = await buckets.listVersions(bucket, { prefix, limit: PAGE, ...from });
    for (const { key, latest, deleteMarker, lastModifiedMs, versionId } of page.versions) {
      seen = key;
      if (!latest || !deleteMarker || versionId === undefined) continue;
      removed.push({ key, removedAt: new Date(lastModifiedMs).toISOString(), versionId });
      if (removed.length === limit) return { removed, next: key };
    }
    if (page.next === undefined) return { removed };
    looked += page.versions.length;
  }
  return { removed, ...(seen !== undefined && { next: seen }) };
}
