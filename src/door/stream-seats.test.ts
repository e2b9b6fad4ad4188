import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { OPERATOR, setPrincipal } from './principal.ts';
import { StreamSeats } from './stream-seats.ts';

const by = (name: string): IncomingMessage => {
  const req = {} as IncomingMessage;
  setPrincipal(req, { ...OPERATOR, kind: 'user', name });
  return req;
};

test('one caller has a share, and is told what to do beyond it; what is given back can be taken again', () => {
  const seats = new StreamSeats('streams', 8, 2);
  const leave = seats.take(by('ada'), assert.fail);
  seats.take(by('ada'), assert.fail);
  assert.throws(() => seats.take(by('ada'), assert.fail), {
    code: 'throttled',
    message: /^ada has 2 streams open on this node.*: close one, such as a tab/,
  });
  seats.take(by('bob'), assert.fail);
  leave();
  leave();
  seats.take(by('ada'), assert.fail);
});

test('where all places are taken, whoever has fewer gets the oldest of whoever has most, until all have the same', () => {
  const seats = new StreamSeats('streams', 6, 4);
  const ended: string[] = [];
  const take = (name: string, label: string) => seats.take(by(name), () => ended.push(label));
  for (const n of [1, 2, 3, 4]) take('ada', `ada ${n}`);
  for (const n of [1, 2]) take('bob', `bob ${n}`);
  take('eve', 'eve 1');
  take('eve', 'eve 2');
  assert.deepEqual(ended, ['ada 1', 'ada 2']);
  for (const name of ['ada', 'bob', 'eve']) {
    assert.throws(() => take(name, ''), { code: 'throttled', message: /all 6 streams of this node are taken/ });
  }
  take('kim', 'kim 1');
  assert.deepEqual(ended, ['ada 1', 'ada 2', 'ada 3']);
});
