import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { InvocationRecord, SpanRecord } from '../../store/journal.ts';
import { inSample, KeptSpans } from './kept-spans.ts';

let made = 0;
const id = () => `019a1b2c-0000-7000-8000-${(++made).toString(16).padStart(12, '0')}`;
const record = (invocationId: string, more: Partial<InvocationRecord> = {}): InvocationRecord => ({
  invocationId,
  function: 'shop',
  version: 1,
  door: 'native',
  status: 'succeeded',
  startedAtMs: 0,
  queuedMs: 0,
  durationMs: 1,
  coldStart: false,
  sandboxId: 's',
  payloadBytes: 0,
  resultBytes: 0,
  ...more,
});
const span = (invocationId: string | undefined, more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 'f'.repeat(32),
  spanId: (++made).toString(16).padStart(16, '0'),
  ...(invocationId !== undefined && { invocationId }),
  function: 'shop',
  name: 'put bucket:b',
  kind: 'client',
  startedAtMs: 0,
  durationMs: 1,
  attributes: {},
  ...more,
});

/** One whose first few of a minute have been kept already, so that only what has a reason is. */
function busy(samplePercent = 0) {
  const clock = new FakeClock();
  const stored: SpanRecord[] = [];
  const kept = new KeptSpans({
    journal: { appendSpan: (each) => void stored.push(each) },
    clock,
    samplePercent,
    slowMs: 1_000,
  });
  const run = (
    spans: readonly Partial<SpanRecord>[],
    ended: Partial<InvocationRecord> = {},
    sampled = false,
  ): number => {
    const before = stored.length;
    const one = id();
    for (const _ of spans) kept.calls(one, sampled);
    for (const each of spans) kept.called(span(one, each));
    assert.equal(stored.length, before, 'nothing is decided before the end');
    kept.ended(record(one, ended));
    return stored.length - before;
  };
  for (let n = 0; n < 10; n++) assert.equal(run([{}]), 1, 'of a quiet function everything is kept');
  return { kept, clock, stored, run };
}

describe('spans', () => {
  test('of slow and failed invocations are kept, and of those that somebody wants; the rest is not', () => {
    const { run, clock } = busy();
    assert.equal(run([{}, {}]), 0);
    assert.equal(run([{}, {}], { status: 'failed' }), 2);
    assert.equal(run([{}], { queuedMs: 600, durationMs: 400 }), 1);
    assert.equal(run([{}, { error: 'HTTP 503' }]), 2);
    assert.equal(run([{}], {}, true), 1);
    assert.equal(run([{}], { sampled: true }), 1);
    clock.advance(60_000);
    assert.equal(run([{}]), 1, 'a new minute');
  });

  test('of the rest a sample is kept, the same for a whole trace', () => {
    const { run } = busy(100);
    assert.equal(run([{}]), 1);
    let within = 0;
    for (let n = 0; n < 10_000; n++) {
      const traceId = (n * 0x9e3779b1).toString(16).padStart(32, '0');
      if (inSample(traceId, 10)) within++;
      assert.equal(inSample(traceId, 0), false);
      assert.equal(inSample(traceId, 100), true);
    }
    assert.ok(within > 800 && within < 1_200, `${within} of 10000`);
  });

  test('of a function that fails all the time are bounded by the second', () => {
    const { run, clock } = busy();
    clock.advance(1_000);
    let kept = 0;
    for (let n = 0; n < 1_000; n++) kept += run([{}], { status: 'failed' });
    assert.equal(kept, 200);
    clock.advance(1_000);
    assert.equal(run([{}], { status: 'failed' }), 1);
  });

  test('of one invocation are bounded, and what it forgot is not waited for', () => {
    const { kept, run, stored } = busy();
    assert.equal(
      run(
        Array.from({ length: 300 }, () => ({})),
        { status: 'failed' },
      ),
      200,
    );
    assert.equal(kept.dropped, 100);
    const one = id();
    const before = stored.length;
    kept.calls(one, false);
    kept.ended(record(one, { status: 'timed_out' }));
    kept.called(span(one));
    assert.equal(stored.length, before + 1, 'its end said that it is kept');
    kept.called(span(undefined));
    assert.equal(stored.length, before + 1, 'without an invocation only a failed one is kept');
    kept.called(span(undefined, { error: 'HTTP 500' }));
    assert.equal(stored.length, before + 2);
  });

  test('that are sent at the end follow what was decided, also after it', () => {
    const { kept, run, stored } = busy();
    const one = id();
    kept.calls(one, false);
    kept.called(span(one));
    kept.sent([span(one), span(one)]);
    const before = stored.length;
    kept.ended(record(one, { status: 'failed' }));
    assert.equal(stored.length, before + 3);
    kept.sent([span(one)]);
    assert.equal(stored.length, before + 3, 'late, and nothing special');
    assert.equal(run([]), 0);
  });
});
