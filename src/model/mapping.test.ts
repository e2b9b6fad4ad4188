import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CloudEvent } from './event.ts';
import { compileMapping, compilePath } from './mapping.ts';
import { Problem } from './problem.ts';

const event: CloudEvent = {
  specversion: '1.0',
  id: '7',
  source: 's',
  type: 't',
  subject: 'cat.jpg',
  data: { n: 5, yes: true, list: [{ c: 'x' }, null], 'a name': 'q', nothing: null, object: { a: 1 } },
};

describe('mappings', () => {
  const map = (template: unknown) => compileMapping(template)(event);

  test('a reference alone gives the value with its type', () => {
    assert.deepEqual(map({ n: '<$.data.n>', yes: '<$.detail.yes>', o: ['<$.data.object>'], k: '<$.detail-type>' }), {
      n: 5,
      yes: true,
      o: [{ a: 1 }],
      k: 't',
    });
    assert.equal(map('<$.data.list[0].c>'), 'x');
    assert.equal(map("<$.data['a name']>"), 'q');
    assert.equal(map('<$["data"].list[0][\'c\']>'), 'x');
    assert.deepEqual(map('<$>'), { ...event, 'detail-type': 't', detail: event.data });
  });

  test('several, or one among other characters, are put into the text', () => {
    assert.equal(map('<$.subject> has <$.data.n> and <$.data.object>'), 'cat.jpg has 5 and {"a":1}');
    assert.equal(map('[<$.data.none>|<$.data.nothing>]'), '[|]');
    assert.equal(map('<b>no reference</b> <$'), '<b>no reference</b> <$');
  });

  test('what is not there is null', () => {
    for (const path of ['$.data.none', '$.data.list[9]', '$.data.n.x', '$.data.list.length', '$.data.object[0]'])
      assert.equal(map(`<${path}>`), null, path);
  });

  test('nothing inherited can be reached, and no name is special', () => {
    for (const path of ['$.data.constructor', '$.data.__proto__', "$.data['toString']", '$.subject.length'])
      assert.equal(map(`<${path}>`), null, path);
    const mapped = map(JSON.parse('{"__proto__": {"polluted": "<$.data.n>"}}')) as object;
    assert.equal(Object.getPrototypeOf(mapped), Object.prototype);
    assert.equal(JSON.stringify(mapped), '{"__proto__":{"polluted":5}}');
  });

  test('what cannot be used is refused', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 40; level++) deep = [deep];
    for (const template of [
      '<$.>',
      '<$..a>',
      '<$.a[x]>',
      '<$.a[-1]>',
      '<$a>',
      '<$.a b>',
      deep,
      Array(20_000).fill(1),
    ]) {
      assert.throws(
        () => compileMapping(template),
        (error) => error instanceof Problem && error.code === 'invalid_request',
      );
    }
  });

  test('a template without references gives itself', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (template) => {
        fc.pre(!JSON.stringify(template).includes('<$'));
        assert.deepEqual(JSON.stringify(map(template)), JSON.stringify(template));
      }),
    );
  });

  test('a path that is written for a place in an event leads there', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (data) => {
        const walk = (value: unknown, path: string): void => {
          assert.deepEqual(compilePath(path)({ ...event, data }), value);
          if (typeof value !== 'object' || value === null) return;
          for (const [name, inner] of Object.entries(value)) {
            if (Array.isArray(value)) walk(inner, `${path}[${name}]`);
            else if (/^[^'\]]{1,256}$/.test(name)) walk(inner, `${path}['${name}']`);
          }
        };
        walk(data, '$.data');
      }),
    );
  });
});
