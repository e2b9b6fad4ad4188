import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Pace, Turns } from './turns.ts';

test('a quick one waits for no slow one, and each pace keeps its order', async () => {
  const turns = new Turns({ quick: 3, new: 2, slow: 1, all: 3 });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const take = (name: string, pace: Pace) =>
    turns.take(pace, () => {
      begun.push(name);
      return new Promise<void>((end) => void ends.set(name, end));
    });
  const all = [take('s1', 'slow'), take('s2', 'slow'), take('n1', 'new'), take('q1', 'quick'), take('q2', 'quick')];
  assert.deepEqual(begun, ['s1', 'n1', 'q1']);
  ends.get('q1')!();
  await all[3];
  assert.deepEqual(begun.slice(3), ['q2']);
  ends.get('s1')!();
  await all[0];
  assert.deepEqual(begun.slice(4), ['s2']);
  for (const end of ends.values()) end();
  await Promise.all(all);
});

test('work that fails gives its place back', async () => {
  const turns = new Turns({ quick: 1, new: 1, slow: 1, all: 1 });
  const failed = turns.take('quick', () => Promise.reject(new Error('no')));
  const after = turns.take('slow', async () => 'done');
  await assert.rejects(failed, { message: 'no' });
  assert.equal(await after, 'done');
});
