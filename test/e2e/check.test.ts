import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_FOLDER, runFob, temporaryFolder } from '../support/fob-process.ts';

const CODE = `import fob

def callme(name, event=None):
    print('called by', 'an event' if event else 'somebody')
    fob.kv.put('seen', name, 'yes')
    if name == 'Bob':
        raise RuntimeError('not Bob')
    return {'hello': name, 'length': len(name)}
`;

const TESTS = `config: { grants: ['kv:seen'] }
given: { keyValues: { seen: { Eve: before } } }
tests:
  - name: passes
    parameters: { name: Ada }
    expect:
      includes: { hello: Ada }
      logs: called by somebody
      services: { keyValues: { seen: { Ada: 'yes', Eve: before } } }
  - name: an event has its own shape
    sample: queue jobs
    data: { name: Cem }
    expect: { result: { hello: Cem, length: 3 }, logs: called by an event }
  - name: an error is expected
    parameters: { name: Bob }
    expect: { error: 'RuntimeError: not Bob' }
  - name: fails by its result
    parameters: { name: Eve }
    expect: { result: { hello: Adam, length: 3 } }
  - name: fails by what a service holds
    parameters: { name: Eve }
    expect: { services: { keyValues: { seen: { Eve: before, Ada: 'yes' } } } }
  - name: fails because it throws
    parameters: { name: Bob }
  - name: fails for a sample that there is none of
    sample: pigeon post
`;

describe('fob check', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  test('runs the tests of a function in a sandbox, tells what failed and why, and leaves nothing behind', async () => {
    const { folder, remove } = await temporaryFolder();
    // Others check something on this machine at the same time: this one has a place of its own for what it needs.
    const temporary = join(folder, 'temporary');
    const options = { environment: { TMPDIR: temporary } };
    try {
      await mkdir(temporary);
      await writeFile(join(folder, 'greet.py'), CODE);
      await writeFile(join(folder, 'greet.test.yaml'), TESTS);
      const text = await runFob(['check', '--no-install', folder], options);
      assert.equal(text.code, 1, text.stderr);
      assert.match(text.stdout, /✔ passes/);
      assert.match(text.stdout, /- {3}"hello": "Adam",\n.*\+ {3}"hello": "Eve",/);
      assert.match(text.stdout, /it failed: RuntimeError: not Bob\n[^✘]*greet\.py/);
      assert.match(text.stdout, /its log:\n +called by somebody/);
      assert.match(text.stdout, /3 passed, 4 failed/);

      const json = await runFob(
        ['check', '--no-install', '--json', '--only', 'fails', join(folder, 'greet.py')],
        options,
      );
      assert.equal(json.code, 1);
      const { passed, failed, functions } = JSON.parse(json.stdout);
      assert.deepEqual([passed, failed], [0, 4]);
      const faults = functions[0].tests.map(({ faults }: { faults: string[] }) => faults.join());
      assert.match(faults[1], /key "Eve" in the space "seen" is not what it should be/);
      assert.match(faults[1], /there is no key "Ada" in the space "seen"/);
      assert.match(faults[3], /there is no type of trigger "pigeon"/);

      await writeFile(join(folder, 'greet.py'), 'def callme(:\n');
      const broken = await runFob(['check', '--no-install', folder], options);
      assert.equal(broken.code, 1);
      assert.match(broken.stdout, /✘ it can be deployed/);
      assert.match(broken.stdout, /invalid syntax/);
      assert.deepEqual(await readdir(temporary), []);
    } finally {
      await remove();
    }
  });

  test('passes for all examples that have tests', async () => {
    const { code, stdout, stderr } = await runFob(['check', '--no-install', join(PROJECT_FOLDER, 'examples')]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /\d+ passed/);
  });
});
