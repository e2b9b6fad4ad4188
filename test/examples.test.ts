import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDesk, type Desk } from './support/documents.ts';
import { PROJECT_FOLDER, type ProcessNode, runFob, startFobUp, temporaryFolder } from './support/fob-process.ts';

const folders = (await readdir(join(PROJECT_FOLDER, 'examples'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('the examples', { skip: process.platform !== 'linux' }, () => {
  let desk: Desk;
  let node: ProcessNode;
  let canBuild: boolean;
  let base: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    base = await temporaryFolder();
    node = await startFobUp(`${base.folder}/data`);
    desk = await createDesk(base.folder, node.url);
    const doctor = await runFob(['doctor', '--json', '--port', '0', '--data', `${base.folder}/data`]);
    const checks: { name: string; state: string }[] = JSON.parse(doctor.stdout).checks;
    canBuild = checks.some(({ name, state }) => name === 'function network' && state === 'ok');
  });
  after(async () => {
    await node?.kill();
    await base.remove();
  });

  test('their own page', async () => {
    assert.equal(await desk.run('examples/README.md'), 1);
  });

  for (const name of folders) {
    test(`${name} deploys, and answers what its page says`, async (context) => {
      if (name.endsWith('-dependencies') && !canBuild) {
        return context.skip('builds have no network here, as fob doctor says');
      }
      assert.ok((await desk.run(`examples/${name}/README.md`)) > 0);
    });
  }
});
