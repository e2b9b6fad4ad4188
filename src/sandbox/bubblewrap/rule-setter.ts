import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { SYSTEM_PATH } from './network-rules.ts';

const execute = promisify(execFile);

/**
 * What stands before a sandbox's program where the node is not root: a user namespace around the sandbox's own, in which the
 * node's user is called root. Who enters it keeps, through the start of `ip`, every right over the namespaces below; the
 * sandbox is in one of those, and can neither see nor enter what is around it.
 */
export const AROUND = ['unshare', '--user', '--map-root-user', '--'];

const RULE = 'ip rule add priority 1 prohibit';
const INNER = 'bwrap --cap-drop ALL --unshare-user --unshare-pid --uid 1000 --ro-bind / / --proc /proc -- /bin/sh -c :';

/**
 * Why this process cannot set rules in the networks of its sandboxes; `undefined` where it can. Looks by trying: where it is
 * not root, a sandbox's namespaces are made, and a rule is set.
 */
export async function whyNoRules(): Promise<string | undefined> {
  const env = { PATH: `${SYSTEM_PATH}:${process.env.PATH ?? ''}` };
  try {
    for (const word of [['nsenter', '--version'] as const, ['ip', '-V'] as const])
      await execute(word[0], [word[1]], { env });
  } catch {
    return 'it needs nsenter (util-linux) and ip (iproute2)';
  }
  if (process.getuid!() === 0) return undefined;
  try {
    const [program, ...words] = AROUND;
    await execute(program!, [...words.slice(0, -1), '--net', '--', '/bin/sh', '-c', `${RULE} && ${INNER}`], {
      cwd: '/',
      env,
    });
    return undefined;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    return `the node is not root, and its user gets no right over a network of its own: ${said.slice(0, 300)}`;
  }
}

/** The processes of a sandbox by which its network is found: bubblewrap, and the first process inside. */
export interface SandboxProcesses {
  readonly outer: number;
  readonly inner: number;
}

/** Runs lines of `ip -batch` in the network of a sandbox. Rejects where the kernel refuses one. */
export async function setRules({ outer, inner }: SandboxProcesses, lines: readonly string[]): Promise<void> {
  const around = process.getuid!() === 0 ? [] : [`--user=/proc/${outer}/ns/user`, '--preserve-credentials'];
  const child = spawn('nsenter', [...around, `--net=/proc/${inner}/ns/net`, 'ip', '-force', '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: SYSTEM_PATH },
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('the rules of its network need nsenter and ip (iproute2)', { cause })),
    );
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${lines.join('\n')}\n`);
  const [said, ended] = await Promise.all([text(child.stderr), code]);
  if (ended !== 0) throw new Error(`the rules of its network cannot be set: ${said.trim().slice(0, 500)}`);
}
