import type { Clock } from '../model/clock.ts';
import type { FunctionConfig } from '../model/function.ts';
import { Problem } from '../model/problem.ts';
import type { Load, Loaded, ServicesLoad } from '../runtime/protocol.ts';
import { PROTOCOL_VERSION } from '../runtime/protocol.ts';
import type { Runtimes } from '../runtime/runtime.ts';
import type { NetworkAccess } from '../sandbox/sandbox.ts';
import type { Bindings } from './api.ts';
import type { Capacity } from './capacity.ts';
import type { GrantsOf, KeptOut, LoadedSecrets, SecretSource } from './hooks.ts';
import type { PrewarmedPool } from './prewarm.ts';
import { PrewarmedPools } from './prewarmed-pools.ts';
import type { Runner } from './runner.ts';
import type { Starter } from './starter.ts';

/** Trees with more files than this are bind-mounted at a fresh start: placing them in a prewarmed sandbox would take longer. */
const MAX_FILES_TO_PLACE = 1_000;

/** Where a debugger listens in a sandbox that it may attach to. */
export const DEBUG_PORT = 9229;

/** What is to be run in a sandbox: a version of a function, or a candidate for one. */
export interface Loadable {
  readonly name: string;
  readonly version: number;
  readonly config: FunctionConfig;
  readonly fileCount: number;
  /** Host folder with the built code. */
  codeFolder(): Promise<string>;
  /** That folder could not be used. */
  forgetCode(): void;
}

interface SupplyLimits {
  readonly loadTimeoutMs: number;
  readonly maxResultBytes: number;
  readonly maxLogBytes: number;
}

/** What a function is told of its binding. */
interface Bound {
  readonly environment: Readonly<Record<string, string>>;
  readonly services: ServicesLoad;
}

/** Gives out sandboxes that have loaded a function: prewarmed ones while there are any, else fresh ones. */
export class Supply {
  readonly pools: PrewarmedPools;
  private readonly runtimes: Runtimes;
  private readonly starter: Starter;
  private readonly clock: Clock;
  private readonly capacity: Capacity;
  private readonly limits: SupplyLimits;
  private readonly bindings: Bindings | undefined;
  private readonly grantsOf: GrantsOf;
  private readonly keptOut: KeptOut | undefined;
  private readonly secrets: SecretSource | undefined;
  /** Acquisitions under way. */
  private demand = 0;

  constructor(options: {
    runtimes: Runtimes;
    starter: Starter;
    clock: Clock;
    capacity: Capacity;
    prewarmed: number;
    limits: SupplyLimits;
    /** Absent: functions reach no services, whatever they were granted. */
    bindings?: Bindings | undefined;
    /** Absent: what it was granted itself. */
    grantsOf?: GrantsOf | undefined;
    /** Absent: no function keeps another one out. */
    keptOut?: KeptOut | undefined;
    /** Absent: a function that names secrets cannot be loaded. */
    secrets?: SecretSource | undefined;
  }) {
    this.runtimes = options.runtimes;
    this.starter = options.starter;
    this.clock = options.clock;
    this.capacity = options.capacity;
    this.limits = options.limits;
    this.bindings = options.bindings;
    this.grantsOf = options.grantsOf ?? ((config) => config.grants);
    this.keptOut = options.keptOut;
    this.secrets = options.secrets;
    this.pools = new PrewarmedPools(options.runtimes.all, options.prewarmed, options.starter, options.capacity);
  }

  /** True where a sandbox for this can be had now; else idle ones of others are being ended for it. */
  makeRoomFor(what: Loadable): boolean {
    const prewarmed = this.prewarmedFor(what);
    const neededMb =
      what.config.memoryMb - (prewarmed !== undefined && prewarmed.readyCount > 0 ? prewarmed.memoryMb : 0);
    if (this.capacity.reservedMb + neededMb <= this.capacity.budgetMb) return true;
    this.capacity.makeRoom(neededMb);
    return false;
  }

  /**
   * A sandbox with the function loaded. Rejects with `load_failed`, `sandbox_failed`, `unsupported_runtime`, or with
   * `throttled` where there is no memory for it; nothing is left behind then.
   */
  async acquire(
    what: Loadable,
    onRunner: (runner: Runner) => void = () => {},
  ): Promise<{ runner: Runner; loaded: Loaded }> {
    this.demand++;
    try {
      const secrets = this.secretsOf(what);
      const { runner, startMs, placeMs } = await this.unloaded(what);
      onRunner(runner);
      const { clock } = this;
      const placedAtMs = clock.monotonicMs();
      const bound = await this.bind(what, runner);
      const order = this.loadOrder(what, runner, bound, secrets);
      const grants = () => this.grantsOf(what.config);
      const loadsAtMs = clock.monotonicMs();
      const loaded = await runner.load(order, this.limits.loadTimeoutMs, {
        grants,
        keptOut: this.keptOut,
        redactor: secrets?.redactor,
      });
      const loadMs = clock.monotonicMs() - loadsAtMs;
      runner.phases = { startMs, placeMs: placeMs + loadsAtMs - placedAtMs, loadMs };
      void runner.memory.look();
      return { runner, loaded };
    } catch (error) {
      // A code folder that is gone is made again for the next start.
      if (error instanceof Problem && error.code === 'sandbox_failed') what.forgetCode();
      throw error;
    } finally {
      this.demand--;
      // While functions wait for sandboxes, filling pools would only take the machine from them.
      if (this.demand === 0) void this.pools.fill();
    }
  }

  /** Sandboxes have ended: prewarmed ones among them are replaced, where nobody waits and starts do not fail. */
  replenish(): void {
    if (this.demand === 0) void this.pools.fill({ unlessFailed: true });
  }

  /** Looked at first: a function that is not to have them costs no sandbox. */
  private secretsOf({ name, config }: Loadable): LoadedSecrets | undefined {
    if (Object.keys(config.secrets).length === 0) return undefined;
    if (this.secrets !== undefined) return this.secrets.forLoad(name, config);
    throw new Problem('load_failed', `${name} names secrets, and this node has none`);
  }

  /** A sandbox with the code in it, and how long that took. */
  private async unloaded(what: Loadable): Promise<{ runner: Runner; startMs: number; placeMs: number }> {
    const { clock } = this;
    const beginMs = clock.monotonicMs();
    const { memoryMb } = what.config;
    const network = accessOf(what.config);
    const codeFolder = await what.codeFolder();
    const foundMs = clock.monotonicMs();
    const prewarmed = this.prewarmedFor(what)?.take();
    if (prewarmed === undefined) {
      const runtime = this.runtimes.get(what.config.runtime);
      if (!this.capacity.reserve(memoryMb)) throw noRoom(memoryMb);
      const runner = await this.starter.start(runtime, { memoryMb, network, codeFolder });
      return { runner, startMs: clock.monotonicMs() - foundMs, placeMs: foundMs - beginMs };
    }
    // Above the prewarmed size the difference must be had first; below it the difference goes back.
    if (!this.capacity.reserve(memoryMb - prewarmed.memoryMb)) {
      prewarmed.stop();
      throw noRoom(memoryMb);
    }
    const resized = memoryMb !== prewarmed.memoryMb;
    prewarmed.memoryMb = memoryMb;
    try {
      await Promise.all([prewarmed.sandbox.placeCode(codeFolder), resized && prewarmed.sandbox.setMemory(memoryMb)]);
    } catch (cause) {
      prewarmed.stop();
      throw cause instanceof Problem
        ? cause
        : new Problem('sandbox_failed', 'the code could not be placed in its sandbox', { cause });
    }
    return { runner: prewarmed, startMs: 0, placeMs: clock.monotonicMs() - beginMs };
  }

  private prewarmedFor(what: Loadable): PrewarmedPool | undefined {
    const { runtime, memoryMb } = what.config;
    if (accessOf(what.config) !== 'none' || what.fileCount > MAX_FILES_TO_PLACE) return undefined;
    const pool = this.pools.for(this.runtimes.get(runtime), memoryMb);
    return pool.runtime.resizable || pool.memoryMb === memoryMb ? pool : undefined;
  }

  /** Gives a sandbox the way to what its function was granted; it goes with the sandbox. */
  private async bind(what: Loadable, runner: Runner): Promise<Bound | undefined> {
    const { name, version, config } = what;
    if (this.bindings === undefined || (config.grants.length === 0 && config.role === '')) return undefined;
    const { sandbox } = runner;
    try {
      const binding = await this.bindings.bind({
        name,
        version,
        config,
        sandboxId: sandbox.id,
        hops: () => runner.hops,
        running: () => runner.running(),
      });
      if (binding === undefined) return undefined;
      void sandbox.exited.then(() => binding.release());
      const socket = await sandbox.placeSocket(binding.socketPath);
      return { environment: binding.environment, services: { socket, addressVariables: binding.addressVariables } };
    } catch (cause) {
      runner.stop();
      throw cause instanceof Problem
        ? cause
        : new Problem('sandbox_failed', 'the sandbox could not be connected to the services of its function', {
            cause,
          });
    }
  }

  private loadOrder(
    what: Loadable,
    runner: Runner,
    bound: Bound | undefined,
    secrets: LoadedSecrets | undefined,
  ): Load {
    const { handler, environment, memoryMb, timeoutMs, sandboxConcurrency } = what.config;
    return {
      protocol: PROTOCOL_VERSION,
      function: what.name,
      version: what.version,
      handler,
      codeFolder: runner.sandbox.codeFolder ?? '/code',
      environment: { ...bound?.environment, ...environment, ...secrets?.environment },
      ...(bound !== undefined && { services: bound.services }),
      ...(what.config.debug && { debugPort: DEBUG_PORT }),
      memoryMb,
      timeoutMs,
      sandboxConcurrency,
      maxResultBytes: this.limits.maxResultBytes,
      maxLogBytes: this.limits.maxLogBytes,
    };
  }
}

/** What the sandbox itself lets through; services come by a socket that is placed in it. */
function accessOf({ network, networkHosts }: FunctionConfig): NetworkAccess {
  if (network === 'hosts') return { hosts: networkHosts };
  return network === 'internet' ? 'internet' : 'none';
}

function noRoom(memoryMb: number): Problem {
  return new Problem(
    'throttled',
    `no memory is free for a sandbox of ${memoryMb} MB on this node: try again shortly, or raise its memory budget`,
  );
}
