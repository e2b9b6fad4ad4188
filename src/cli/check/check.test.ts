import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import { Failure } from '../failure.ts';
import { difference, includes } from './difference.ts';
import { findTests } from './find-tests.ts';
import { readTestFile } from './test-file.ts';

describe('files of tests', () => {
  const refused = (text: string, words: RegExp) =>
    assert.throws(
      () => readTestFile(text, 'fob.test.yaml'),
      (error) => error instanceof Problem && error.code === 'invalid_request' && words.test(error.message),
    );

  test('are read', () => {
    const file = readTestFile('tests:\n  - name: a\n    event: [1]\n    expect: { result: null }\n', 'fob.test.yaml');
    assert.deepEqual(file, { tests: [{ name: 'a', event: [1], expect: { result: null } }] });
  });

  test('that are wrong are refused where they are', () => {
    refused('tests: [', /^fob\.test\.yaml:1:\d+: /);
    refused('tests: []\n', /^fob\.test\.yaml:1:1: tests /);
    refused('tests:\n  - name: a\n    expct: 1\n', /^fob\.test\.yaml:3:5: there is no "expct"/);
    refused('tests:\n  - name: a\n  - name: a\n', /^fob\.test\.yaml:3:5: there are two tests named "a"/);
    refused('tests:\n  - name: a\n    event: 1\n    sample: queue\n', /more than one of event, parameters and sample/);
    refused('tests:\n  - name: a\n    data: 1\n', /^fob\.test\.yaml:3:5: data is laid over a sample/);
    refused('config: { memoryMb: many }\ntests:\n  - name: a\n', /^fob\.test\.yaml:1:\d+: config\.memoryMb /);
  });
});

describe('what is tested', () => {
  test('are folders with a file of tests, and source files with one beside them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fob-check-'));
    try {
      for (const [path, text] of Object.entries({
        'shop/fob.test.yaml': '',
        'shop/index.mjs': '',
        'shop/lib/other.test.yaml': '',
        'tools/hello.py': '',
        'tools/hello.test.yaml': '',
        'tools/plain.py': '',
        'node_modules/x/fob.test.yaml': '',
      })) {
        await mkdir(join(root, path, '..'), { recursive: true });
        await writeFile(join(root, path), text);
      }
      const found = async (path: string) =>
        (await findTests(join(root, path))).map(({ code, tests }) => [relative(root, code), relative(root, tests)]);
      const hello = ['tools/hello.py', 'tools/hello.test.yaml'];
      assert.deepEqual(await found(''), [['shop', 'shop/fob.test.yaml'], hello]);
      assert.deepEqual(await found('tools/hello.py'), [hello]);
      assert.deepEqual(await found('tools/hello.test.yaml'), [hello]);
      await assert.rejects(
        found('tools/plain.py'),
        (error) => error instanceof Failure && /no tests/.test(error.message),
      );
      await writeFile(join(root, 'tools/gone.test.yaml'), '');
      await assert.rejects(found(''), /tests nothing: there is no gone\.py/);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe('comparing', () => {
  test('a value includes itself, and itself without some members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.object(), (value, more) => {
        assert.ok(includes(value, value));
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          assert.ok(includes({ ...more, ...value }, value));
      }),
    );
    assert.ok(!includes({ a: 1 }, { a: 1, b: undefined }));
    assert.ok(!includes([1, 2], [1]));
    assert.ok(includes({ a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }));
  });

  test('a difference says what is missing and what is too much, and nothing else', () => {
    assert.equal(difference({ a: 1, b: 2 }, { a: 1, b: 3 }), '-   "b": 3\n+   "b": 2');
    assert.equal(difference(1, 1), '');
    assert.equal(difference(undefined, 'x'), '- "x"\n+ nothing');
  });
});
