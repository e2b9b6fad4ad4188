import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import type { Runtimes } from '../../runtime/runtime.ts';
import { createBubblewrap } from '../../sandbox/bubblewrap/index.ts';
import { openEmbeddedStore } from '../../store/embedded/index.ts';
import type { DeployProgress } from '../api.ts';
import { createDeployer } from './deployer.ts';
import { type Files, tarGzOf } from './testing/archives.ts';
import { sampleRuntimes } from './testing/sample-runtimes.ts';
import { afterwards, contentsOf, temporaryFolder } from './testing/temporary.ts';

const SETTINGS = { maxCodeBytes: 1_000_000, maxTreeBytes: 50_000_000, buildTimeoutMs: 120_000 };

/** Deploys archives with builds in real build sandboxes; returns the tree that came out, and what was said. */
async function realBuilds(t: TestContext, runtimes: Runtimes, settings: Partial<typeof SETTINGS> = {}) {
  const folder = await temporaryFolder(t);
  const store = await openEmbeddedStore({ folder: join(folder, 'data') });
  afterwards(t, () => store.close());
  const sandboxes = await createBubblewrap({ runFolder: join(folder, 'run') });
  afterwards(t, () => sandboxes.close());
  const deployer = await createDeployer({
    registry: store.registry,
    blobs: store.blobs,
    runtimes,
    sandboxes,
    settings: { ...SETTINGS, ...settings },
    clock: systemClock,
    tryLoad: () => Promise.resolve(),
    codeCacheFolder: join(folder, 'code'),
  });
  return async (files: Files) => {
    const said: string[] = [];
    const onProgress = (event: DeployProgress) => {
      if (event.kind === 'output') said.push(event.text);
    };
    const code = { form: 'tar.gz', content: tarGzOf(files) } as const;
    const { document } = await deployer.deploy({ name: 'f', code, config: {}, onProgress });
    return { document, tree: await contentsOf(await deployer.codeFolder(document.code.treeDigest)), said };
  };
}

const MAIN = { 'main.py': 'def callme(): pass' };

test('a build sees its code and nothing of the host, and has no network that it did not ask for', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes);
  const { tree, said } = await deploy({
    ...MAIN,
    'build.sh':
      'pwd; id -u; ls /home /root 2>&1; ls /sys/class/net 2>&1; cat /proc/net/dev | wc -l; echo made > made; chmod 0 made',
  });
  assert.equal(tree.made, 'made\n');
  assert.equal(said[0], '/build');
  assert.notEqual(said[1], '0');
  assert.equal(said.filter((line) => /No such file or directory/.test(line)).length, 3, said.join('\n'));
  // Two lines of heading, and loopback.
  assert.equal(said.at(-1), '3');
});

test('an endless build is cut off', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes, { buildTimeoutMs: 1_000 });
  await assert.rejects(deploy({ ...MAIN, 'build.sh': 'while :; do :; done' }), {
    code: 'build_failed',
    message: /longer than 1000 ms/,
  });
});

test('a build that fills the disk is cut off', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes, { maxTreeBytes: 2_000_000 });
  const script = 'i=0; while :; do head -c 1000000 /dev/zero > "fill-$i"; i=$((i+1)); sleep 0.02; done';
  await assert.rejects(deploy({ ...MAIN, 'build.sh': script }), { code: 'build_failed', message: /wrote more than/ });
});
