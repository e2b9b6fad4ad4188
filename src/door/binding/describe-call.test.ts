import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeNativeCall, describeS3Call } from './describe-call.ts';

test('what a function asks for is read off its request', () => {
  for (const [method, url, operation, resource, item] of [
    ['POST', '/v1/functions/pay/invoke', 'invoke', 'function:pay'],
    ['PUT', '/v1/buckets/photos/objects/a/b%20c.jpg?x=1', 'put', 'bucket:photos', 'a/b c.jpg'],
    ['GET', '/v1/buckets/photos/objects?prefix=a', 'list', 'bucket:photos'],
    ['GET', '/v1/buckets', 'get', 'bucket:'],
    ['POST', '/v1/queues/jobs/messages', 'send', 'queue:jobs'],
    ['POST', '/v1/queues/jobs/batch', 'send', 'queue:jobs'],
    ['POST', '/v1/queues/jobs/receive', 'receive', 'queue:jobs'],
    ['DELETE', '/v1/queues/jobs/messages/abc', 'delete', 'queue:jobs'],
    ['POST', '/v1/topics/news/publish', 'publish', 'topic:news'],
    ['POST', '/v1/topics/news/events', 'publish', 'topic:news'],
    ['GET', '/v1/kv/carts/a/b', 'get', 'kv:carts', 'a/b'],
    ['GET', '/v1/kv/carts', 'list', 'kv:carts'],
    ['DELETE', '/v1/kv/carts/%zz', 'delete', 'kv:carts', '%zz'],
    ['GET', '/v1/traces/abc', 'get', 'api'],
  ] as const) {
    assert.deepEqual(
      describeNativeCall(method, url),
      { operation, resource, ...(item !== undefined && { item }) },
      `${method} ${url}`,
    );
  }
  assert.deepEqual(describeS3Call('PUT', '/photos/a%2Fb?x-id=PutObject'), {
    operation: 'put',
    resource: 'bucket:photos',
    item: 'a/b',
  });
  assert.deepEqual(describeS3Call('GET', '/photos?list-type=2'), { operation: 'list', resource: 'bucket:photos' });
});

test('whatever is asked for, its description is short', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'POST', 'PUT', 'X'),
      fc.webPath(),
      fc.string({ maxLength: 1_000 }),
      (method, path, more) => {
        for (const describe of [describeNativeCall, describeS3Call])
          for (const url of [path, `/v1${path}`, `/v1/kv/${more}`, `/v1/buckets/${more}/objects/${more}`]) {
            const { operation, resource, item = '' } = describe(method, url);
            assert.ok(operation.length <= 32 && resource.length <= 140 && item.length <= 256);
          }
      },
    ),
  );
});
