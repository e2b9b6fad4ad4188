import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultJson } from './result.ts';

const json = (contentType: string, payload: string | Uint8Array, chunks?: (string | Uint8Array)[]) =>
  resultJson({
    status: 'succeeded',
    payload: Buffer.from(payload),
    contentType,
    ...(chunks !== undefined && { chunks: chunks.map((chunk) => Buffer.from(chunk)) }),
  }).toString();

describe('a result in the contract', () => {
  it('is the very bytes where they are JSON', () => {
    assert.equal(json('application/json', '{"a" : 1.0}'), '{"a" : 1.0}');
    assert.equal(json('application/vnd.x+json; charset=utf-8', '[1]'), '[1]');
  });

  it('is a text where it is text, and base64 where it is bytes', () => {
    assert.equal(json('text/plain', 'say "hi"'), '"say \\"hi\\""');
    assert.equal(json('application/octet-stream', Uint8Array.of(0, 255)), '"AP8="');
  });

  it('is a text where it only claims to be JSON', () => {
    assert.equal(json('application/geo+json', '{"a":'), '"{\\"a\\":"');
  });

  it('is an array of what was streamed as JSON', () => {
    assert.equal(json('application/x-ndjson', '', ['1\n', '{"a":"\\n"}\n', '"x,y"\n']), '[1,{"a":"\\n"},"x,y"]');
    assert.equal(json('application/x-ndjson', '', ['1\n2', '3\n']), '[1,23]');
    assert.equal(
      json('application/x-ndjson', '', ['a text', '{"a":1}\n']),
      '"a text{\\"a\\":1}\\n"',
      'of several kinds',
    );
    assert.equal(json('application/x-ndjson', '', []), '[]');
    assert.equal(json('application/x-ndjson', ''), '[]');
  });

  it('is one text of what was streamed as text or bytes', () => {
    const euro = Buffer.from('€');
    assert.equal(json('text/plain', '', ['a', euro.subarray(0, 1), euro.subarray(1)]), '"a€"');
    assert.equal(json('image/png', '', [Uint8Array.of(1), Uint8Array.of(2, 3)]), '"AQID"');
  });
});
