/** A gateway to be killed by tests: starts sandboxes in the folder given, says which, and waits. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { newOwnerName } from '../../owner.ts';
import { createBubblewrapSandboxes } from '../index.ts';

const sandboxes = await createBubblewrapSandboxes({ runFolder: process.argv[2]! });
const limits = { memoryMb: 64, maxProcesses: 32, maxOpenFiles: 64, tmpMb: 8 };
const scripts = [
  'echo ready >&3; while :; do :; done',
  'echo ready >&3; (setsid sleep 1000 &) ; sleep 1000',
  'echo ready >&3; trap "" TERM INT HUP; echo x > /tmp/file; while :; do sleep 1000; done',
];
for (const [index, script] of scripts.entries()) {
  const sandbox = await sandboxes.start({
    id: `victim-${index}`,
    command: ['/bin/sh', '-c', script],
    environment: { PATH: '/usr/bin:/bin' },
    mounts: [],
    limits,
    network: 'none',
  });
  sandbox.stdout.resume();
  sandbox.stderr.resume();
  await once(sandbox.channel, 'data');
  const socketPath = join(process.argv[2]!, newOwnerName());
  await once(createServer().listen(socketPath), 'listening');
  await sandbox.placeSocket(socketPath);
  if (index === 2) await sandbox.freeze();
  sandbox.exited.then((exit) => process.stdout.write(`${JSON.stringify({ id: sandbox.id, ...exit })}\n`));
}
process.stdout.write('ready\n');
// Started and never finished: whatever moment the kill comes at, it finds some sandbox half made.
for (let index = 0; ; index += 1) {
  const sandbox = await sandboxes
    .start({ id: `passing-${index}`, command: ['/bin/true'], environment: {}, mounts: [], limits, network: 'none' })
    .catch(() => undefined);
  sandbox?.stdout.resume();
  sandbox?.stderr.resume();
  sandbox?.channel.resume();
  await sandbox?.exited;
}
