import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { TopRow } from '../../observe/metrics/metrics.ts';
import { textWidth } from '../text-width.ts';
import { keysOf, pressed, type TopState } from './keys.ts';
import type { TopAnswer } from './top-answer.ts';
import { screenLines } from './view.ts';

const START: TopState = { sort: 'calls', filter: '', typing: false, scroll: 0, paused: false, ended: false };
const type = (text: string, from = START): TopState => keysOf(text).reduce(pressed, from);

function row(name: string): TopRow {
  return {
    function: name,
    invocations: 30_000,
    callsPerS: 1_234.5,
    errors: 3,
    errorsPerS: 0.1,
    errorRate: 0.0001,
    p50Ms: 1.2,
    p90Ms: 12.3,
    p99Ms: 1_234,
    queuedP90Ms: 0.1,
    memoryShare: 0.93,
    coldStarts: 1,
    throttles: 0,
    billedGbS: 0.5,
    concurrency: 12,
  };
}

const ANSWER: TopAnswer = {
  windowMs: 30_000,
  functions: Array.from({ length: 50 }, (_, n) =>
    row(`function-${n}-with-a-name-that-is-rather-long-for-a-narrow-terminal`),
  ),
  total: 50,
  all: row(''),
  node: {
    version: '1',
    state: 'ready',
    uptimeMs: 3_600_000,
    functions: 80,
    inFlight: 3,
    waiting: 1,
    sandboxes: 12,
    memoryBudgetMb: 16_000,
    memoryReservedMb: 2_000,
    cpuCores: 0.4,
    loopShare: 0.2,
    memoryBytes: 1e8,
    machine: { cores: 8, loadAverage: [1, 2, 3], memoryBytes: 3e10, freeMemoryBytes: 1e10 },
  },
};
const plain = (_format: string, text: string): string => text;

describe('keys of the live view', () => {
  test('choose the order, filter, scroll, pause and end', () => {
    assert.equal(type('p').sort, 'p90');
    assert.equal(type('\x1b[C').sort, 'errors');
    assert.equal(type('\x1b[D\x1b[D').sort, 'billed');
    assert.equal(type('\x1bOB\x1bOB\x1bOA').scroll, 1);
    assert.equal(type(' ').paused, true);
    assert.equal(type('q').ended, true);
    assert.equal(type('\x03').ended, true);
    const filtering = type('/pq');
    assert.deepEqual(
      [filtering.filter, filtering.typing, filtering.sort, filtering.ended],
      ['pq', true, 'calls', false],
    );
    assert.deepEqual(type('/ab\x7fc\r').filter, 'ac');
    assert.equal(type('/ab\rp').sort, 'p90');
    assert.equal(type('/ab\x1b').filter, '');
    assert.equal(type('/\x03').ended, true);
  });

  test('do nothing else, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const state = type(text);
        assert.ok(state.scroll >= 0 && state.filter.length <= 64);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        assert.ok(!/[\x00-\x1f]/.test(state.filter));
      }),
    );
  });
});

describe('the live view', () => {
  test('fills every screen and is never wider', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 200 }),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        (width, height, typing) => {
          const state = { ...START, typing, filter: 'x'.repeat(40), scroll: 1_000 };
          const lines = screenLines(state, ANSWER, undefined, {
            url: 'http://127.0.0.1:9999',
            width,
            height,
            paint: plain,
            unicode: true,
          });
          assert.equal(lines.length, height);
          for (const line of lines) assert.ok(textWidth(line) <= width, line);
        },
      ),
    );
  });

  test('keeps what matters at 80 cells, and the column that is sorted by', () => {
    const at = (width: number, sort: string) =>
      screenLines({ ...START, sort }, ANSWER, undefined, {
        url: 'http://127.0.0.1:9999',
        width,
        height: 20,
        paint: plain,
        unicode: true,
      }).join('\n');
    for (const title of ['FUNCTION', 'CALLS/S*', 'ERR/S', 'P90', 'MEM'])
      assert.ok(at(80, 'calls').includes(title), title);
    assert.ok(at(80, 'billed').includes('GB-S*'));
    for (const title of ['P50', 'P99', 'QUEUED', 'THROTTLED', 'GB-S'])
      assert.ok(at(140, 'calls').includes(title), title);
  });

  test('says what is wrong, and what is not there', () => {
    const options = { url: 'http://x', width: 80, height: 10, paint: plain, unicode: true };
    assert.match(screenLines(START, ANSWER, 'no node answers', options).at(-1)!, /no node answers/);
    const none = { ...ANSWER, functions: [], total: 0 };
    assert.match(
      screenLines({ ...START, filter: 'abc' }, none, undefined, options).join('\n'),
      /no function like "abc"/,
    );
  });

  test("a function's name cannot write on the terminal", () => {
    const evil = { ...ANSWER, functions: [row('a\x1b[2Jb')] };
    const lines = screenLines(START, evil, undefined, {
      url: 'http://x',
      width: 140,
      height: 20,
      paint: plain,
      unicode: true,
    });
    assert.ok(!lines.join('\n').includes('\x1b'));
  });
});
