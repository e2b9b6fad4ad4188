import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { endStaleProcesses, isStaleOwner, newOwnerName, ownerTag } from './owner.ts';

test('a living owner is not stale, and no two owners are named alike', () => {
  const [one, other] = [newOwnerName(), newOwnerName()];
  assert.notEqual(one, other);
  assert.equal(isStaleOwner(one), false);
});

test('an owner is stale once its process has ended, or its id belongs to a later process', async () => {
  const child = spawn(process.execPath, [
    '-e',
    `
    import('${new URL('./owner.ts', import.meta.url)}').then(({ newOwnerName }) => process.stdout.write(newOwnerName()))`,
  ]);
  const [name] = await once(child.stdout, 'data');
  await once(child, 'exit');
  assert.equal(isStaleOwner(String(name)), true);
  const [, space, pid, , count] = newOwnerName().split('-');
  assert.equal(isStaleOwner(`fob-${space}-${pid}-1-${count}`), true, 'same id, other start');
});

test('other names, and owners of other PID namespaces, are never stale', () => {
  for (const name of ['', 'fob', 'victim', 'fob-1-2-3', 'fob-1-999999999-3-4', 'xfob-1-2-3-4', 'fob-1-2-3-4/..']) {
    assert.equal(isStaleOwner(name), false, name);
  }
});

test('only marked processes of stale owners are ended', {
  skip: process.platform !== 'linux' && 'only Linux has what it looks at',
}, async (t) => {
  const [dead, living] = ['fob-1-2-3-4', 'fob-5-6-7-8'].map((owner) =>
    spawn('/bin/sh', ['-c', 'read -r line', 'waiting', ownerTag(owner)], { stdio: ['pipe', 'ignore', 'ignore'] }),
  );
  t.after(() => living!.kill());
  const ended = once(dead!, 'exit');
  await Promise.all([once(dead!, 'spawn'), once(living!, 'spawn')]);
  endStaleProcesses((owner) => owner === 'fob-1-2-3-4');
  assert.equal((await ended)[1], 'SIGKILL');
  assert.equal(living!.signalCode, null);
});
