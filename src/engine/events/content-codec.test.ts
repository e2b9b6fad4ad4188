import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CloudEvent, EventContent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import { decodeContent, encodeContent } from './content-codec.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const payload = fc.record(
  {
    kind: fc.constant('payload' as const),
    payload: bytes,
    payloadKind: fc.constantFrom('json' as const, 'text-parameters' as const, 'binary' as const),
    contentType: fc.string({ minLength: 1 }),
  },
  { requiredKeys: ['kind', 'payload', 'payloadKind'], noNullPrototype: true },
);
const base = { specversion: '1.0' as const, id: 'i', source: 's', type: 't' };
const event = fc
  .oneof(
    fc.jsonValue().map((data) => ({ data: JSON.parse(JSON.stringify(data)) as unknown })),
    bytes.map((data) => ({ data_base64: data.toString('base64') })),
    // What is no canonical base64 must not change either.
    fc.string().map((text) => ({ data_base64: text })),
  )
  .map((data) => ({ kind: 'event' as const, event: { ...base, ...data } as CloudEvent }));

test('an event is read as it was written', () => {
  fc.assert(
    fc.property(fc.oneof(payload, event), (content) => {
      assert.deepEqual(decodeContent(encodeContent(content)), content);
    }),
  );
});

test('bytes stand there as they are, not as base64', () => {
  const data = Buffer.alloc(30_000, 7);
  const content: EventContent = { kind: 'event', event: { ...base, data_base64: data.toString('base64') } };
  assert.ok(encodeContent(content).length < 30_200);
});

test('damaged bytes are a problem, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      try {
        decodeContent(Buffer.from(noise));
      } catch (error) {
        assert.ok(error instanceof Problem && error.code === 'internal');
      }
    }),
  );
  assert.throws(() => decodeContent(Buffer.from([9, 0, 0, 0, 2, 123, 125])), { code: 'internal' });
});
