import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameError } from '../runtime/frames.ts';
import { FrameType } from '../runtime/protocol.ts';
import { parseError } from './driver-connection.ts';

describe('an error that a driver tells of', () => {
  const told = (body: string) => parseError({ type: FrameType.error, call: 1, body: Buffer.from(body) });

  it('has a name that stands on one line, whatever its function called it', () => {
    for (const [type, expected] of [
      ['TypeError', 'TypeError'],
      ['one\n\ttwo ', 'one two'],
      ['N'.repeat(3_000_000), 'N'.repeat(256)],
      [' \n', 'Error'],
      [{ toString: 1 }, 'Error'],
    ])
      assert.equal(told(JSON.stringify({ type })).type, expected);
  });

  it('is made what it should be, or breaks the protocol', () => {
    assert.deepEqual(told('{"reason": "__proto__", "message": 1, "durationUs": -1, "line": "x"}'), {
      reason: 'exception',
      type: 'Error',
      message: '',
      stack: '',
      durationUs: 0,
    });
    for (const body of ['', 'null', '1', '{"type"']) assert.throws(() => told(body), FrameError, body);
  });
});
