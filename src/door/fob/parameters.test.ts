import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import { readParameters } from './parameters.ts';

const read = (query: string) => JSON.parse(readParameters(query).json);
const isInvalid = (error: unknown) => error instanceof Problem && error.code === 'invalid_request';

describe('parameters of a call', () => {
  it('are the same in all three forms', () => {
    const expected = { param1: '1', param2: '1' };
    assert.deepEqual(read('param1:1,param2:1'), expected);
    assert.deepEqual(read('param1=1&param2=1'), expected);
    assert.deepEqual(read('params=param1:1,param2:1'), expected);
    assert.deepEqual(read('params=param1%3A1%2Cparam2%3A1'), expected, 'as form libraries encode it');
  });

  it('may be absent', () => {
    for (const query of ['', '&', 'params=']) assert.deepEqual(read(query), {});
  });

  it('are decoded after splitting', () => {
    assert.deepEqual(read('a:x%2Cy,b:u%3Av,c:1%262'), { a: 'x,y', b: 'u:v', c: '1&2' });
    assert.deepEqual(read('params=a:x%2Cy'), { a: 'x,y' });
  });

  it('take the first colon or equals sign as the separator', () => {
    assert.deepEqual(read('time:12:30:00'), { time: '12:30:00' });
    assert.deepEqual(read('url=http://x/?y=z'), { url: 'http://x/?y=z' });
    assert.deepEqual(read('formula:a=b'), { formula: 'a=b' });
    assert.deepEqual(read('list=1,2,3'), { list: '1,2,3' });
  });

  it('may be empty texts, but not without a name or a separator', () => {
    assert.deepEqual(read('a:,b:'), { a: '', b: '' });
    assert.deepEqual(read('a='), { a: '' });
    for (const query of ['a', ':1', '=1', 'a:1,', ',a:1', 'a:1,b']) assert.throws(() => read(query), isInvalid, query);
  });

  it('read a plus sign as a space only where forms do', () => {
    assert.deepEqual(read('a=1+1'), { a: '1 1' });
    assert.deepEqual(read('a:1+1'), { a: '1+1' });
  });

  it('may be called `params` themselves', () => {
    assert.deepEqual(read('params=5'), { params: '5' });
    assert.deepEqual(read('params:5'), { params: '5' });
  });

  it('report a name that is given twice, in whatever form', () => {
    for (const query of ['a:1,a:2', 'a=1&a=2', 'a:1&a=2', 'a:1,%61:2', 'params=a:1,a:2', 'a:1,b:2,c:3,b:4']) {
      assert.equal(readParameters(query).repeated, query.includes('b:4') ? 'b' : 'a', query);
    }
    assert.equal(readParameters('a:1,b:1').repeated, undefined);
  });

  it('refuse bad percent-encoding and bytes that are not UTF-8', () => {
    for (const query of ['a:%', 'a:%2', 'a:%zz', 'a:%ff', '%e4=1', 'a:\xff'])
      assert.throws(() => read(query), isInvalid, query);
  });

  it('take raw UTF-8 bytes, as the body of a form may hold them', () => {
    assert.deepEqual(read(Buffer.from('name:Jürgen').toString('latin1')), { name: 'Jürgen' });
  });

  it('keep every value whole, whatever it is', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed());
    const value = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 }), (pairs) => {
        const encoded = pairs.map(([key, text]) => [encodeURIComponent(key), encodeURIComponent(text)] as const);
        const expected = Object.fromEntries(pairs);
        assert.deepEqual(read(encoded.map(([key, text]) => `${key}:${text}`).join(',')), expected);
        if (pairs.some(([key]) => key === 'params')) return;
        assert.deepEqual(read(encoded.map(([key, text]) => `${key}=${text}`).join('&')), expected);
        assert.deepEqual(read(new URLSearchParams(pairs).toString()), expected);
      }),
    );
  });

  it('give JSON of texts or a problem for any query at all', () => {
    const unit = fc.oneof(
      fc.constantFrom(...'%:=&,+params'),
      fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (query) => {
        try {
          for (const value of Object.values(read(query))) assert.equal(typeof value, 'string');
        } catch (error) {
          assert.ok(isInvalid(error), String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
