import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest } from './suggest.ts';

test('a typing error finds the name that was meant, and nothing far-fetched', () => {
  const names = ['hello', 'shop-api', 'thumbnail', 'add'];
  assert.equal(closest('helo', names), 'hello');
  assert.equal(closest('HELLO', names), 'hello');
  assert.equal(closest('shpo-api', names), 'shop-api');
  assert.equal(closest('thumbnails', names), 'thumbnail');
  assert.equal(closest('dad', names), 'add');
  assert.equal(closest('invoice', names), undefined);
  assert.equal(closest('', names), undefined);
  assert.equal(closest('x', []), undefined);
});
