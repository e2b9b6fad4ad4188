import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { newOwnerName } from '../../owner.ts';
import { type Cgroups, cpuFor } from './cgroup.ts';
import { canMakeGroupIn } from './cgroup-files.ts';
import { createCgroups, parseCgroupMounts } from './detect.ts';
import { createNone } from './none.ts';
import { createV2 } from './v2.ts';

const LIMITS = { memoryMb: 64, maxProcesses: 10, maxOpenFiles: 100, tmpMb: 8 };

test('processor time follows memory, and a small sandbox may use one whole core', () => {
  assert.deepEqual(cpuFor(1_769), { share: 1, cores: 1 });
  assert.deepEqual(cpuFor(3_538), { share: 2, cores: 2 });
  assert.equal(cpuFor(128).cores, 1);
  assert.ok(cpuFor(128).share > 0.07 && cpuFor(128).share < 0.073);
});

test('where cgroups are mounted: version 2 alone', () => {
  const mountInfo = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n';
  assert.deepEqual(parseCgroupMounts(mountInfo, '0::/system.slice/fob.service\n'), {
    v2: { mount: '/sys/fs/cgroup', own: '/sys/fs/cgroup/system.slice/fob.service' },
    v1: {},
  });
});

test('where cgroups are mounted: hybrid, with controllers mounted together, and nested', () => {
  const mountInfo = `
25 22 0:20 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
26 25 0:21 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw
28 25 0:24 / /sys/fs/cgroup/cpu,cpuacct rw shared:6 - cgroup cgroup rw,cpu,cpuacct
29 25 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
31 25 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
`;
  const own = '5:memory:/nested/here\n4:cpu,cpuacct:/\n1:name=systemd:/init\n0::/init\n';
  assert.deepEqual(parseCgroupMounts(mountInfo, own), {
    v2: { mount: '/sys/fs/cgroup/unified', own: '/sys/fs/cgroup/unified/init' },
    v1: {
      memory: { mount: '/sys/fs/cgroup/memory', own: '/sys/fs/cgroup/memory/nested/here' },
      cpu: { mount: '/sys/fs/cgroup/cpu,cpuacct', own: '/sys/fs/cgroup/cpu,cpuacct/' },
      cpuacct: { mount: '/sys/fs/cgroup/cpu,cpuacct', own: '/sys/fs/cgroup/cpu,cpuacct/' },
    },
  });
});

test('where cgroups are mounted: a container that sees its own part of the hierarchy', () => {
  const mountInfo = '29 25 0:25 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';
  assert.deepEqual(parseCgroupMounts(mountInfo, '5:memory:/docker/abc/sub\n').v1.memory, {
    mount: '/sys/fs/cgroup/memory',
    own: '/sys/fs/cgroup/memory/sub',
  });
});

/** Where version 2 is mounted writable, if it is. */
const unified = (() => {
  const mounts = parseCgroupMounts(
    readFileSync('/proc/self/mountinfo', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  );
  const mount = mounts.v2?.mount;
  return mount !== undefined && canMakeGroupIn(mount) ? mount : undefined;
})();

type Make = (owner: string) => Promise<Cgroups>;
const flavours: [string, Make, boolean][] = [
  ["this machine's", createCgroups, false],
  ['version 2', (owner) => createV2(unified!, owner), unified === undefined],
  ['no', async () => createNone(), false],
];

for (const [name, make, skip] of flavours) {
  describe(`${name} cgroups`, { skip }, () => {
    /** A group with a shell that burns time, and a child of the shell. */
    async function busy(t: TestContext) {
      const cgroups = await make(newOwnerName());
      const cgroup = await cgroups.create('one');
      const child = spawn('/bin/sh', ['-c', 'read -r line; sleep 1000 & echo on; while :; do :; done'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      t.after(async () => {
        cgroup.killAll();
        child.kill('SIGKILL');
        await ended;
        await cgroup.remove();
        await cgroup.remove();
        await cgroups.close();
      });
      await cgroup.attach(child.pid!);
      cgroup.limit(LIMITS);
      child.stdin.end('\n');
      await once(child.stdout, 'data');
      return { cgroups, cgroup, child, ended };
    }

    test('hold a process and what it starts', async (t) => {
      const { cgroup, child } = await busy(t);
      const inside = cgroup.processes();
      assert.equal(inside.length, 2);
      assert.ok(inside.includes(child.pid!));
      assert.equal(cgroup.outOfMemoryKills(), 0);
    });

    test('kill all of it, also when frozen', async (t) => {
      const { cgroup, ended } = await busy(t);
      cgroup.freeze();
      cgroup.killAll();
      const [, signal] = await ended;
      assert.equal(signal, 'SIGKILL');
      await cgroup.remove();
      assert.deepEqual(cgroup.processes(), []);
    });

    test('measure it', async (t) => {
      const { cgroup } = await busy(t);
      while (cgroup.usage().cpuMs < 20) await new Promise((resolve) => setImmediate(resolve));
      cgroup.setMemory(128);
      assert.ok(cgroup.usage().cpuMs >= 20);
    });

    test('sweep the groups of the dead, and no others', async (t) => {
      const { cgroups, child, ended } = await busy(t);
      await cgroups.sweep(() => false);
      assert.equal(child.exitCode ?? child.signalCode, null);
      if (cgroups.flavour === 'none') return;
      await cgroups.sweep((owner) => owner.startsWith('fob-') && owner.includes(`-${process.pid}-`));
      const [, signal] = await ended;
      assert.equal(signal, 'SIGKILL');
    });
  });
}

test('version 2 limits are written where they belong', {
  skip: unified === undefined && 'needs a cgroup v2 hierarchy that this user may write',
}, async (t) => {
  const owner = newOwnerName();
  const cgroups = await createV2(unified!, owner);
  const cgroup = await cgroups.create('limited');
  t.after(async () => {
    await cgroup.remove();
    await cgroups.close();
  });
  cgroup.limit(LIMITS);
  const folder = join(unified!, owner, 'limited');
  for (const [control, file, value] of [
    ['memory', 'memory.max', String(64 * 1_048_576)],
    ['pids', 'pids.max', '12'],
    ['cpu', 'cpu.max', '100000 100000'],
  ] as const) {
    if (cgroups.controls.has(control)) assert.equal(readFileSync(join(folder, file), 'utf8').trim(), value);
    else assert.ok(!existsSync(join(folder, file)), `${control} is not handed down`);
  }
});
