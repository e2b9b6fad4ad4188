import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Problem } from '../../../model/problem.ts';
import type { BucketSettings, BucketView, ObjectView } from '../../../service/bucket/buckets.ts';
import { answers, Removed } from '../../answer-schemas.ts';
import type { App } from '../../app.ts';
import type { DoorContext } from '../../context.ts';
import { permit, permitAny } from '../../permission.ts';
import { authorize, may } from '../../principal.ts';
import { causeOf } from '../../trace-context.ts';
import { readJsonBody } from '../json-body.ts';
import { type Contested, changeSeen, etag, IF_MATCH } from '../precondition.ts';
import { ProblemAnswer } from '../schemas.ts';
import {
  BucketAnswer,
  BucketChange,
  BucketParameters,
  ListAnswer,
  ListQuery,
  ObjectAnswer,
  ObjectQuery,
  VersionsAnswer,
  VersionsQuery,
} from './bucket-schemas.ts';
import { getOptionsOf, keyOf, objectHeaders, putOptionsOf } from './object-headers.ts';

const MAX_SETTINGS_BYTES = 1_048_576;
const MAX_LISTED = 1_000;
const DEFAULT_VERSIONS = 100;
const OBJECT = '/v1/buckets/:bucket/objects/*';
const tags = ['buckets'];
const bytes = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

/** Buckets, and the objects in them, as streams in both directions. */
export function addBucketRoutes(app: App, context: DoorContext): void {
  const { buckets } = context.services;
  const shown = async (name: string) => {
    const found = await buckets.findBucket(name);
    return found && bucketAnswer(found, (await buckets.usage()).get(name));
  };
  const contested = (name: string): Contested => ({ what: `bucket "${name}"`, stands: () => shown(name) });

  app.get(
    '/v1/buckets',
    {
      config: permitAny('bucket:list'),
      schema: {
        tags,
        summary: 'Lists buckets in the order of their names',
        operationId: 'listBuckets',
        response: answers({ 200: Type.Object({ buckets: Type.Array(BucketAnswer) }) }),
      },
    },
    async (request) => {
      const [all, usage] = await Promise.all([buckets.listBuckets(), buckets.usage()]);
      const shown = all.filter(({ name }) => may(request.raw, 'bucket', name, 'read', 'bucket:list'));
      return { buckets: shown.map((bucket) => bucketAnswer(bucket, usage.get(bucket.name))) };
    },
  );

  app.put(
    '/v1/buckets/:bucket',
    {
      config: permit('bucket:manage', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Creates a bucket',
        operationId: 'createBucket',
        params: BucketParameters,
        response: answers({ 201: BucketAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      authorize(request.raw, 'bucket', request.params.bucket, 'manage');
      const created = await buckets.createBucket(request.params.bucket);
      return reply.code(201).header('ETag', etag(created.revision)).send(bucketAnswer(created, undefined));
    },
  );

  app.get(
    '/v1/buckets/:bucket',
    {
      config: permit('bucket:list', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Shows a bucket: settings, and how much it holds',
        operationId: 'getBucket',
        params: BucketParameters,
        response: answers({ 200: BucketAnswer, 404: ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read', 'bucket:list');
      const answer = await shown(bucket);
      if (answer === undefined) throw absent(bucket);
      return reply.header('ETag', etag(answer.revision)).send(answer);
    },
  );

  app.patch(
    '/v1/buckets/:bucket',
    {
      preValidation: readJsonBody(MAX_SETTINGS_BYTES),
      config: permit('bucket:manage', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Changes the settings of a bucket',
        description: `Settings that are given replace theirs wholly; the others stay. ${IF_MATCH}`,
        operationId: 'configureBucket',
        params: BucketParameters,
        body: BucketChange,
        response: answers({ 200: BucketAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'manage');
      const changed = await changeSeen(request, contested(bucket), (expected) =>
        buckets.configureBucket(bucket, request.body as Partial<BucketSettings>, expected),
      );
      return reply
        .header('ETag', etag(changed.revision))
        .send(bucketAnswer(changed, (await buckets.usage()).get(bucket)));
    },
  );

  app.delete(
    '/v1/buckets/:bucket',
    {
      config: permit('bucket:manage', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Removes an empty bucket',
        description: IF_MATCH,
        operationId: 'removeBucket',
        params: BucketParameters,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'manage');
      await changeSeen(request, contested(bucket), (expected) => buckets.removeBucket(bucket, expected));
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/buckets/:bucket/objects',
    {
      config: permit('bucket:read', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Lists objects in the order of the UTF-8 bytes of their keys',
        operationId: 'listObjects',
        params: BucketParameters,
        querystring: ListQuery,
        response: answers({ 200: ListAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read');
      const { limit = MAX_LISTED, ...query } = request.query;
      const page = await buckets.list(bucket, { ...query, limit });
      return { ...page, objects: page.objects.map(objectAnswer) };
    },
  );

  app.get(
    '/v1/buckets/:bucket/versions',
    {
      config: permit('bucket:read', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Lists the versions of an object, newest first',
        operationId: 'listObjectVersions',
        params: BucketParameters,
        querystring: VersionsQuery,
        response: answers({ 200: VersionsAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read');
      const { key, after, limit = DEFAULT_VERSIONS } = request.query;
      const from = after === undefined ? {} : { after: key, versionIdMarker: after };
      const page = await buckets.listVersions(bucket, { prefix: key, limit, ...from });
      // Behind its own versions stand those of keys that begin with this one.
      const own = page.versions.filter((version) => version.key === key);
      const next = own.length === page.versions.length && page.next?.key === key ? page.next.versionId : undefined;
      return {
        versions: own.map(({ latest, deleteMarker, ...view }) => ({ ...objectAnswer(view), latest, deleteMarker })),
        ...(next !== undefined && { next }),
      };
    },
  );

  app.put(
    OBJECT,
    {
      validatorCompiler: () => (value: unknown) => ({ value }),
      config: permit('bucket:write', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Stores the body as an object',
        description:
          'Content-Type and the like, and `Fob-Meta-<name>`, are kept with it. `If-None-Match: *` only creates, `If-Match: "<etag>"` only replaces what you have seen; `Content-MD5` is checked.',
        operationId: 'putObject',
        params: BucketParameters,
        body: { content: { 'application/octet-stream': { schema: bytes } } },
        response: answers({ 200: ObjectAnswer, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'write');
      const key = keyOf(request.raw.url!);
      const stored = await buckets.put(bucket, key, detached(request.raw), {
        ...putOptionsOf(request.headers),
        ...causeOf(request.raw),
      });
      return reply.header('ETag', `"${stored.etag}"`).send(objectAnswer(stored));
    },
  );

  app.get(
    OBJECT,
    {
      config: permit('bucket:read', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Serves an object, or a range of its bytes',
        operationId: 'getObject',
        params: BucketParameters,
        querystring: ObjectQuery,
        response: answers({ '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read');
      const options = getOptionsOf(request.headers, request.query.versionId);
      return unlessUnchanged(reply, async () => {
        const { body, range, ...view } = await buckets.get(bucket, keyOf(request.raw.url!), options);
        return reply
          .code(range === undefined ? 200 : 206)
          .headers(objectHeaders(view, range))
          .send(body);
      });
    },
  );

  app.head(
    OBJECT,
    {
      config: permit('bucket:read', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Shows size, ETag and headers of an object',
        operationId: 'headObject',
        params: BucketParameters,
        querystring: ObjectQuery,
        response: answers({ '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'read');
      const { range: _, ...options } = getOptionsOf(request.headers, request.query.versionId);
      return unlessUnchanged(reply, async () => {
        const view = await buckets.head(bucket, keyOf(request.raw.url!), options);
        reply.hijack();
        reply.raw.writeHead(200, STATUS_CODES[200], objectHeaders(view, undefined)).end();
      });
    },
  );

  app.delete(
    OBJECT,
    {
      config: permit('bucket:write', 'bucket', 'bucket'),
      schema: {
        tags,
        summary: 'Removes an object, or for good one version of it',
        description:
          'Removing what is not there is no failure. A bucket with versions keeps them and adds a delete marker.',
        operationId: 'removeObject',
        params: BucketParameters,
        querystring: ObjectQuery,
        response: answers({ 204: Removed, '4xx': ProblemAnswer }),
      },
    },
    async (request, reply) => {
      const { bucket } = request.params;
      authorize(request.raw, 'bucket', bucket, 'write');
      const { versionId } = request.query;
      const cause = causeOf(request.raw);
      const options = versionId === undefined ? cause : { ...cause, versionId };
      const done = await buckets.remove(bucket, keyOf(request.raw.url!), options);
      if (done.versionId !== undefined) reply.header('Fob-Version-Id', done.versionId);
      return reply.code(204).send();
    },
  );
}

/** An object that its reader has already is answered without a body. */
async function unlessUnchanged(reply: FastifyReply, answer: () => Promise<unknown>): Promise<unknown> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not_modified') throw error;
    return reply.code(304).header('ETag', `"${error.details?.etag}"`).send();
  }
}

/** A request's body as a stream that its reader may destroy without ending the connection, which still has to carry the answer. */
function detached(req: IncomingMessage): Readable {
  const body = new PassThrough({ highWaterMark: 262_144 });
  req.once('close', () => {
    if (!req.complete) body.destroy(new Problem('cancelled', 'the caller went away before its object was complete'));
  });
  return req.pipe(body);
}

function bucketAnswer(bucket: BucketView, usage: { objects: number; bytes: number } | undefined) {
  return { ...bucket, ...(usage ?? { objects: 0, bytes: 0 }) };
}

function objectAnswer({ key, bytes, etag, lastModifiedMs, headers, versionId }: ObjectView) {
  const contentType = headers['content-type'];
  return {
    ...{ key, bytes, etag, lastModified: new Date(lastModifiedMs).toISOString() },
    ...(contentType !== undefined && { contentType }),
    ...(versionId !== undefined && { versionId }),
  };
}

function absent(bucket: string): Problem {
  return new Problem('not_found', `there is no bucket '${bucket}'; GET /v1/buckets lists them`, {
    details: { what: 'bucket' },
  });
}
