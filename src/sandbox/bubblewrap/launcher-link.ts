import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../model/problem.ts';
import type { Sandbox, SandboxExit, SandboxSpec, SandboxUsage } from '../sandbox.ts';
import { SERVICES_PATH } from './bwrap-arguments.ts';
import type { LauncherReport, LauncherRequest, LauncherSettings, SocketName } from './messages.ts';
import { PRIVATE_STAGE } from './stage.ts';

/** As pino's. */
export interface SandboxLog {
  warn(details: object, message: string): void;
}

interface LinkOptions {
  readonly settings: Pick<LauncherSettings, 'owner' | 'folder'>;
  readonly log: SandboxLog;
  /** Called once where the helper dies; its sandboxes are reported as ended after that. Given the build folders that may still belong to their users. */
  clearUp(buildFolders: readonly string[]): Promise<void>;
}

/** Gives the helper a mount namespace of its own, and in it the stage, and a TAP device that every user may open. */
const PRIVATE_PRELUDE = `mount -t tmpfs -o mode=0755,nosuid fob ${PRIVATE_STAGE} || exit 1
if test -c /dev/net/tun && mknod -m 666 ${PRIVATE_STAGE}/tun c 10 200; then mount --bind ${PRIVATE_STAGE}/tun /dev/net/tun; fi
exec "$@"`;
const CAP_SYS_ADMIN = 21n;
/** How long the helper gets to end its sandboxes and itself before it is killed. */
const CLOSE_MS = 10_000;
/** How much of what a dying process said goes into the message. */
const LAST_WORDS = 2_000;

interface Held {
  readonly spec: SandboxSpec;
  readonly sockets: Partial<Record<SocketName, Socket>>;
  readonly exited: Promise<SandboxExit>;
  end(exit: SandboxExit, usage: SandboxUsage): void;
  lastUsage?: SandboxUsage;
}

/** The gateway's side of one helper process. */
export class LauncherLink {
  private readonly options: LinkOptions;
  private readonly child: ChildProcess;
  private readonly held = new Map<string, Held>();
  private readonly waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private requests = 0;
  private canFreeze = false;
  private lastWords = '';
  /** Resolves when the helper has died and what it left is cleared. */
  readonly gone: Promise<void>;

  private constructor(options: LinkOptions) {
    this.options = options;
    const isPrivate = mayMount();
    const settings: LauncherSettings = { ...options.settings, isPrivate };
    const launcher = fileURLToPath(new URL('./launcher.ts', import.meta.url));
    const command = [process.execPath, '--max-old-space-size=128', launcher, JSON.stringify(settings)];
    const namespace = ['unshare', '--mount', '--propagation', 'slave', '--', '/bin/sh', '-c', PRIVATE_PRELUDE, 'sh'];
    const [program, ...args] = isPrivate ? [...namespace, ...command] : command;
    this.child = spawn(program!, args, { detached: true, stdio: ['pipe', 'ignore', 'pipe', 'ipc'] });
    this.child.stdin!.on('error', () => undefined);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
    });
    this.child.on('message', (message, socket) => this.hear(message as LauncherReport, socket as Socket | undefined));
    this.gone = new Promise<void>((resolve) => {
      this.child.once('error', () => resolve());
      this.child.once('close', () => resolve());
    }).then(() => this.lose());
  }

  /** Starts a helper process; resolves when it takes requests. */
  static async open(options: LinkOptions): Promise<LauncherLink> {
    const link = new LauncherLink(options);
    const ready = once(link.child, 'message').then(() => true);
    if (await Promise.race([ready, link.gone.then(() => false)])) return link;
    const cause = new Error(link.lastWords.trim());
    throw new Problem('sandbox_failed', 'cannot start the helper process of sandboxes; `fob doctor` says why', {
      cause,
    });
  }

  /** Whether the helper has died, or is dying. */
  get isLost(): boolean {
    return !this.child.connected;
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    const held = hold(spec);
    this.held.set(spec.id, held);
    try {
      await this.ask({ type: 'start', spec });
    } catch (cause) {
      this.held.delete(spec.id);
      const said = await lastWords(held.sockets.stderr);
      for (const socket of Object.values(held.sockets)) socket?.destroy();
      const reason = said === '' ? (cause as Error).message : said;
      throw new Problem('sandbox_failed', `cannot start a sandbox: ${reason}`, { cause });
    }
    return this.sandbox(held);
  }

  /** Ends all sandboxes and the helper; resolves when nothing of them is left. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_MS);
    this.ask({ type: 'close' }).catch(() => undefined);
    await this.gone;
    clearTimeout(timer);
  }

  private sandbox(held: Held): Sandbox {
    const { id } = held.spec;
    const ask = async (request: LauncherRequest, action: string) => {
      try {
        return await this.ask(request);
      } catch (cause) {
        const reason = (cause as Error).message;
        throw new Problem('sandbox_failed', `cannot ${action} sandbox "${id}": ${reason}`, { cause });
      }
    };
    return {
      id,
      channel: held.sockets.channel!,
      stdout: held.sockets.stdout!,
      stderr: held.sockets.stderr!,
      exited: held.exited,
      canFreeze: this.canFreeze,
      placeCode: async (codeFolder) => void (await ask({ type: 'place', id, codeFolder }, 'place code in')),
      placeSocket: async (socketPath) => {
        await ask({ type: 'socket', id, socketPath }, 'place a socket in');
        return SERVICES_PATH;
      },
      connect: async (port) => {
        const name = `connection-${this.requests + 1}` as const;
        await ask({ type: 'connect', id, port }, `connect to port ${port} in`);
        const socket = held.sockets[name];
        delete held.sockets[name];
        if (socket !== undefined) return socket;
        throw new Problem('sandbox_failed', `cannot connect to port ${port} in sandbox "${id}": it has ended`);
      },
      setMemory: async (memoryMb) => void (await ask({ type: 'memory', id, memoryMb }, 'change the memory of')),
      freeze: async () => void (await ask({ type: 'freeze', id }, 'freeze')),
      thaw: async () => void (await ask({ type: 'thaw', id }, 'thaw')),
      usage: async () => {
        const usage = held.lastUsage ?? (await ask({ type: 'usage', id }, 'measure'));
        if (usage === undefined) await held.exited;
        return (usage ?? held.lastUsage) as SandboxUsage;
      },
      kill: async () => {
        this.ask({ type: 'kill', id }).catch(() => undefined);
        return await held.exited;
      },
    };
  }

  private ask(request: LauncherRequest): Promise<unknown> {
    this.requests += 1;
    const number = this.requests;
    return new Promise((resolve, reject) => {
      if (this.isLost) return reject(new Error('the helper process has died; try again'));
      this.waiting.set(number, { resolve, reject });
      // A failure to send means that the helper has died, which `lose` tells everyone.
      this.child.send({ ...request, request: number }, () => undefined);
    });
  }

  private hear(message: LauncherReport, socket: Socket | undefined): void {
    switch (message.type) {
      case 'ready':
        this.canFreeze = message.canFreeze;
        return;
      case 'socket': {
        // Whoever uses it listens later; until then an error is told by the sandbox's end.
        socket!.on('error', () => undefined);
        const held = this.held.get(message.id);
        if (held === undefined) socket!.destroy();
        else held.sockets[message.name] = socket!;
        return;
      }
      case 'reply': {
        const { resolve, reject } = this.waiting.get(message.request)!;
        this.waiting.delete(message.request);
        if (message.failure === undefined) resolve(message.value);
        else reject(new Error(message.failure));
        return;
      }
      case 'ended':
        this.held.get(message.id)?.end(message.exit, message.usage);
        this.held.delete(message.id);
        return;
      case 'warning':
        this.options.log.warn({}, message.message);
    }
  }

  /** The helper has died, by itself or because it was told to. */
  private async lose(): Promise<void> {
    const left = [...this.held.values()];
    const buildFolders = left.map(({ spec }) => spec.buildFolder).filter((folder) => folder !== undefined);
    try {
      await this.options.clearUp(buildFolders);
    } catch (err) {
      this.options.log.warn({ err }, 'clearing up after the helper process of sandboxes failed');
    }
    for (const held of left) {
      held.end({ reason: 'killed_by_platform' }, { memoryBytes: 0, peakMemoryBytes: 0, cpuMs: 0 });
    }
    this.held.clear();
    for (const { reject } of this.waiting.values()) reject(new Error('the helper process has died; try again'));
    this.waiting.clear();
  }
}

function hold(spec: SandboxSpec): Held {
  let finish: (exit: SandboxExit) => void;
  const exited = new Promise<SandboxExit>((resolve) => {
    finish = resolve;
  });
  const held: Held = {
    spec,
    sockets: {},
    exited,
    end(exit, usage) {
      held.lastUsage = usage;
      finish(exit);
    },
  };
  return held;
}

/** What bubblewrap wrote before it gave up; its end of the socket is closed by then. */
async function lastWords(stderr: Socket | undefined): Promise<string> {
  if (stderr === undefined) return '';
  let text = '';
  for await (const chunk of stderr.setEncoding('utf8')) text = (text + chunk).slice(-LAST_WORDS);
  return text.trim();
}

/** Whether this process is root with the right to mount, and so can give its helper a mount namespace. */
function mayMount(): boolean {
  if (process.getuid!() !== 0) return false;
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return ((BigInt(`0x${capabilities}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}
