import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyBytes, bodyText, messageData } from './event-data.ts';

test('a body is JSON where it is, else a text, else bytes', () => {
  assert.deepEqual(messageData(Buffer.from('{"a":1}')), { datacontenttype: 'application/json', data: { a: 1 } });
  assert.deepEqual(messageData(Buffer.from('{"a": 1.0}')), {
    datacontenttype: 'application/json',
    data: { a: 1 },
    datatext: '{"a": 1.0}',
  });
  assert.deepEqual(messageData(Buffer.from('hello')), { datacontenttype: 'text/plain; charset=utf-8', data: 'hello' });
  assert.deepEqual(messageData(Buffer.from('42'), 'text/plain'), { datacontenttype: 'text/plain', data: '42' });
  assert.deepEqual(messageData(Buffer.from('{'), 'application/json'), {
    datacontenttype: 'text/plain; charset=utf-8',
    data: '{',
  });
  assert.deepEqual(messageData(Buffer.from([255])), {
    datacontenttype: 'application/octet-stream',
    data_base64: '/w==',
  });
  assert.deepEqual(messageData(Buffer.from([255]), 'image/png'), { datacontenttype: 'image/png', data_base64: '/w==' });
  assert.deepEqual(messageData(Buffer.alloc(0)), { datacontenttype: 'text/plain; charset=utf-8', data: '' });
});

test('whatever the body, it comes back byte for byte', () => {
  const bytes = fc.oneof(
    fc.uint8Array().map(Buffer.from),
    fc.oneof(fc.string({ unit: 'binary' }), fc.json()).map((text) => Buffer.from(text)),
    fc.constantFrom(' 1', '"\\u0041"', '1e400', '-0', '{"a":1,"a":2}', '\uFEFF{}').map((text) => Buffer.from(text)),
  );
  const types = fc.constantFrom(
    undefined,
    '',
    'application/json',
    'application/x+json; charset=utf-8',
    'text/plain',
    'a/b',
  );
  fc.assert(
    fc.property(bytes, types, (sent, type) => {
      const event = messageData(sent, type);
      assert.deepEqual(bodyBytes(event), sent);
      assert.equal(bodyText(event), event.data_base64 === undefined ? sent.toString() : undefined);
      assert.deepEqual(bodyBytes(JSON.parse(JSON.stringify(event))), sent, 'also after it was stored');
    }),
    { numRuns: 500 },
  );
});
