import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { SHORTEST_REDACTED } from '../../model/secret.ts';
import { createRedactor } from './redactor.ts';

/** Values that cannot be mistaken for what stands around them, nor for the marker. */
const value = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.stringMatching(/^[0-9]{6}$/))
  .map(([any, digits]) => `${digits}${any.replaceAll('\0', '')}~${digits}`)
  .filter((text) => text.isWellFormed() && !/[\r\n]/.test(text));
const around = fc.string({ unit: fc.constantFrom(...'klmn opqr'), maxLength: 30 });

const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify({ password: text }),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)),
  'json of ASCII alone': (text) =>
    JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  inspect: (text) => inspect({ text }),
  encodeURIComponent: encodeURIComponent,
  'encodeURIComponent, lower case': (text) =>
    encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()),
  form: (text) => new URLSearchParams({ p: text }).toString(),
  url: encodeURI,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  html: (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
};

describe('redaction', () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    test(`no value survives as ${name}, and what stands around it stays`, () => {
      fc.assert(
        fc.property(value, around, around, (secret, before, after) => {
          const redactor = createRedactor([['db', secret]])!;
          const written = write(secret);
          const clean = redactor.redact(before + written + after);
          assert.ok(clean.startsWith(before) && clean.endsWith(after), clean);
          assert.ok(clean.includes('[secret:db]'), `${JSON.stringify(written)} is not found`);
          assert.ok(!clean.includes(secret) && !clean.includes(written));
        }),
        { numRuns: 60 },
      );
    });
  }

  test('in base64, what stands before and after it in the same text gives it no shelter', () => {
    fc.assert(
      fc.property(value, fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (secret, before, after) => {
        const redactor = createRedactor([['db', secret]])!;
        for (const encoding of ['base64', 'base64url'] as const) {
          const clean = redactor.redact(`Basic ${Buffer.from(before + secret + after).toString(encoding)}`);
          assert.match(clean, /^Basic [A-Za-z0-9+/_-]*\[secret:db\][A-Za-z0-9+/=_-]*$/);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a text without a value is the same text', () => {
    fc.assert(
      fc.property(value, fc.string({ unit: fc.constantFrom(...'abc %\\"+/='), maxLength: 200 }), (secret, text) => {
        assert.equal(createRedactor([['db', secret]])!.redact(text), text);
      }),
    );
  });

  test('of several values each has its own name, and the longest that begins at a place is taken', () => {
    const redactor = createRedactor([
      ['short', 'password'],
      ['long', 'password-and-more'],
    ])!;
    assert.equal(redactor.redact('a password, password-and-more, passwor'), 'a [secret:short], [secret:long], passwor');
    assert.equal(redactor.redact('passwordpassword'), '[secret:short][secret:short]');
  });

  test('each line of a value of several lines is taken out', () => {
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----';
    const redactor = createRedactor([['key', pem]])!;
    for (const line of pem.split('\n')) assert.equal(redactor.redact(`> ${line}`), '> [secret:key]');
    assert.equal(redactor.redact(JSON.stringify(pem)), '"[secret:key]"');
    assert.equal(redactor.redact(pem.replaceAll('\n', ' ')), '[secret:key]');
  });

  test(`values of fewer than ${SHORTEST_REDACTED} characters are left, and cost nothing`, () => {
    assert.equal(createRedactor([['pin', '12345']]), undefined);
    assert.equal(createRedactor([]), undefined);
    assert.ok(createRedactor([['pin', '123456']]));
  });

  test('a long line that was cut ends and begins with no piece of a value', () => {
    const redactor = createRedactor([['db', 'correct-horse-battery-staple']])!;
    const filler = 'x'.repeat(20_000);
    assert.equal(redactor.redact(`${filler}correct-hor`), `${filler}[secret:db]`);
    assert.equal(redactor.redact(`tery-staple${filler}`), `[secret:db]${filler}`);
    assert.equal(redactor.redact(`${filler}corre`), `${filler}corre`, 'too little to tell');
    assert.equal(redactor.redactWhole(`${filler}correct-hor`), `${filler}correct-hor`);
  });

  test('a large value is found in a large text', () => {
    const secret = Array.from({ length: 4_000 }, (_, at) => at.toString(36)).join('-');
    const redactor = createRedactor([['big', secret]])!;
    const text = `begin ${secret.slice(0, -1)} middle ${secret} end`;
    assert.equal(redactor.redactWhole(text), `begin ${secret.slice(0, -1)} middle [secret:big] end`);
    assert.ok(redactor.longest >= secret.length);
  });
});
