import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDesk, type Desk } from './support/documents.ts';
import { PROJECT_FOLDER, type ProcessNode, startFobUp, temporaryFolder } from './support/fob-process.ts';
import { canBuild } from './support/shell.ts';

const EXAMPLES = join(PROJECT_FOLDER, 'examples');
const folders = (await readdir(EXAMPLES, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('the examples', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let desk: Desk;
  let node: ProcessNode;
  let hasPackages: boolean;
  let base: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    base = await temporaryFolder();
    node = await startFobUp(`${base.folder}/data`);
    desk = await createDesk(base.folder, node.url);
    hasPackages = await canBuild(node.dataFolder);
  });
  after(async () => {
    await node?.kill();
    await base.remove();
  });

  test('their own page', async () => {
    assert.equal(await desk.run('examples/README.md'), 1);
  });

  for (const name of folders) {
    const wantsPackages = ['package.json', 'requirements.txt'].some((file) => existsSync(join(EXAMPLES, name, file)));
    test(`${name} deploys, and answers what its page says`, async (context) => {
      if (wantsPackages && !hasPackages) return context.skip('builds have no network here, as fob doctor says');
      assert.ok((await desk.run(`examples/${name}/README.md`)) > 0);
    });
  }
});
