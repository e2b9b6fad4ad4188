import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf, isRunning } from '../proc.ts';
import { createBubblewrapSandboxes } from './index.ts';

const GATEWAY = fileURLToPath(new URL('./testing/gateway.ts', import.meta.url));

describe('nothing is left after a sudden death', { timeout: 240_000 }, () => {
  let folder: string;
  const gateways: ChildProcess[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fob-death-'));
  });
  afterEach(() => {
    for (const gateway of gateways.splice(0)) gateway.kill('SIGKILL');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A gateway in a process of its own, with three sandboxes that run and others that come and go. */
  async function startGateway() {
    const process_ = spawn(process.execPath, [GATEWAY, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    gateways.push(process_);
    const lines = createInterface({ input: process_.stdout! });
    await once(lines, 'line');
    const owner = readdirSync(folder).find((name) => name.includes(`-${process_.pid}-`)) ?? assert.fail('no folder');
    const [launcher] = childrenOf(process_.pid!);
    const all = descendantsOf(launcher!);
    assert.ok(all.length >= 9, 'three sandboxes of three processes each');
    return { process: process_, lines, owner, launcher: launcher!, all };
  }

  type Gateway = Awaited<ReturnType<typeof startGateway>>;

  /** What of a gateway still exists: processes, cgroups, mounts, folders. */
  function leftOf({ owner, all, launcher }: Gateway): string[] {
    const left = [launcher, ...all].filter(isRunning).map((pid) => `process ${pid}`);
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (isRunning(Number(entry)) && commandLine(entry).includes(owner)) left.push(`process ${entry} of the owner`);
    }
    left.push(...foldersNamed(owner, '/sys/fs/cgroup', 6), ...foldersNamed(owner, folder, 1));
    if (readFileSync('/proc/self/mountinfo', 'utf8').includes(owner)) left.push('a mount');
    return left;
  }

  /** Waits for the condition itself; the test's own limit ends a wait in vain, by its signal. */
  async function untilNothingIsLeftOf(gateway: Gateway, signal: AbortSignal): Promise<void> {
    for (let left = leftOf(gateway); left.length > 0; left = leftOf(gateway)) {
      await setTimeout(10);
      assert.ok(!signal.aborted, `still there: ${left.join(', ')}`);
    }
  }

  test('of the gateway', async ({ signal }) => {
    const gateway = await startGateway();
    gateway.process.kill('SIGKILL');
    await untilNothingIsLeftOf(gateway, signal);
  });

  test('of the helper: its sandboxes are told as killed, and the next start works', async ({ signal }) => {
    const gateway = await startGateway();
    const told = new Set<string>();
    const allTold = new Promise<void>((resolve) => {
      gateway.lines.on('line', (line) => {
        const { id, reason } = JSON.parse(line);
        assert.equal(reason, 'killed_by_platform');
        if (told.add(id).size === 3) resolve();
      });
    });
    process.kill(gateway.launcher, 'SIGKILL');
    await allTold;
    // Told only after they are gone.
    assert.deepEqual([gateway.launcher, ...gateway.all].filter(isRunning), []);
    while (childrenOf(gateway.process.pid!).length === 0) await setTimeout(10);
    gateway.process.kill('SIGKILL');
    await untilNothingIsLeftOf(gateway, signal);
  });

  test('of both at once, once the next node has started; another living node keeps its own', async ({ signal }) => {
    const [victim, other] = [await startGateway(), await startGateway()];
    process.kill(victim.launcher, 'SIGSTOP');
    victim.process.kill('SIGKILL');
    process.kill(victim.launcher, 'SIGKILL');
    await once(victim.process, 'exit');
    const sandboxes = await createBubblewrapSandboxes({ runFolder: folder });
    await sandboxes.close();
    await untilNothingIsLeftOf(victim, signal);
    // Two of its three sandboxes' processes at least run on; the others come and go.
    assert.ok(other.all.filter(isRunning).length >= 9);
    assert.ok(foldersNamed(other.owner, folder, 1).length === 1);
    other.process.kill('SIGKILL');
    await untilNothingIsLeftOf(other, signal);
  });
});

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function foldersNamed(name: string, folder: string, depth: number): string[] {
  if (depth === 0) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.name === name ? [path] : foldersNamed(name, path, depth - 1);
      });
  } catch {
    return [];
  }
}
