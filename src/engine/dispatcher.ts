import type { Duplex } from 'node:stream';
import type { Clock } from '../model/clock.ts';
import type { FunctionConfig, FunctionDocument, StoredFunction } from '../model/function.ts';
import { formatId, newId } from '../model/id.ts';
import type { ChosenVersion, InvocationRequest, RunningInvocation } from '../model/invocation.ts';
import { noFunction } from '../model/no-function.ts';
import { Problem } from '../model/problem.ts';
import type { Settings } from '../model/settings.ts';
import type { Runtimes } from '../runtime/runtime.ts';
import type { Sandboxes, SandboxUsage } from '../sandbox/sandbox.ts';
import type { InvocationRecord, Journal, LogRecord } from '../store/journal.ts';
import type { Recordings } from '../store/recordings.ts';
import type { Registry } from '../store/registry.ts';
import type { Bindings, Engine, EngineStats, PoolView, SandboxView } from './api.ts';
import { refusedInvocation } from './call.ts';
import { Capacity } from './capacity.ts';
import { Catalog } from './catalog.ts';
import type { Admission, GrantsOf, KeptOut, SecretSource } from './hooks.ts';
import { Housekeeper } from './housekeeper.ts';
import { Pool, type PoolContext } from './pool.ts';
import { Recorder } from './recorder.ts';
import type { Choice, Servable, Sticky } from './release/route.ts';
import { Watches } from './release/watches.ts';
import type { Runner } from './runner.ts';
import type { SendOutbox } from './send-outbox.ts';
import { Starter } from './starter.ts';
import { Counters } from './stats.ts';
import { DEBUG_PORT, Supply } from './supply.ts';

const DRAIN_CHECK_MS = 20;
/** Longest chain of functions that call one another. */
const MAX_HOPS = 16;
/** After sandboxes ended, so that a machine that keeps ending them is not kept busy starting them. */
const REPLENISH_AFTER_MS = 1_000;

export interface DispatcherOptions {
  readonly registry: Registry;
  readonly journal: Journal;
  readonly sandboxes: Sandboxes;
  readonly runtimes: Runtimes;
  readonly code: CodeSource;
  readonly settings: Pick<
    Settings,
    | 'prewarmed'
    | 'keepAliveMs'
    | 'freezeAfterMs'
    | 'maxConcurrency'
    | 'queueWaitMs'
    | 'loadTimeoutMs'
    | 'maxResultBytes'
    | 'maxLogBytes'
  >;
  readonly memoryBudgetMb: number;
  readonly clock: Clock;
  /** Absent: functions reach no services, whatever they were granted. */
  readonly bindings?: Bindings;
  /** What a function may do; absent: what it was granted itself. */
  readonly grantsOf?: GrantsOf;
  /** Absent: no function keeps another one out. */
  readonly keptOut?: KeptOut;
  /** Absent: a function that names secrets cannot be loaded. */
  readonly secrets?: SecretSource;
  /** Absent: no team is ever refused. */
  readonly admission?: Admission;
  /** Sends what functions put in their outboxes, where the caller does not. Absent: it is left in the outcome. */
  readonly sendOutbox?: SendOutbox;
  /** Hears of each invocation's end, refused ones included, as it is recorded. Called on every call: it must be quick, and throw nothing. */
  readonly observe?: (record: InvocationRecord) => void;
  /** Keeps what functions are given and what they answer, of those that want it. */
  readonly recordings?: Pick<Recordings, 'record' | 'forget'>;
  /** Hears of each line that a function prints, as `observe` does of invocations. */
  readonly observeLog?: (line: LogRecord) => void;
  /** Hears of each call that was refused because the node or a team is at its limit, of which there is no record. */
  readonly observeThrottle?: (functionName: string, version: number) => void;
  /** From 0 to less than 1; deals out calls of weighted aliases. */
  readonly random?: () => number;
}

/** Where the built code of a tree stands on this machine. */
interface CodeSource {
  folder(treeDigest: string): Promise<string>;
  /** The folder could not be used: the next `folder` makes it again where it is missing. */
  forget(treeDigest: string): void;
}

/** What is to be tried: code that is not registered yet. */
export interface Candidate {
  readonly name: string;
  readonly version: number;
  readonly config: FunctionConfig;
  readonly codeFolder: string;
  readonly fileCount: number;
}

/** The dispatcher: resolve → admit → acquire → run → record. */
export class Dispatcher implements Engine {
  private readonly options: DispatcherOptions;
  /** What each name that can be called leads to. */
  readonly catalog: Catalog;
  /** Counts what the versions of gradual releases do. */
  readonly watches = new Watches();
  private readonly counters: Counters;
  private readonly recorder: Recorder;
  private readonly capacity: Capacity;
  private readonly starter: Starter;
  private readonly supply: Supply;
  private readonly context: PoolContext;
  /** The pools of all versions that are named, and of others that still have calls. */
  private readonly versionPools = new Set<Pool>();
  private readonly sandboxWatchers = new Set<() => void>();
  private draining = false;
  private replenishing = false;

  /** Reads all functions; `prewarm` then fills the pools. */
  static async open(options: DispatcherOptions): Promise<Dispatcher> {
    const late: { dispatcher?: Dispatcher } = {};
    const catalog = await Catalog.open(options, {
      onUnnamed: (servable) => late.dispatcher?.retire(servable),
      onGone(name) {
        late.dispatcher?.counters.forget(name);
        // What it was given goes with it. Where that fails, it goes by its age.
        options.recordings?.forget(name).catch(() => {});
      },
    });
    late.dispatcher = new Dispatcher(options, catalog);
    return late.dispatcher;
  }

  private constructor(options: DispatcherOptions, catalog: Catalog) {
    const { clock, settings, journal } = options;
    this.options = options;
    this.catalog = catalog;
    this.counters = new Counters();
    const observe = this.watches.observing(options.observe);
    this.recorder = new Recorder(journal, this.counters, options.sendOutbox, clock, observe, options.recordings);
    const runners = (): ReadonlySet<Runner> => this.starter.all();
    this.capacity = new Capacity({ budgetMb: options.memoryBudgetMb, clock, runners, onRoom: () => this.roomMade() });
    this.starter = new Starter(options.sandboxes, this.capacity, clock, settings, () => {
      for (const tell of this.sandboxWatchers) tell();
    });
    this.supply = new Supply({
      runtimes: options.runtimes,
      clock,
      starter: this.starter,
      capacity: this.capacity,
      prewarmed: settings.prewarmed,
      limits: settings,
      bindings: options.bindings,
      grantsOf: options.grantsOf,
      keptOut: options.keptOut,
      secrets: options.secrets,
    });
    const housekeeper = new Housekeeper({
      clock,
      runners,
      freezeAfterMs: settings.freezeAfterMs,
      keepAliveMs: settings.keepAliveMs,
    });
    this.context = {
      supply: this.supply,
      recorder: this.recorder,
      journal,
      observeLog: options.observeLog,
      clock,
      queueWaitMs: settings.queueWaitMs,
      onIdle: housekeeper.onIdle,
    };
  }

  /** Fills the prewarmed pools; resolves when their first starts have ended. */
  prewarm(): Promise<void> {
    return this.supply.pools.fill();
  }

  /** Digests of the trees that sandboxes run or may be about to run. */
  treesInUse(): Set<string> {
    const pools = [...this.versionPools].map((pool) => pool.function);
    const named = [...this.callable()];
    return new Set([...pools, ...named].map(({ code }) => code.treeDigest));
  }

  /** Runtimes whose last start failed, and why. */
  prewarmFailures(): { runtime: string; cause: unknown }[] {
    return this.supply.pools
      .all()
      .flatMap(({ runtime, failure }) => (failure === undefined ? [] : [{ runtime: runtime.name, cause: failure }]));
  }

  invoke(request: InvocationRequest): RunningInvocation {
    const choice = (request.chosen as Choice | undefined) ?? this.catalog.choose(request.target, request);
    if (choice !== undefined) return this.start(request, choice);
    if (this.catalog.find(request.target) !== undefined) return this.startLoaded(request);
    return refusedInvocation(noFunction(request.target));
  }

  choose(request: Pick<InvocationRequest, 'target'> & Sticky): ChosenVersion | Promise<ChosenVersion> {
    return this.catalog.choose(request.target, request) ?? this.chooseLoaded(request);
  }

  check(target: string): void {
    this.catalog.check(target);
  }

  private async chooseLoaded(request: Pick<InvocationRequest, 'target'> & Sticky): Promise<Choice> {
    await this.catalog.load(request.target);
    const choice = this.catalog.choose(request.target, request);
    if (choice === undefined) throw new Problem('unavailable', 'it is being changed at this moment: try again');
    return choice;
  }

  /** A call of a version that is not in memory yet. */
  private startLoaded(request: InvocationRequest): RunningInvocation {
    const id = newId(this.options.clock.now());
    let running: RunningInvocation | undefined;
    let isCancelled = false;
    const begin = async () => {
      const choice = await this.chooseLoaded(request);
      if (isCancelled) throw new Problem('cancelled', 'the caller went away before the version was loaded');
      running = this.start(request, choice, id);
      return running.completed;
    };
    const completed = begin();
    // The door awaits it; this keeps a door that has just hung up from crashing the node.
    completed.catch(() => {});
    const cancel = () => {
      isCancelled = true;
      running?.cancel();
    };
    return { invocationId: formatId(id), completed, cancel };
  }

  private start(request: InvocationRequest, choice: Choice, id?: Buffer): RunningInvocation {
    if (this.draining) return refusedInvocation(new Problem('unavailable', 'this node is stopping: try again shortly'));
    if (request.hops !== undefined && request.hops > MAX_HOPS) {
      const message = `${request.target} was called through a chain of more than ${MAX_HOPS} functions: end the loop, or shorten the chain`;
      return refusedInvocation(new Problem('loop_detected', message));
    }
    const refused =
      this.recorder.active >= this.options.settings.maxConcurrency
        ? new Problem('throttled', 'this node is busy: try again shortly', { details: { retryAfterMs: 1_000 } })
        : this.options.admission?.refuse?.(choice.document);
    if (refused !== undefined) {
      const { name, version } = choice.document;
      this.counters.of(name).throttled++;
      this.options.observeThrottle?.(name, version);
      return refusedInvocation(refused);
    }
    return (choice.servable.pool ?? this.openPool(choice.servable)).submit(request, choice.alias, id);
  }

  /**
   * Loads code in a sandbox of its own and ends it again. Rejects with `load_failed` (details: type, line, stack), or as a
   * start does. Where there is no memory for one, idle sandboxes make room, and it waits as long for it as a call would.
   */
  async tryLoad(candidate: Candidate): Promise<void> {
    const { name, version, config, fileCount } = candidate;
    const loadable = {
      name,
      version,
      config,
      fileCount,
      codeFolder: () => Promise.resolve(candidate.codeFolder),
      forgetCode: () => {},
    };
    const { clock, settings } = this.options;
    const deadlineMs = clock.monotonicMs() + settings.queueWaitMs;
    for (;;) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 || this.supply.makeRoomFor(loadable)) {
        try {
          const { runner } = await this.supply.acquire(loadable);
          return runner.stop();
        } catch (error) {
          // Somebody else was faster to take the room.
          if (leftMs <= 0 || !(error instanceof Problem && error.code === 'throttled')) throw error;
        }
      }
      await this.capacity.released(leftMs);
    }
  }

  async connectDebugger(target: string): Promise<Duplex> {
    const { servable } = await this.chooseLoaded({ target, payload: Buffer.alloc(0), payloadKind: 'binary' });
    const { config, name } = servable.document;
    if (!config.debug)
      throw new Problem('invalid_request', `no debugger may attach to ${name}: set its setting \`debug\` first`);
    const runner = await (servable.pool ?? this.openPool(servable)).anyRunner();
    return runner.sandbox.connect(DEBUG_PORT);
  }

  find(nameOrId: string): StoredFunction | undefined {
    return this.catalog.find(nameOrId);
  }

  *callable(): Iterable<FunctionDocument> {
    for (const { document } of this.catalog.servables()) yield document;
  }

  list(): StoredFunction[] {
    return this.catalog.list();
  }

  sandboxes(): SandboxView[] {
    return [...this.starter.all()].map(viewOf);
  }

  async usage(): Promise<ReadonlyMap<string, SandboxUsage>> {
    const found = new Map<string, SandboxUsage>();
    await Promise.all(
      [...this.starter.all()].map(async ({ sandbox }) => {
        const usage = await sandbox.usage().catch(() => undefined);
        if (usage !== undefined) found.set(sandbox.id, usage);
      }),
    );
    return found;
  }

  watchSandboxes(onChange: () => void): () => void {
    const watcher = (): void => onChange();
    this.sandboxWatchers.add(watcher);
    return () => this.sandboxWatchers.delete(watcher);
  }

  pools(): PoolView[] {
    return this.supply.pools.all().map(({ runtime, memoryMb, readyCount, target }) => ({
      runtime: runtime.name,
      memoryMb,
      ready: readyCount,
      target,
    }));
  }

  /** Calls back with the most invocations of each function at once since the last call of this, where there were any. */
  takeMostInFlight(visit: (functionName: string, most: number) => void): void {
    this.counters.takeMostInFlight(visit);
  }

  stats(): EngineStats {
    let waiting = 0;
    for (const pool of this.versionPools) waiting += pool.waitingCount;
    return {
      functions: this.counters.view(),
      inFlight: this.recorder.active - waiting,
      waiting,
      sandboxes: this.starter.all().size,
      memoryBudgetMb: this.capacity.budgetMb,
      memoryReservedMb: this.capacity.reservedMb,
    };
  }

  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    this.supply.pools.close();
    const { clock } = this.options;
    const deadlineMs = clock.monotonicMs() + graceMs;
    while (this.recorder.active > 0 && clock.monotonicMs() < deadlineMs)
      await new Promise<void>((resolve) => clock.after(DRAIN_CHECK_MS, resolve));
    this.catalog.close();
    this.starter.close();
  }

  private openPool(servable: Servable): Pool {
    const { document } = servable;
    const { name, version, config, code } = document;
    const loadable = {
      name,
      version,
      config,
      fileCount: code.fileCount,
      codeFolder: () => this.options.code.folder(code.treeDigest),
      forgetCode: () => this.options.code.forget(code.treeDigest),
    };
    const pool = new Pool(document, loadable, this.counters.of(name), this.context);
    servable.pool = pool;
    this.versionPools.add(pool);
    return pool;
  }

  /**
   * Lets the sandboxes of a function end, each when what it runs is done; calls that come start new ones, which have what the
   * function was given since. Returns how many there were.
   */
  recycle(name: string): number {
    const sandboxes = this.sandboxes().filter((sandbox) => sandbox.function === name).length;
    for (const servable of this.catalog.servables()) if (servable.document.name === name) this.retire(servable);
    return sandboxes;
  }

  /** Nothing names this version any more, or it is to begin anew: its pool finishes what it has. */
  private retire(servable: Servable): void {
    const { pool } = servable;
    for (const old of this.versionPools) if (old.retired && old.empty) this.versionPools.delete(old);
    servable.pool = undefined;
    pool?.retire();
  }

  private roomMade(): void {
    for (const pool of this.versionPools) if (pool.waitingCount > 0) pool.pump();
    if (this.replenishing) return;
    this.replenishing = true;
    this.options.clock.after(REPLENISH_AFTER_MS, () => {
      this.replenishing = false;
      this.supply.replenish();
    });
  }
}

function viewOf(runner: Runner): SandboxView {
  const serves = runner.serves;
  return {
    sandboxId: runner.sandbox.id,
    runtime: runner.runtime.name,
    state:
      runner.state === 'serving' ? (runner.calls.size > 0 ? 'busy' : runner.frozen ? 'frozen' : 'idle') : runner.state,
    ...(serves !== undefined && { function: serves.name, version: serves.version }),
    memoryMb: runner.memoryMb,
    inFlight: runner.calls.size,
    served: runner.served,
    startedAtMs: runner.startedAtMs,
  };
}
