import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

describe('where an upload says it is from', () => {
  let node: TestServer;
  before(async () => {
    node = await startTestServer();
  });
  after(() => node.server.close());
  const deploy = (header: string) =>
    ask(node, 'PUT', '/v1/functions/f', { body: 'def callme(): pass', headers: { 'fob-origin': header } });
  const git = {
    repository: 'https://ann:secret@example.org/a.git',
    commit: 'a'.repeat(40),
    author: 'Ann <ann@example.org>',
    clean: true,
  };

  test('is recorded, without credentials, beside who sent it', async () => {
    const { status } = await deploy(JSON.stringify({ message: 'why', git }));
    assert.equal(status, 201);
    assert.deepEqual(node.engine.deployments.at(-1)!.origin, {
      by: 'operator',
      message: 'why',
      git: { ...git, repository: 'https://example.org/a.git' },
    });
  });

  test('is refused where it is said wrong, or says too much', async () => {
    for (const header of [
      '{',
      '[]',
      '{"by": "root"}',
      '{"git": {}}',
      JSON.stringify({ message: 'x'.repeat(1_001) }),
      JSON.stringify({ git: { ...git, commit: 'main' } }),
      JSON.stringify({ git: { ...git, more: 1 } }),
    ]) {
      const refused = await deploy(header);
      assert.equal(refused.status, 400, header);
      assert.match(refused.json.detail, /header Fob-Origin/);
    }
  });
});
