import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { levelOfLine, structuredLine } from './structured-line.ts';

test('what loggers write is understood', () => {
  const lines: readonly (readonly [unknown, string | undefined, string | undefined, number | undefined])[] = [
    [{ level: 30, time: 1_700_000_000_123, pid: 1, msg: 'pino' }, 'info', 'pino', 1_700_000_000_123],
    [
      { level: 'warn', message: 'winston', timestamp: '2026-01-01T00:00:00.000Z' },
      'warn',
      'winston',
      Date.UTC(2026, 0),
    ],
    [{ severity: 'CRITICAL', message: 'cloud' }, 'fatal', 'cloud', undefined],
    [
      { levelname: 'WARNING', message: 'python', asctime: '2026-01-01 00:00:00,250Z' },
      'warn',
      'python',
      Date.UTC(2026, 0) + 250,
    ],
    [{ level: 'info', ts: 1_700_000_000.25, msg: 'zap' }, 'info', 'zap', 1_700_000_000_250],
    [{ '@timestamp': '2026-01-01T00:00:00Z', 'log.level': 'error', message: 'ecs' }, 'error', 'ecs', Date.UTC(2026, 0)],
    [{ event: 'structlog', level: 'err' }, 'error', 'structlog', undefined],
    [{ time: 1_700_000_000_000_000_000 }, undefined, undefined, 1_700_000_000_000],
    [{ level: 'loud', lvl: 'debug' }, 'debug', undefined, undefined],
    [{ level: 'constructor', msg: { a: 1 }, time: 'never' }, undefined, undefined, undefined],
    [{ level: 5, time: -1 }, undefined, undefined, undefined],
  ];
  for (const [fields, level, message, timeMs] of lines) {
    const text = JSON.stringify(fields);
    const told = structuredLine(text)!;
    assert.deepEqual([told.level, told.message, told.timeMs], [level, message, timeMs], text);
    assert.equal(levelOfLine(text), level);
  }
});

test('any other line is a text', () => {
  for (const text of ['', 'hello', '{', '{"a":1', '[1]', '"a"', 'null', ' {"a":1}', '{a:1}']) {
    assert.equal(structuredLine(text), undefined, text);
    assert.equal(levelOfLine(text), undefined);
  }
});

test('nothing that a line holds makes it fail', () => {
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  assert.ok(structuredLine(deep));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('level', 'msg', 'time', '__proto__', 'x'), fc.jsonValue()), (fields) => {
      const told = structuredLine(JSON.stringify(fields))!;
      assert.ok(told.told.every((name) => Object.hasOwn(told.fields, name)));
    }),
  );
});
