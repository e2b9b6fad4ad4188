import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogRecord } from '../../store/journal.ts';
import { EXPORT_FORMATS, exportHead, exportLine } from './export-format.ts';

const line = (text: string): LogRecord => ({
  id: '42',
  timeMs: Date.UTC(2026, 0, 1),
  function: 'f',
  version: 3,
  sandboxId: 's',
  stream: 'stderr',
  level: 'warn',
  text,
});

const CHARACTERS = fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code));

describe('an exported line', () => {
  it('is written as each format has it', () => {
    assert.equal(exportLine(line('hello'), 'text'), '2026-01-01T00:00:00.000Z f WARN  hello\n');
    assert.equal(
      exportHead('csv') + exportLine(line('a "b", c'), 'csv'),
      'time,function,version,level,output,stream,invocation,id,text\r\n2026-01-01T00:00:00.000Z,f,3,warn,stderr,s,,42,"a ""b"", c"\r\n',
    );
    assert.deepEqual(JSON.parse(exportLine(line('x'), 'ndjson')), line('x'));
    assert.equal(exportHead('ndjson') + exportHead('text'), '');
  });

  it('is no formula for a spreadsheet', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)']) {
      assert.ok(exportLine(line(text), 'csv').endsWith(`,42,'${text}\r\n`), text);
    }
  });

  it('is one line without control characters, whatever was printed', () => {
    const texts = fc.oneof(
      fc.string({ unit: CHARACTERS }),
      fc.constantFrom('\x1b[2J', '\u009b31m', 'a\r\nb', '\x7f', '"\n"'),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...EXPORT_FORMATS), (text, format) => {
        const written = exportLine(line(text), format);
        const body = written.replace(/\r?\n$/, '');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
        assert.doesNotMatch(body, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
        if (format === 'ndjson') assert.equal(JSON.parse(body).text, text);
      }),
    );
  });
});
