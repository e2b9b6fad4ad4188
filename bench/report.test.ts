import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatValue, isMet, markdownReport, plainTable, resultTable } from './report.ts';
import type { Row } from './scenario.ts';

const rate: Row = {
  measure: 'warm',
  value: 30_000,
  unit: 'req/s',
  reference: { name: 'bare', value: 50_000 },
  goal: { atLeast: 0.6 },
};

test('values are written with the digits that their unit deserves', () => {
  assert.equal(formatValue(31_234.5, 'req/s'), '31,235 req/s');
  assert.equal(formatValue(8.44, 'ms'), '8.4 ms');
  assert.equal(formatValue(7, 'count'), '7');
});

test('a goal is for the ratio where there is a reference, else for the value', () => {
  assert.equal(isMet(rate), true);
  assert.equal(isMet({ ...rate, value: 29_999 }), false);
  assert.equal(isMet({ measure: 'cold', value: 10, unit: 'ms', goal: { atMost: 10 } }), true);
  assert.equal(isMet({ measure: 'cold', value: 10.01, unit: 'ms', goal: { atMost: 10 } }), false);
  assert.equal(isMet({ measure: 'rate', value: 1, unit: 'count' }), undefined);
});

test('a figure with a fault misses its goal and says why', () => {
  const faulty: Row = { ...rate, fault: '3 requests failed' };
  assert.equal(isMet(faulty), false);
  assert.deepEqual(resultTable('t', [faulty]).rows, [
    ['warm', '30,000 req/s', 'bare: 50,000 req/s', '0.60 ×', '≥ 0.6 ×', 'no: 3 requests failed'],
  ]);
});

test('the report counts goals, names what failed and keeps tables whole', () => {
  const sections = [
    { name: 'warm', title: 'Warm', rows: [rate, { ...rate, value: 1 }], tables: [] },
    { name: 'cold', title: 'Cold', rows: [], tables: [{ title: 'a|b', columns: ['x'], rows: [['1|2']] }] },
    { name: 'idle', title: 'Idle', rows: [], tables: [], error: 'no node\nwith details' },
  ];
  const text = markdownReport(sections, {
    command: './fob bench',
    date: '2026-01-01',
    processor: 'test',
    cores: 2,
    memoryGb: 8,
    kernel: '6.1',
    nodeVersion: 'v24',
  });
  assert.match(text, /1 of 2 goals are met/);
  assert.match(text, /Could not be measured: no node\n/);
  assert.ok(text.includes('| 1\\|2 |'));
});

test('columns of a plain table are aligned', () => {
  const text = plainTable({ title: 't', columns: ['a', 'bbb'], rows: [['long', '1']] });
  assert.equal(text, 't\n  a     bbb\n  long  1\n');
});
