import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { PROJECT_FOLDER, type ProcessNode, runFob, startFobUp, temporaryFolder } from '../support/fob-process.ts';

const COPIED = ['fob', 'package.json', 'package-lock.json', 'tsconfig.json', 'src', 'dist/console'];

describe('a node whose sources are replaced while it runs', () => {
  let base: string;
  let remove: () => Promise<void>;
  let node: ProcessNode;

  before(async () => {
    ({ folder: base, remove } = await temporaryFolder());
    const project = join(base, 'project');
    for (const name of COPIED.filter((name) => existsSync(join(PROJECT_FOLDER, name))))
      await cp(join(PROJECT_FOLDER, name), join(project, name), { recursive: true, preserveTimestamps: true });
    await symlink(join(PROJECT_FOLDER, 'node_modules'), join(project, 'node_modules'));
    // No sandbox is started ahead: each is started after the sources are gone.
    node = await startFobUp(join(base, 'data'), ['--prewarmed', '0'], {
      shell: `exec '${join(project, 'fob')}' "$@"`,
    });
    await rm(join(project, 'src'), { recursive: true });
  });
  after(async () => {
    await node?.kill();
    await remove();
  });

  test('starts sandboxes with the drivers that it was made with', async () => {
    await node.client.put('js', 'export const handler = () => "js";', { runtime: 'node' });
    await node.client.put('py', 'def handler(event, context):\n    return "py"\n', { runtime: 'python' });
    assert.deepEqual([await node.client.result('js'), await node.client.result('py')], ['js', 'py']);
  });

  test('loads what nobody asked for before: threads, doors and sources of events', async () => {
    const fob = async (...words: string[]) => {
      const { code, stdout, stderr } = await runFob(words, { environment: { FOB_URL: node.url }, cwd: base });
      assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
      return stdout;
    };
    await fob('backup', 'fob.tar');
    await fob('restore', 'fob.tar', '--yes');
    await fob('bucket', 'create', 'photos');
    await writeFile(join(base, 'large'), Buffer.alloc(8_000_000, 7));
    await fob('bucket', 'put', 'photos', 'large');
    await fob('bucket', 'get', 'photos', 'large', 'again');
    const credential =
      'AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00';
    const signed = await fetch(`${node.url}/photos`, { headers: { Authorization: credential } });
    assert.match(await signed.text(), /<Error><Code>AccessDenied/);
    await fob('trigger', 'add', 'js', 'mqtt', 'mqtt://127.0.0.1:1/readings');
    await eventually(async () => {
      const { json } = await node.client.request('GET', '/v1/triggers');
      assert.match(json.triggers[0].lastError.message, /ECONNREFUSED/);
    });
  });
});
