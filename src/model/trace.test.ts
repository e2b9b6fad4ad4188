import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTraceparent, parseTraceparent, spanIdOf, traceIdOf } from './trace.ts';

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));

test('what is written is read again', () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, parentSpanId, sampled) => {
      const context = { traceId, parentSpanId, sampled };
      assert.deepEqual(parseTraceparent(formatTraceparent(context)), context);
    }),
  );
});

test('what is no traceparent is ignored', () => {
  for (const header of [
    undefined,
    '',
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
  ]) {
    assert.equal(parseTraceparent(header), undefined, header);
  }
});

test('a later version of the header may have more at its end', () => {
  const header = 'cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-what-the-future-will-be-like';
  assert.deepEqual(parseTraceparent(header), {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentSpanId: '00f067aa0ba902b7',
    sampled: false,
  });
});

test('an invocation gives its trace and its span their ids', () => {
  const id = '019ab123-4567-7abc-8def-0123456789ab';
  assert.equal(traceIdOf(id), '019ab12345677abc8def0123456789ab');
  assert.equal(spanIdOf(id), '8def0123456789ab');
});
