import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LogLine } from './api.ts';
import { formatLogLine } from './log-line.ts';

const NOW = new Date(2026, 0, 2, 12).getTime();
const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  timeMs: NOW - 1_000,
  function: 'f',
  version: 1,
  sandboxId: 's',
  stream: 'stdout',
  level: 'info',
  text,
  ...more,
});
const format = { now: NOW, paint: (_: unknown, text: string) => text };
const shown = (text: string, more?: Partial<LogLine>, options = {}) =>
  formatLogLine(line(text, more), { ...format, ...options });

const CHARACTERS = fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code));

describe('a log line for people', () => {
  it('shows time, function where several are mixed, and text', () => {
    assert.equal(shown('hello'), '11:59:59.000 hello');
    assert.equal(shown('hello', {}, { functionWidth: 3 }), '11:59:59.000 f   hello');
  });

  it('shows what a JSON line says, then its fields', () => {
    const json = JSON.stringify({
      level: 50,
      time: NOW,
      pid: 7,
      msg: 'no stock',
      status: 503,
      user: { id: 42 },
      note: 'a b',
    });
    assert.equal(shown(json, { level: 'error' }), '11:59:59.000 ERROR no stock status=503 user={"id":42} note="a b"');
    assert.equal(shown(json, {}, { raw: true }), `11:59:59.000 ${json}`);
    assert.equal(shown('{"a":1}'), '11:59:59.000 INFO  a=1');
    assert.equal(shown('{}'), '11:59:59.000 INFO ');
    assert.match(shown('{"msg":"late","ts":1700000000}'), /late \(written 2023-11-14T22:13:20.000Z\)$/);
    assert.match(shown('{"msg":"late","ts":99999999999}'), /late \(written /);
  });

  it('shows a line that is nested deeper than can be written', () => {
    const deep = `{"msg":"deep","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    assert.match(shown(deep), /^11:59:59.000 INFO {2}deep a=(…|\[+\]+)$/);
  });

  it('lets nothing that a function printed reach the terminal as a command', () => {
    assert.equal(shown('\x1b[2Jgone'), '11:59:59.000 \\x1b[2Jgone');
    const keys = fc.string({ unit: CHARACTERS, maxLength: 6 });
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(keys, fc.dictionary(keys, keys))), fc.boolean(), (fields, raw) => {
        const text = JSON.stringify({ msg: '\u009b2J', ...fields });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
        assert.doesNotMatch(shown(text, {}, { raw }), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
