import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, tarGzOf } from './testing/archives.ts';
import { realBuilds } from './testing/real-builds.ts';
import { sampleRuntimes } from './testing/sample-runtimes.ts';

function builtBy(script: string, files: Files = {}) {
  const content = tarGzOf({ 'main.py': 'def callme(): pass', 'build.sh': script, ...files });
  return { form: 'tar.gz', content } as const;
}

test('a build sees its code and nothing of the host, and has no network that it did not ask for', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes);
  const script = [
    'pwd; id -u; ls /home /root 2>&1; ls /sys/class/net 2>&1; cat /proc/net/dev | wc -l',
    'mkdir closed; echo made > closed/made; chmod 0 closed/made closed',
  ].join('\n');
  const { tree, said } = await deploy(builtBy(script));
  assert.equal(tree['closed/made'], 'made\n');
  assert.equal(said[0], '/build');
  assert.notEqual(said[1], '0');
  assert.equal(said.filter((line) => /No such file or directory/.test(line)).length, 3, said.join('\n'));
  // Two lines of heading, and loopback.
  assert.equal(said.at(-1), '3');
});

test('an endless build is cut off', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes, { buildTimeoutMs: 1_000 });
  await assert.rejects(deploy(builtBy('while :; do :; done')), {
    code: 'build_failed',
    message: /longer than 1000 ms/,
  });
});

test('a build that fills the disk is cut off', async (t) => {
  const deploy = await realBuilds(t, sampleRuntimes, { maxTreeBytes: 2_000_000 });
  const script = 'i=0; while :; do head -c 1000000 /dev/zero > "fill-$i"; i=$((i+1)); sleep 0.02; done';
  await assert.rejects(deploy(builtBy(script)), { code: 'build_failed', message: /wrote more than/ });
});
