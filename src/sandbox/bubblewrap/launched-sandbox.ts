import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { placeTree } from '../place-tree.ts';
import { childrenOf, isEnding } from '../proc.ts';
import type { NetworkAccess, SandboxExit, SandboxSpec, SandboxUsage } from '../sandbox.ts';
import type { Berth } from './berth.ts';
import { argumentBytes, bwrapArguments, rlimits, SERVICES } from './bwrap-arguments.ts';
import type { Cgroups } from './cgroup/cgroup.ts';
import { signalEach } from './cgroup/cgroup-files.ts';
import type { HostNames } from './host-names.ts';
import { connectInside } from './inside.ts';
import type { SocketName } from './messages.ts';
import { joinNetwork, type Network } from './network.ts';
import { RESOLVER } from './network-rules.ts';
import { HOSTS, type Stage } from './stage.ts';

const run = promisify(execFile);

/** How a shell, and so bubblewrap, says that a program ended by a signal. */
const SIGNAL_BASE = 128;
/** How long a sandbox whose program has ended may take to end before it is killed; it takes about 1 ms. */
const LAST_MOMENT_MS = 50;

interface Launch {
  readonly spec: SandboxSpec;
  readonly cgroups: Cgroups;
  readonly stage: Stage;
  /** Why this node cannot set the rules of a network; `undefined` where it can. */
  readonly noRules: string | undefined;
  readonly names: HostNames;
  /** Says what could not be cleared. */
  warn(message: string): void;
  /** Hands one of the sandbox's sockets to the gateway; resolves when it has left this process. */
  hand(name: SocketName, socket: Berth['channel']): Promise<void>;
}

/** One sandbox, as the helper process holds it. */
export class LaunchedSandbox {
  readonly spec: SandboxSpec;
  /** Resolves when no process, mount, cgroup or folder of it is left. Never rejects. */
  readonly ended: Promise<{ exit: SandboxExit; usage: SandboxUsage }>;
  private readonly launch: Launch;
  private readonly berth: Berth;
  private readonly folder: { here: string; there: string };
  private readonly undo: (() => Promise<void> | void)[] = [];
  private placing: Promise<void> = Promise.resolve();
  private network: Network | undefined;
  private isKilled = false;
  /** Whether bubblewrap has ended: then there is nothing left to measure or command. */
  isOver = false;

  private constructor(launch: Launch, berth: Berth) {
    this.launch = launch;
    this.spec = launch.spec;
    this.berth = berth;
    this.folder = launch.stage.folderOf(launch.spec.id);
    this.ended = this.finish();
  }

  /** Takes over a berth. The sandbox exists from now on, and must be awaited until `ended`, whether or not `start` succeeds. */
  static in(berth: Berth, launch: Launch): LaunchedSandbox {
    return new LaunchedSandbox(launch, berth);
  }

  /** Starts the program; resolves when the sandbox stands and the program is told to run. */
  async start(): Promise<void> {
    const { berth, spec } = this;
    const layout = await this.prepare();
    berth.cgroup.limit(spec.limits);
    berth.control.end(argumentBytes(bwrapArguments(spec, layout)));
    const handed = Promise.all([
      this.launch.hand('channel', berth.channel),
      this.launch.hand('stdout', berth.stdout),
      this.launch.hand('stderr', berth.stderr),
    ]);
    berth.gate.write('\n');
    const stands = once(berth.control, 'data').then(() => true);
    if (!(await Promise.race([stands, berth.ended.then(() => false)]))) throw new Error('bubblewrap could not make it');
    if (spec.network !== 'none') await this.joinNetwork(spec.network);
    // Only now may the program write to its sockets: what comes before they have left this process would be lost.
    await handed;
    berth.gate.end('\n');
  }

  async place(codeFolder: string): Promise<void> {
    this.placing = placeTree(codeFolder, join(this.folder.here, 'code'), this.berth.uid !== undefined);
    await this.placing;
  }

  placeSocket(socketPath: string): void {
    const { uid } = this.berth;
    // Connecting takes the right to write: the sandbox's user has it, and no other.
    chmodSync(socketPath, 0o600);
    if (uid !== undefined) chownSync(socketPath, uid, uid);
    renameSync(socketPath, join(this.folder.here, 'sockets', SERVICES));
  }

  /** Hands over a connection to a port on the loopback inside. */
  async connect(port: number, name: SocketName): Promise<void> {
    await this.launch.hand(name, await connectInside(this.children()[0]!, this.berth.uid, port));
  }

  setMemory(memoryMb: number): void {
    this.berth.cgroup.setMemory(memoryMb);
  }

  freeze(): void {
    if (this.isKilled) return;
    this.berth.cgroup.freeze();
    this.network?.pause();
  }

  thaw(): void {
    this.berth.cgroup.thaw();
    this.network?.resume();
  }

  usage(): SandboxUsage {
    return this.berth.cgroup.usage();
  }

  /** Ends every process inside; `ended` tells when that is done. */
  kill(): void {
    const [first] = this.children();
    // Where the program has ended by itself, all is about to end: how is worth knowing, so it gets a moment.
    if (first === undefined || childrenOf(first).every(isEnding)) setTimeout(() => this.end(), LAST_MOMENT_MS);
    else this.end();
  }

  private end(): void {
    if (this.isOver) return;
    this.isKilled = true;
    const [first] = this.children();
    // With the first process inside die all others, and bubblewrap, which waits for it, ends by itself and leaves no zombie.
    if (first === undefined) this.berth.cgroup.killAll();
    else signalEach([first], 'SIGKILL');
    this.berth.cgroup.thaw();
  }

  private async prepare() {
    const { berth, spec, folder } = this;
    const { stage, cgroups } = this.launch;
    mkdirSync(join(folder.here, 'code'), { recursive: true });
    mkdirSync(join(folder.here, 'sockets'));
    const mounts = await Promise.all(
      spec.mounts.map(async ({ hostPath, path }) => ({ source: await stage.reachable(hostPath), path })),
    );
    return {
      rootArguments: stage.rootArguments,
      networkArguments: this.networkArguments(),
      mounts,
      sockets: join(folder.there, 'sockets'),
      code: spec.codeFolder === undefined ? join(folder.there, 'code') : await this.show(spec.codeFolder),
      build: spec.buildFolder === undefined ? undefined : await this.showWritable(spec.buildFolder, berth.uid),
      limits: rlimits(spec, { memory: cgroups.controls.has('memory'), pids: cgroups.controls.has('pids') }),
    };
  }

  private async show(hostPath: string): Promise<string> {
    const shown = await this.launch.stage.reachableOnce(hostPath);
    this.undo.push(shown.undo);
    return shown.path;
  }

  private async showWritable(hostPath: string, uid: number | undefined): Promise<string> {
    if (uid !== undefined) {
      await giveTree(hostPath, uid);
      this.undo.push(() => giveTree(hostPath, process.getuid!()));
    }
    return await this.show(hostPath);
  }

  /** Where it finds addresses by their names: at a resolver, or, where only named hosts are open, in a file of its own. */
  private networkArguments(): string[] {
    const { network } = this.spec;
    const { stage } = this.launch;
    if (network === 'none') return [];
    if (typeof network !== 'object') return stage.networkArguments(RESOLVER);
    writeFileSync(this.hostsFile, HOSTS, { mode: 0o644 });
    return [...stage.networkArguments(undefined), '--ro-bind', join(this.folder.there, 'hosts'), '/etc/hosts'];
  }

  private get hostsFile(): string {
    return join(this.folder.here, 'hosts');
  }

  private async joinNetwork(access: Exclude<NetworkAccess, 'none'>): Promise<void> {
    const { hostsFile } = this;
    const { noRules, names } = this.launch;
    const processes = { outer: this.berth.process.pid!, inner: this.children()[0]! };
    const { uid } = this.berth;
    const network = await joinNetwork({ access, processes, uid, noRules, names, hostsFile, hostsHead: HOSTS });
    this.network = network;
    this.undo.push(() => network.stop());
    // Its memory and time are the function's, and it is frozen and ended together with it.
    await this.berth.cgroup.attach(network.pid);
  }

  /** bubblewrap's children: the first process inside, once it was made. */
  private children(): number[] {
    return childrenOf(this.berth.process.pid!);
  }

  private async finish(): Promise<{ exit: SandboxExit; usage: SandboxUsage }> {
    const { code, signal } = await this.berth.ended;
    this.isOver = true;
    const exit = this.describe(code, signal);
    const usage = this.berth.cgroup.usage();
    await this.placing.catch(() => undefined);
    const { here } = this.folder;
    const steps = [
      () => this.berth.clear(),
      ...this.undo.reverse(),
      () => rmSync(here, { recursive: true, force: true }),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        this.launch.warn(`clearing up after sandbox "${this.spec.id}": ${(error as Error).message}`);
      }
    }
    return { exit, usage };
  }

  private describe(code: number | null, signal: NodeJS.Signals | null): SandboxExit {
    const ended = signal ?? signalOf(code ?? 0);
    // Also where it was killed: its driver's socket closes, and makes the gateway end it, before all of it has ended.
    if (ended === 'SIGKILL' && this.berth.cgroup.outOfMemoryKills() > 0) return { reason: 'out_of_memory' };
    if (ended === 'SIGKILL' && this.isKilled) return { reason: 'killed_by_platform' };
    return ended === undefined ? { reason: 'exited', code: code ?? 0 } : { reason: 'signalled', signal: ended };
  }
}

function signalOf(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === code - SIGNAL_BASE)?.[0];
}

/** Makes a user the owner of a folder and all that is in it, following no link out of it. */
export async function giveTree(folder: string, uid: number): Promise<void> {
  await run('chown', ['--recursive', '--no-dereference', `${uid}:${uid}`, folder]);
}
