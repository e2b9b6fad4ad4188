import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PROBLEMS, Problem, type ProblemCode } from '../model/problem.ts';
import { problemsPage } from './problems-page.ts';
import { ask, startTestServer, type TestServer } from './testing/test-server.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'problems.md');
/** An answer below 400 has no body to describe it. */
const CODES = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => PROBLEMS[code].status >= 400);

describe('the registry of problems', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer();
    await node.add('f');
  });
  after(() => node.server.close());

  it('is what docs/reference/problems.md says', async () => {
    if (process.env.UPDATE_PAGES === '1') await writeFile(PAGE, problemsPage());
    assert.equal(
      await readFile(PAGE, 'utf8'),
      problemsPage(),
      'the page is out of date: UPDATE_PAGES=1 ./fob test problems',
    );
  });

  for (const code of CODES) {
    it(`gives ${code} the same status in each door, in the shape of the door`, async () => {
      node.engine.behaviour = () => {
        throw new Problem(code, 'what to do', { details: { extra: 1, status: 7, code: 'forged', message: 'forged' } });
      };
      const { status, retry } = PROBLEMS[code];
      const fob = await ask(node, 'GET', '/api/call/f');
      assert.equal(fob.status, status);
      assert.equal(fob.headers['content-type'], 'application/json; charset=UTF-8');
      assert.deepEqual(Object.keys(fob.json), ['error']);
      assert.deepEqual([fob.json.error.code, fob.json.error.message, fob.json.error.extra], [code, 'what to do', 1]);

      const native = await ask(node, 'POST', '/v1/functions/f/invoke');
      assert.equal(native.status, status);
      assert.equal(native.headers['content-type'], 'application/problem+json');
      const { type, title, detail } = native.json;
      assert.deepEqual([type, title, detail], [`urn:fob:problem:${code}`, PROBLEMS[code].meaning, 'what to do']);
      assert.deepEqual([native.json.status, native.json.code, native.json.extra], [status, code, 1]);

      for (const { headers } of [fob, native]) {
        const expected = retry && (status === 429 || status === 503) ? '1' : undefined;
        assert.equal(headers['retry-after'], expected);
      }
    });
  }
});
