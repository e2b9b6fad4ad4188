import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { harmless, harmlessJson } from '../model/harmless.ts';
import { type Column, renderPairs, renderTable } from './table.ts';
import { cutText, padText, textWidth } from './text-width.ts';

const COLUMNS: Column[] = [
  { title: 'NAME', shrinkTo: 6 },
  { title: 'SIZE', align: 'right' },
  { title: 'TEXT', shrinkTo: 4, dropOrder: 1 },
];

describe('tables', () => {
  test('are aligned and never cut where there is no terminal', () => {
    const rows = [
      ['a', '1 B', 'first'],
      ['a-much-longer-name', '22 KB', 'x'.repeat(300)],
    ];
    assert.deepEqual(renderTable(COLUMNS, rows, { width: undefined }), [
      'NAME                 SIZE  TEXT',
      'a                     1 B  first',
      `a-much-longer-name  22 KB  ${'x'.repeat(300)}`,
    ]);
  });

  test('cut their widest column first, then leave columns out', () => {
    const rows = [['a-much-longer-name', '22 KB', 'some words of text']];
    assert.deepEqual(renderTable(COLUMNS, rows, { width: 36 }).slice(1), ['a-much-longe…  22 KB  some words of…']);
    assert.deepEqual(renderTable(COLUMNS, rows, { width: 19 }).slice(1), ['a-muc…  22 KB  som…']);
    assert.deepEqual(renderTable(COLUMNS, rows, { width: 15 }).slice(1), ['a-much-…  22 KB']);
  });

  test('go on below where a column is one to be read in whole', () => {
    const columns: Column[] = [
      { title: 'NAME' },
      { title: 'WHAT', shrinkTo: 8, wraps: true },
      { title: 'HOW', shrinkTo: 8, wraps: true },
    ];
    const rows = [
      ['a', 'one two three', '--first --second'],
      ['b', 'one', '--first'],
    ];
    assert.deepEqual(renderTable(columns, rows, { width: 24 }), [
      'NAME  WHAT      HOW',
      'a     one two   --first',
      '      three     --second',
      'b     one       --first',
    ]);
    assert.equal(renderTable(columns, rows, { width: undefined }).length, 3);
  });

  test('give a column that must be read lines of its own where others leave too little for it', () => {
    const columns: Column[] = [
      { title: 'NAME' },
      { title: 'TOOK', dropOrder: 1 },
      { title: 'ERROR', apartUnder: 12, isBrief: true },
    ];
    const rows = [
      ['charge', '20 ms', 'TypeError: no amount was given'],
      ['refund', '1 ms', ''],
    ];
    assert.deepEqual(renderTable(columns, rows, { width: 27 }), [
      'NAME    TOOK   ERROR',
      'charge  20 ms  TypeError:…',
      'refund  1 ms',
    ]);
    assert.deepEqual(renderTable(columns, rows, { width: 26 }), [
      'NAME    TOOK',
      'charge  20 ms',
      '  └ TypeError: no amount…',
      'refund  1 ms',
    ]);
    const whole = { ...columns[2]!, isBrief: false };
    assert.deepEqual(renderTable([columns[0]!, columns[1]!, whole], rows, { width: 26 }).slice(2, 4), [
      '  └ TypeError: no amount',
      '    was given',
    ]);
    assert.deepEqual(renderTable(columns, [rows[1]!], { width: 26 }), ['NAME    TOOK  ERROR', 'refund  1 ms']);
  });

  test('leave out a column that says nothing, on a terminal alone', () => {
    const columns: Column[] = [{ title: 'NAME' }, { title: 'NEXT', hideEmpty: true }, { title: 'STATE' }];
    const rows = [
      ['a', '', 'runs'],
      ['b', '-', 'ends'],
    ];
    assert.deepEqual(renderTable(columns, rows, { width: 80 }), ['NAME  STATE', 'a     runs', 'b     ends']);
    assert.deepEqual(renderTable(columns, rows, { width: undefined })[2], 'b     -     ends');
    assert.deepEqual(renderTable(columns, [...rows, ['c', 'now', 'runs']], { width: 80 })[3], 'c     now   runs');
  });

  test('keep a cell with line ends and tabs on one line', () => {
    assert.deepEqual(renderTable(COLUMNS, [['a', '1', 'two\n\tlines ']], { width: 80 })[1], 'a        1  two lines');
  });

  test('fit any width that their unshrinkable columns leave possible', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.constantFrom('1 B', '22 KB'), cell)),
        fc.integer({ min: 15, max: 120 }),
        (rows, width) => {
          for (const line of renderTable(COLUMNS, rows, { width })) assert.ok(textWidth(line) <= width, line);
        },
      ),
    );
  });

  test('pairs are aligned, and a value of several lines, or too long for one, keeps its indent', () => {
    const pairs: [string, string][] = [
      ['a', 'one two three'],
      ['long', 'two\nlines'],
    ];
    const plain = ['a     one two three', 'long  two', '      lines'];
    assert.deepEqual(renderPairs(pairs, { width: undefined }), plain);
    assert.deepEqual(renderPairs(pairs, { width: 14 }), ['a     one two', '      three', 'long  two', '      lines']);
  });
});

describe('the width of text', () => {
  test('counts cells, not code units', () => {
    assert.deepEqual(
      ['abc', '', 'é', 'e\u0301', '日本', '👩‍👩‍👧', '🇩🇪', '한'].map(textWidth),
      [3, 0, 1, 1, 4, 2, 2, 2],
    );
  });

  test('is kept by cutting and filling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 50 }), (text, width) => {
        assert.ok(textWidth(cutText(text, width)) <= width);
        assert.ok(textWidth(padText(text, width)) >= width);
      }),
    );
    assert.equal(cutText('日本語', 5), '日本…');
    assert.equal(cutText('日本語', 4), '日…');
  });

  test('text of a stranger cannot drive the terminal', () => {
    assert.equal(harmless('a\x1b[2J\x07b\u009bc\tt\nl'), 'a\\x1b[2J\\x07b\\x9bc\tt\nl');
    assert.equal(harmless('invoice\u202efdp.exe\u2066 שלום'), 'invoice\\u202efdp.exe\\u2066 שלום');
    const value = { text: 'a\x1b[2J\u009bc\u202ed\x7f' };
    const json = harmlessJson(JSON.stringify(value));
    assert.match(json, /^[ -~]*$/);
    assert.deepEqual(JSON.parse(json), value);
  });
});
