import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { importsOf, readSources, violations } from './floors.ts';

function found(files: Record<string, string>): string[] {
  return violations(new Map(Object.entries(files)));
}

describe('the floors', () => {
  test('hold in this project', async () => {
    const sources = await readSources(join(import.meta.dirname, '..'));
    assert.ok(sources.size > 50, `only ${sources.size} source files were found`);
    assert.deepEqual(violations(sources), []);
  });

  test('an import from below is found, whatever its form', () => {
    for (const statement of [
      "import { a } from '../engine/a.ts';",
      "import type { A } from '../engine/a.ts';",
      "import {\n  a,\n  b,\n} from '../engine/a.ts';",
      "export * from '../engine/a.ts';",
      "import '../engine/a.ts';",
      "const a = await import('../engine/a.ts');",
    ]) {
      assert.match(found({ 'src/model/x.ts': statement })[0] ?? '', /the floor model must not know engine/, statement);
    }
  });

  test('an import from above, from the same floor, or of a package is fine', () => {
    assert.deepEqual(
      found({
        'src/engine/x.ts': "import a from '../model/a.ts';\nimport b from './b.ts';\nimport c from 'node:fs';",
        'src/node.ts': "import d from './door/server.ts';\nimport p from '../package.json' with { type: 'json' };",
        'src/cli/up.ts': "import e from '../node.ts';",
      }),
      [],
    );
  });

  test('adapters of one port that know each other are found; what they share is not', () => {
    const files = {
      'src/door/fob/call.ts': "import a from '../native/invoke.ts';",
      'src/door/native/invoke.ts': "import b from '../answer.ts';",
    };
    assert.deepEqual(found(files), [
      'src/door/fob/call.ts imports src/door/native/invoke.ts: adapters of one port must not know each other',
    ]);
  });

  test('a command that reaches into the store is found', () => {
    assert.match(found({ 'src/cli/x.ts': "import s from '../store/store.ts';" })[0] ?? '', /cli must not know store/);
  });

  test('a floor that nobody planned, and an import from outside of src, are found', () => {
    assert.match(found({ 'src/misc/x.ts': "import a from '../model/a.ts';" })[0] ?? '', /no floor/);
    assert.match(found({ 'src/model/x.ts': "import a from '../../test/a.ts';" })[0] ?? '', /outside of src/);
  });

  test('a circle is found once; one of types alone is none', () => {
    const circle = {
      'src/model/a.ts': "import { b } from './b.ts';",
      'src/model/b.ts': "import { c } from './c.ts';",
      'src/model/c.ts': "import { a } from './a.ts';",
    };
    assert.deepEqual(found(circle), [
      'a circle of imports: src/model/a.ts → src/model/b.ts → src/model/c.ts → src/model/a.ts',
    ]);
    assert.deepEqual(found({ ...circle, 'src/model/c.ts': "import type { A } from './a.ts';" }), []);
  });

  test('folders beside each other that use each other are found; one that is used by its neighbour is not', () => {
    const files = {
      'src/engine/deploy/a.ts': "import type { B } from '../release/b.ts';",
      'src/engine/release/b.ts': "import c from '../documents/c.ts';",
      'src/engine/deploy/c.ts': "import c from '../documents/c.ts';",
    };
    assert.deepEqual(found(files), []);
    assert.deepEqual(found({ ...files, 'src/engine/release/d.ts': "import c from '../deploy/c.ts';" }), [
      'src/engine/deploy and src/engine/release use each other: ' +
        'src/engine/deploy/a.ts imports src/engine/release/b.ts, src/engine/release/d.ts imports src/engine/deploy/c.ts',
    ]);
  });

  test('screens may lead to each other', () => {
    assert.deepEqual(
      found({
        'src/console/screens/home/a.ts': "import b from '../logs/b.ts';",
        'src/console/screens/logs/b.ts': "import type { C } from '../home/c.ts';",
      }),
      [],
    );
  });

  test('a file that is too long is found; tests may be longer', () => {
    const long = 'x\n'.repeat(601);
    assert.deepEqual(found({ 'src/model/a.ts': long, 'src/model/a.test.ts': long }), [
      'src/model/a.ts has 601 lines; 600 are the most',
    ]);
    assert.equal(found({ 'test/a.test.ts': 'x\n'.repeat(801) }).length, 1);
    assert.deepEqual(found({ 'src/model/a.ts': 'x\n'.repeat(600) }), []);
  });

  test('text that merely looks like an import in the middle of a line is none', () => {
    assert.deepEqual(importsOf('src/model/a.ts', "const text = `import x from './y.ts'`;"), []);
  });
});
