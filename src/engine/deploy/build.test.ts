import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Problem } from '../../model/problem.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { DeployProgress, DeployRequest } from '../api.ts';
import { type Files, tarGzOf } from './testing/archives.ts';
import { createDeployment, type DeploymentHarness } from './testing/deployment.ts';
import { contentsOf } from './testing/temporary.ts';

const MAIN = 'def callme(): pass';

function deployBuilt(h: DeploymentHarness, script: string, files: Files = {}, request: Partial<DeployRequest> = {}) {
  return h.archive('tar.gz', tarGzOf({ 'main.py': MAIN, 'build.sh': script, ...files }), { name: 'f', ...request });
}

async function failure(work: Promise<unknown>): Promise<{ message: string; log: string; code: string }> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  return { message: error.message, log: String(error.details?.log), code: error.code };
}

/** Lines that a build printed, as they were shown. */
function shown(events: readonly DeployProgress[]): string[] {
  return events.filter((event) => event.kind === 'output').map((event) => event.text);
}

async function assertGone(h: DeploymentHarness): Promise<void> {
  assert.deepEqual(await h.leftovers(), []);
  assert.equal(h.sandboxes.running.size, 0);
}

test('what a build makes becomes part of the code, and what it says is shown', async (t) => {
  const h = await createDeployment(t);
  const { document } = await deployBuilt(
    h,
    'echo building; echo warned >&2; mkdir out; echo made > out/file; chmod 000 out',
  );
  const tree = await h.deployer.codeFolder(document.code.treeDigest);
  assert.equal((await contentsOf(tree))['out/file'], 'made\n');
  assert.deepEqual(shown(h.progress).sort(), ['building', 'warned']);
  assert.ok(h.progress.some((event) => event.kind === 'step' && event.title === 'build.sh'));
  const [spec] = h.sandboxes.started;
  assert.equal(spec?.network, 'none');
  assert.equal(spec?.codeFolder, undefined);
  await assertGone(h);
});

test('a failing build tells its log, stores nothing, and leaves the version before it serving', async (t) => {
  const h = await createDeployment(t);
  const { document } = await deployBuilt(h, 'true');
  const { code, message, log } = await failure(deployBuilt(h, 'echo first; echo "no such package" >&2; exit 3'));
  assert.equal(code, 'build_failed');
  assert.match(message, /"build\.sh" failed with exit code 3/);
  assert.match(log, /no such package/);
  assert.deepEqual((await h.store.registry.get('function/f'))?.value, document);
  assert.equal(h.tried.length, 1);
  await assertGone(h);
});

test('an endless build is cut off, with everything that it started', async (t) => {
  const clock = new FakeClock();
  const h = await createDeployment(t, { buildTimeoutMs: 1_000 }, clock);
  const onProgress = (event: DeployProgress) => {
    if (event.kind === 'output' && event.text === 'started') clock.advance(1_000);
  };
  const script = 'sleep 1000 & echo started; while :; do sleep 1; done';
  const { message, log } = await failure(deployBuilt(h, script, {}, { onProgress }));
  assert.match(message, /longer than 1000 ms/);
  assert.equal(log, 'started');
  await assertGone(h);
});

test('a build that fills the disk is cut off while it writes', async (t) => {
  const h = await createDeployment(t);
  const { message } = await failure(
    deployBuilt(h, 'i=0; while :; do head -c 1000000 /dev/zero > "fill-$i"; i=$((i+1)); sleep 0.02; done'),
  );
  assert.match(message, /wrote more than code may have/);
  await assertGone(h);
});

test('a build that leaves more than code may have is refused', async (t) => {
  const h = await createDeployment(t);
  const { code } = await failure(deployBuilt(h, 'head -c 5000000 /dev/zero > large'));
  assert.equal(code, 'too_large');
  await assertGone(h);
});

test('a build that leaves links out of the code, or no plain files, is refused', async (t) => {
  const h = await createDeployment(t);
  assert.match((await failure(deployBuilt(h, 'ln -s /etc/passwd secret'))).message, /"secret" that leads out/);
  assert.match((await failure(deployBuilt(h, 'mkfifo pipe'))).message, /"pipe", which is neither a file/);
  await assertGone(h);
});

test('a build that prints without end keeps bounded memory and shows bounded text', async (t) => {
  const h = await createDeployment(t);
  const { log } = await failure(
    deployBuilt(h, 'head -c 8000000 /dev/zero | tr "\\0" x; yes | head -n 2000000; exit 1'),
  );
  assert.ok(log.length <= 65_536, `${log.length}`);
  const text = shown(h.progress).join('\n');
  assert.ok(text.length < 1_100_000, `${text.length}`);
  assert.match(text, /further output of the build is not shown$/);
});

test('a cancelled build ends at once', async (t) => {
  const h = await createDeployment(t);
  const cancel = new AbortController();
  const onProgress = (event: DeployProgress) => {
    if (event.kind === 'output' && event.text === 'started') cancel.abort();
  };
  const work = deployBuilt(h, 'echo started; sleep 1000', {}, { onProgress, signal: cancel.signal });
  assert.equal((await failure(work)).code, 'cancelled');
  assert.equal(await h.store.registry.get('function/f'), undefined);
  await assertGone(h);
});

/** Installs what the lock says, and leaves a trace outside of the folder each time it really runs. */
const INSTALL = 'mkdir -p deps/bin; cp deps.lock deps/installed; ln -s ../installed deps/bin/tool; echo really';

test('equal locks install once; another lock, or none of it, installs again', async (t) => {
  const h = await createDeployment(t);
  const first = await deployBuilt(h, INSTALL, { 'deps.lock': 'a 1.0' });
  const treeOf = async (stored: typeof first) =>
    contentsOf(await h.deployer.codeFolder(stored.document.code.treeDigest));
  assert.equal((await treeOf(first))['deps/installed'], 'a 1.0');
  assert.equal((await treeOf(first))['deps/bin/tool'], '-> ../installed');

  const changed = await deployBuilt(h, INSTALL, { 'deps.lock': 'a 1.0', 'other.py': 'x' });
  assert.equal(h.sandboxes.started.length, 1);
  assert.ok(shown(h.progress).includes('the same dependencies were installed before: taken from the cache'));
  assert.deepEqual(await treeOf(changed), { ...(await treeOf(first)), 'other.py': 'x' });

  await deployBuilt(h, INSTALL, { 'deps.lock': 'a 2.0' });
  assert.equal(h.sandboxes.started.length, 2);
  await assertGone(h);
});

test('what a failed build installed is not kept, and what is kept cannot be changed by a build', async (t) => {
  const h = await createDeployment(t);
  const lock = { 'deps.lock': 'a 1.0' };
  await failure(deployBuilt(h, `${INSTALL}; exit 1`, lock));
  await deployBuilt(h, INSTALL, lock);
  assert.equal(h.sandboxes.started.length, 2);
  // The uploaded folder of dependencies gives way to the cached one.
  const stored = await deployBuilt(h, INSTALL, { ...lock, 'deps/installed': 'forged' });
  assert.equal(h.sandboxes.started.length, 2);
  const tree = await contentsOf(await h.deployer.codeFolder(stored.document.code.treeDigest));
  assert.equal(tree['deps/installed'], 'a 1.0');
});

test('a folder of dependencies that leads out, or is a link itself, is never kept', async (t: TestContext) => {
  const h = await createDeployment(t);
  const kept = () => readdir(join(h.codeCacheFolder, '.dependencies')).catch(() => []);
  await failure(deployBuilt(h, 'ln -s /etc deps', { 'deps.lock': 'a' }));
  assert.deepEqual(await kept(), []);
  await failure(deployBuilt(h, 'mkdir deps; ln -s /etc/passwd deps/x', { 'deps.lock': 'b' }));
  assert.deepEqual(await kept(), []);
  await deployBuilt(h, 'mkdir deps; ln -s ../main.py deps/x', { 'deps.lock': 'c' });
  assert.deepEqual(await kept(), [], 'a link to the code beside the dependencies is fine there, and not for others');
  await assertGone(h);
});
