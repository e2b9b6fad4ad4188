import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, isGap, Lines, type LogLine } from '../../src/console/screens/logs/lines.ts';

const line = (at: number): LogLine => ({
  timeMs: at,
  function: 'hello',
  version: 1,
  invocationId: `i${at >> 4}`,
  sandboxId: 's1',
  stream: 'stdout',
  level: 'info',
  text: `line ${at}`,
});
const many = (from: number, to: number): LogLine[] => Array.from({ length: to - from }, (_, at) => line(from + at));
const times = (lines: Lines): number[] =>
  Array.from({ length: lines.length }, (_, at) => (lines.at(at) as LogLine).timeMs);

test('lines grow at both ends and keep their order', () => {
  const lines = new Lines();
  lines.append(many(10, 13));
  lines.prepend(many(5, 10));
  lines.append(many(13, 15));
  lines.prepend(many(0, 5));
  assert.deepEqual(times(lines), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  assert.equal(lines.first, -10);
  assert.equal(lines.newest()?.timeMs, 14);
});

test('beyond the bounds the oldest are let go, and counted', () => {
  const lines = new Lines({ maxLines: 100, maxChars: 1e9 });
  lines.append(many(50, 100));
  lines.prepend(many(30, 50));
  lines.append(many(100, 190));
  assert.equal(lines.length, 100);
  assert.deepEqual(
    times(lines),
    Array.from({ length: 100 }, (_, at) => 90 + at),
  );
  assert.equal(lines.letGo, 60);
  assert.equal(lines.first, -20 + 60, 'what is shown can stay in its place');
  assert.equal(lines.isFull, true);
});

test('long lines count by their length', () => {
  const lines = new Lines({ maxLines: 1_000, maxChars: 1_000 });
  for (let at = 0; at < 20; at++) lines.append([{ ...line(at), text: 'x'.repeat(100) }]);
  assert.equal(lines.length, 10);
  assert.equal(lines.letGo, 10);
});

test('a gap is no line', () => {
  const lines = new Lines({ maxLines: 2, maxChars: 1e9 });
  const entries: Entry[] = [{ gap: 'missing' }, line(1), line(2)];
  lines.append(entries);
  assert.equal(lines.letGo, 0);
  lines.append([{ gap: 'missing' }]);
  assert.equal(lines.letGo, 1);
  assert.equal(isGap(lines.at(1)!), true);
  assert.equal(lines.newest()?.timeMs, 2);
});

test('a line is found by its place in the journal, and one that has none by its time', () => {
  const lines = new Lines({ maxLines: 10, maxChars: 1e9 });
  lines.append([{ ...line(5), id: '894000000000001' }, { ...line(5), id: '894000000000002' }, line(7)]);
  assert.equal(lines.placeOf('894000000000001'), 0, 'of two of one millisecond the right one');
  assert.equal(lines.placeOf('894000000000003'), undefined);
  assert.equal(lines.placeOf('6'), 1);
  assert.equal(lines.placeOf('4'), undefined);
});

test('two million lines pass through, a million stay, and each is found', () => {
  const lines = new Lines();
  for (let from = 0; from < 2_000_000; from += 5_000) lines.append(many(from, from + 5_000));
  assert.equal(lines.length, 1_000_000);
  assert.equal((lines.at(0) as LogLine).timeMs, 1_000_000);
  assert.equal((lines.at(999_999) as LogLine).timeMs, 1_999_999);
  assert.equal(lines.letGo, 1_000_000);
});
