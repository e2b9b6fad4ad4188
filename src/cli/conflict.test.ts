import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conflictOf } from './conflict.ts';

describe('a conflict in words', () => {
  test('has a line for each setting that differs', () => {
    const current = { name: 'pay', config: { memoryMb: 256, tags: { team: 'shop' } } };
    assert.equal(
      conflictOf({ current, given: { memoryMb: 512, tags: { team: 'shop' }, owner: 'ada' } }),
      'memoryMb: 256 there, 512 yours\nowner: not set there, ada yours',
    );
    assert.equal(
      conflictOf({ current: { revision: 4, settings: { delayMs: 5, fifo: false } }, given: { delayMs: 9 } }),
      'delayMs: 5 there, 9 yours',
    );
    assert.equal(
      conflictOf({ current: { description: 'one' }, given: { description: 'two' } }),
      'description: one there, two yours',
    );
  });

  test('is nothing where nothing differs, or nothing is known', () => {
    assert.equal(conflictOf({ current: { name: 'shop', members: [] }, given: {} }), undefined);
    assert.equal(conflictOf({ detail: 'no' }), undefined);
    assert.equal(conflictOf(undefined), undefined);
  });

  test('keeps a terminal as it is', () => {
    const line = conflictOf({ current: { a: 1 }, given: { a: '\u001b[2J' } })!;
    assert.ok(!line.includes('\u001b'));
  });
});
