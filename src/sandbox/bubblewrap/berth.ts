import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { GATE } from './bwrap-arguments.ts';
import type { Cgroup, Cgroups } from './cgroup/cgroup.ts';
import type { Stage } from './stage.ts';
import type { UidBlock } from './uids.ts';

/**
 * A place in which a sandbox can start at once: a user id and a cgroup of its own, and a shell inside that waits for a
 * line and then becomes bubblewrap.
 *
 * Made ahead, because moving a process into a cgroup takes about 10 ms after a quiet time (the kernel waits for its other
 * cores), and because so everything of a sandbox is counted from its first page on. The shell's descriptors: 0 the gate,
 * 3 the driver socket, 4 bubblewrap's arguments, 5 the system call filter; a copy of 4 goes on as 6.
 */
export interface Berth {
  readonly cgroup: Cgroup;
  /** The user id on the host, where it is not our own. */
  readonly uid: number | undefined;
  readonly process: ChildProcess;
  /** A line makes the shell become bubblewrap; a second one, once the control socket has told so, runs the program. */
  readonly gate: Writable;
  readonly control: Socket;
  readonly channel: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** How bubblewrap ended, in Node's terms. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends and removes everything; resolves when no process is left. May be called twice. */
  clear(): Promise<void>;
}

const WAITING_SHELL = 'read -r line || exit 1; exec bwrap --setenv FOB_OWNER "$@" 6>&4';

export class Berths {
  private readonly cgroups: Cgroups;
  private readonly stage: Stage;
  private readonly uids: UidBlock | undefined;
  private readonly around: readonly string[];
  /** The argument by which processes of this owner are found. */
  private readonly tag: string;
  private readonly target: number;
  private readonly waiting: Promise<Berth>[] = [];
  private readonly all = new Set<Berth>();
  private readonly usedUids = new Set<number>();
  private made = 0;
  private isClosed = false;

  /** `around` is what starts bubblewrap, where that is more than its user: see `rule-setter.ts`. */
  constructor(options: {
    cgroups: Cgroups;
    stage: Stage;
    uids: UidBlock | undefined;
    around: readonly string[];
    tag: string;
    target: number;
  }) {
    this.cgroups = options.cgroups;
    this.stage = options.stage;
    this.uids = options.uids;
    this.around = options.around;
    this.tag = options.tag;
    this.target = options.target;
  }

  /** Makes berths until there are as many as wished. */
  refill(): void {
    while (!this.isClosed && this.waiting.length < this.target) {
      const berth = this.make();
      // Whoever takes it sees the failure.
      berth.catch(() => undefined);
      this.waiting.push(berth);
    }
  }

  /** A berth made ahead, or a new one. */
  take(): Promise<Berth> {
    if (this.isClosed) return Promise.reject(new Error('the node is stopping'));
    return this.waiting.shift() ?? this.make();
  }

  /** Clears every berth, taken or not. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.waiting);
    await Promise.all([...this.all].map((berth) => berth.clear()));
  }

  private async make(): Promise<Berth> {
    this.made += 1;
    const number = this.made;
    const cgroup = await this.cgroups.create(String(number));
    let uid: number | undefined;
    try {
      uid = this.takeUid(number);
    } catch (error) {
      await cgroup.remove();
      throw error;
    }
    const filter = this.stage.openFilter();
    const bwrap = [...(filter === undefined ? [] : ['--seccomp', '5']), '--args', '4', '--', ...GATE];
    const shell = ['/bin/sh', '-c', WAITING_SHELL, 'fob-sandbox', this.tag, ...bwrap];
    const [program, ...words] = [...this.around, ...shell];
    const child = spawn(program!, words, {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', filter ?? 'ignore'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    if (filter !== undefined) closeSync(filter);
    const ended = new Promise<Awaited<Berth['ended']>>((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    let cleared: Promise<void> | undefined;
    const clear = async () => {
      cgroup.killAll();
      child.kill('SIGKILL');
      await ended;
      await cgroup.remove();
      if (uid !== undefined) this.usedUids.delete(uid);
      this.all.delete(berth);
    };
    const berth: Berth = {
      cgroup,
      uid,
      process: child,
      gate: child.stdin as Writable,
      control: child.stdio[4] as Socket,
      channel: child.stdio[3] as Socket,
      stdout: child.stdout as Socket,
      stderr: child.stderr as Socket,
      ended,
      clear: () => (cleared ??= clear()),
    };
    // A broken pipe here only says that the process has ended, which `ended` tells.
    for (const socket of [berth.gate, berth.control, berth.channel, berth.stdout, berth.stderr]) {
      socket.on('error', () => undefined);
    }
    this.all.add(berth);
    try {
      if (child.pid === undefined) throw new Error('a process cannot be started');
      await cgroup.attach(child.pid);
    } catch (error) {
      await berth.clear();
      throw error;
    }
    return berth;
  }

  private takeUid(number: number): number | undefined {
    if (this.uids === undefined) return undefined;
    const { first, size } = this.uids;
    // In turn, so that an id rests for long before it is used again.
    for (let tried = 0; tried < size; tried += 1) {
      const uid = first + ((number + tried) % size);
      if (this.usedUids.has(uid)) continue;
      this.usedUids.add(uid);
      return uid;
    }
    throw new Error(`all ${size} user ids for sandboxes are in use`);
  }
}
