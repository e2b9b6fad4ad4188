import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placesOf } from '../../src/console/ui/long-list-places.ts';

const LIST = { rowHeight: 22, viewHeight: 660 };

test('of a short list the bar goes as far as the list', () => {
  assert.deepEqual(placesOf({ ...LIST, count: 1_000, top: 2_200 }), {
    whole: 22_000,
    height: 22_000,
    ratio: 1,
    contentTop: 2_200,
    from: 76,
    to: 154,
  });
});

test('of a million rows both ends are reached, and few are drawn wherever the bar is', () => {
  const count = 1_000_000;
  const { height } = placesOf({ ...LIST, count, top: 0 });
  assert.ok(height <= 14_000_000, 'no browser draws more');
  for (let top = 0; top <= height - LIST.viewHeight; top += 9_973) {
    const { from, to } = placesOf({ ...LIST, count, top });
    assert.ok(to > from && to - from <= 80, `${from} to ${to}`);
  }
  assert.equal(placesOf({ ...LIST, count, top: 0 }).from, 0);
  assert.equal(placesOf({ ...LIST, count, top: height - LIST.viewHeight }).to, count);
});

test('a place that is known exactly stays, however many rows come', () => {
  for (const count of [900_000, 900_001, 950_000, 1_000_000])
    assert.equal(placesOf({ ...LIST, count, top: 7_000_000, exactTop: 11_000_003 }).contentTop, 11_000_003);
});
