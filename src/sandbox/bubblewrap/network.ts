import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** Address of the resolver that slirp4netns answers as, inside. */
export const RESOLVER = '10.0.2.3';

/**
 * Joins the network namespace of process `pid` to the internet, by user-mode networking: connections inside become
 * connections of one ordinary process outside, so nothing inside gets a right over the host's network. The host's loopback
 * is shut off; its other addresses, and private networks that the host can reach, are not.
 *
 * Resolves when the network is up. It ends with `stop`, with this process (its end of descriptor 4 closes), or with the sandbox.
 */
export async function joinInternet(
  pid: number,
  uid: number | undefined,
): Promise<{ readonly pid: number; stop(): void }> {
  const child: ChildProcess = spawn(
    'slirp4netns',
    ['--configure', '--mtu=65520', '--disable-host-loopback', '--ready-fd=3', '--exit-fd=4', String(pid), 'tap0'],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  const [, , errors, ready, exit] = child.stdio as unknown as [null, null, Readable, Readable, Writable];
  let said = '';
  errors.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1_000);
  });
  exit.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    ready.once('data', () => resolve());
    child.once('error', (cause) => reject(new Error('slirp4netns cannot be started', { cause })));
    child.once('exit', () => reject(new Error(`slirp4netns ended: ${said.trim()}`)));
  });
  return { pid: child.pid!, stop: () => void child.kill('SIGKILL') };
}
