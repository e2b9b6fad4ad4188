import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EXIT } from './failure.ts';
import {
  count,
  formatAge,
  formatAgo,
  formatBytes,
  formatDuration,
  parseDurationMs,
  parseMemoryMb,
  parseSinceMs,
} from './human.ts';

describe('figures for people', () => {
  test('sizes', () => {
    const sizes = [0, 999, 1000, 1024, 1434, 10_240, 1_048_576, 5 * 1024 ** 3, 3 * 1024 ** 5];
    assert.deepEqual(sizes.map(formatBytes), [
      '0 B',
      '999 B',
      '1.0 KB',
      '1.0 KB',
      '1.4 KB',
      '10 KB',
      '1.0 MB',
      '5.0 GB',
      '3072 TB',
    ]);
  });

  test('durations', () => {
    const durations = [0, 0.04, 0.5, 1, 9.94, 12.3, 999.4, 999.6, 1400, 59_940, 59_960, 125_000, 3_600_000, 90_000_000];
    assert.deepEqual(durations.map(formatDuration), [
      '0 ms',
      '0.04 ms',
      '0.5 ms',
      '1 ms',
      '9.9 ms',
      '12 ms',
      '999 ms',
      '1.0 s',
      '1.4 s',
      '60 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 00 min',
      '1 d 1 h',
    ]);
  });

  test('ages and counts', () => {
    const now = 1_000_000_000;
    assert.deepEqual(
      [0, 999, 12_000, 3_599_000, 7_200_000, 200_000_000].map((ms) => formatAge(now - ms, now)),
      ['now', 'now', '12s', '59m', '2h', '2d'],
    );
    assert.deepEqual([formatAgo(now, now), formatAgo(now - 12_000, now)], ['just now', '12s ago']);
    assert.deepEqual([count(1, 'file'), count(1200, 'file')], ['1 file', '1,200 files']);
  });

  test('durations and sizes that people type', () => {
    assert.deepEqual(
      ['500ms', '30s', '30', '1.5m', '2 h', '7d'].map((text) => parseDurationMs(text, '--x')),
      [500, 30_000, 30_000, 90_000, 7_200_000, 604_800_000],
    );
    assert.deepEqual(
      ['256', '256m', '256MB', '256MiB', '1g', '1.5g'].map((text) => parseMemoryMb(text, '--x')),
      [256, 256, 256, 256, 1024, 1536],
    );
    assert.equal(parseSinceMs('10m', '--since', 1_000_000), 400_000);
    assert.equal(parseSinceMs('2026-01-31T12:00:00Z', '--since', 0), Date.UTC(2026, 0, 31, 12));
  });

  test('what is no duration, size or time is a usage failure that names the option', () => {
    const usage = { exitCode: EXIT.usage, message: /^--x: "/ };
    for (const text of ['', 'soon', '-5s', '5 weeks', '1e3']) {
      assert.throws(() => parseDurationMs(text, '--x'), usage);
      assert.throws(() => parseSinceMs(text, '--x', 0), usage);
    }
    for (const text of ['', 'much', '-1', '0.3m', '12t']) assert.throws(() => parseMemoryMb(text, '--x'), usage);
  });

  test('every duration and size has one of the few forms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        assert.match(formatDuration(ms), /^\d+(\.\d+)? (ms|s)$|^\d+ (m \d\d s|h \d\d m|d \d+ h)$/);
        assert.ok(formatBytes(ms).length <= 7);
      }),
    );
  });
});
