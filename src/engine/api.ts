import type { Duplex, Readable } from 'node:stream';
import type { EventContent } from '../model/event.ts';
import type { CodeInfo, FunctionConfig, FunctionDocument, StoredFunction } from '../model/function.ts';
import type {
  ChosenVersion,
  CompletedInvocation,
  InvocationRequest,
  OutboxItem,
  RunningInvocation,
} from '../model/invocation.ts';
import type { VersionOrigin } from '../model/origin.ts';
import type { TraceContext } from '../model/trace.ts';
import type { Delivery } from '../model/trigger.ts';
import type { SandboxUsage } from '../sandbox/sandbox.ts';
import type { Prepared } from '../store/prepared.ts';
import type { Watcher } from '../store/watchers.ts';
import type { SourceFiles } from './archive/source-files.ts';

/** What doors and triggers may ask of the engine. */
export interface Engine {
  /** Starts an invocation. Throws nothing: a `Problem` comes as the rejection of `completed`. */
  invoke(request: InvocationRequest): RunningInvocation;
  /**
   * The version that a call of this target gets now, for whoever must know it before making the payload: a promise only where
   * it is to be loaded. Throws or rejects with `not_found`. Give it as `chosen` of the call itself.
   */
  choose(
    request: Pick<InvocationRequest, 'target' | 'stickyKey' | 'keys' | 'payload' | 'payloadKind'>,
  ): ChosenVersion | Promise<ChosenVersion>;
  /** Throws `not_found` where a target leads to no function, no alias of it, or a version's number that was never given. */
  check(target: string): void;
  /** The function of a name or id, or of a target whatever its qualifier, from memory; `undefined` where there is none. */
  find(nameOrId: string): StoredFunction | undefined;
  /** All functions in name order, from memory. */
  list(): StoredFunction[];
  /** Every version that can be called now, by its function's name or by an alias, from memory. */
  callable(): Iterable<FunctionDocument>;
  /**
   * A connection to the debugger of a function's language, in a sandbox that is started where there is none. Rejects with
   * `not_found`, `invalid_request` where the function is not set to be debugged, or as a start does.
   */
  connectDebugger(target: string): Promise<Duplex>;
  sandboxes(): SandboxView[];
  /** What each living sandbox takes now, by its id, as the system counts it; one that cannot be measured is left out. */
  usage(): Promise<ReadonlyMap<string, SandboxUsage>>;
  /**
   * Tells at once that a sandbox started, got a function, froze, thawed or ended; not that it got busy or idle, which each call
   * does. The listener must be quick, and throw nothing. The returned function ends it.
   */
  watchSandboxes(onChange: () => void): () => void;
  pools(): PoolView[];
  stats(): EngineStats;
  /** Lets the sandboxes of a function end when they are idle, so that new ones get what it was given since; returns how many there are. */
  recycle(name: string): number;
  /** Admits nothing more and resolves when the invocations in flight have ended, or `graceMs` is over; then ends all sandboxes. */
  drain(graceMs: number): Promise<void>;
}

export interface SandboxView {
  readonly sandboxId: string;
  readonly runtime: string;
  readonly state: 'prewarmed' | 'loading' | 'busy' | 'idle' | 'frozen' | 'ending';
  readonly function?: string;
  readonly version?: number;
  readonly memoryMb: number;
  readonly inFlight: number;
  readonly served: number;
  readonly startedAtMs: number;
}

export interface PoolView {
  readonly runtime: string;
  /** Size of its sandboxes. */
  readonly memoryMb: number;
  /** Prewarmed sandboxes ready now, and how many the pool keeps. */
  readonly ready: number;
  readonly target: number;
}

/** Counters since the node started, and gauges of now. Everything that `/metrics` shows of the engine comes from here. */
export interface EngineStats {
  readonly functions: readonly FunctionStats[];
  readonly inFlight: number;
  readonly waiting: number;
  readonly sandboxes: number;
  readonly memoryBudgetMb: number;
  readonly memoryReservedMb: number;
}

export interface FunctionStats {
  readonly function: string;
  readonly invocations: Readonly<Record<string, number>>;
  readonly coldStarts: number;
  readonly throttled: number;
  readonly inFlight: number;
  /** Upper bounds in ms and the count of durations at or below each (cumulative), with the sum. */
  readonly duration: {
    readonly boundsMs: readonly number[];
    readonly counts: readonly number[];
    readonly sumMs: number;
    readonly count: number;
  };
}

/** What doors may ask in order to change functions. */
export interface Deployer {
  /**
   * Unpacks, builds, tries to load, then registers code as a function's new version. Nothing is changed where a step fails:
   * `invalid_function`, `load_failed` (details: `type`, `line`, `stack`), `build_failed` (details: `log`), `unsupported_runtime`, `too_large`, `conflict`,
   * `policy_violation` (details: `violations`), `quota_exceeded`.
   */
  deploy(request: DeployRequest): Promise<StoredFunction>;
  /** Changes configuration only: a new version with the same code. */
  configure(name: string, config: Partial<FunctionConfig>, options?: ConfigureOptions): Promise<StoredFunction>;
  /** False where there was none. */
  remove(nameOrId: string, expectedRevision?: number): Promise<boolean>;
  /** Exactly what was uploaded, of what serves or of the version that a target names. */
  source(target: string): Promise<{ content: Buffer; form: CodeInfo['form']; fileName?: string }>;
  /** The files of what was uploaded, of what serves or of the version that a target names. */
  files(target: string): Promise<SourceFiles & { readonly version: number; readonly form: CodeInfo['form'] }>;
  /** What was uploaded with some of its files changed, to be deployed. Throws `invalid_function` where it cannot be so. */
  edit(target: string, changes: FileChanges): Promise<DeployRequest['code']>;
}

/** What becomes of files, by their paths: their new text, or `null` where they are removed. */
export type FileChanges = Readonly<Record<string, string | null>>;

export interface ConfigureOptions {
  readonly expectedRevision?: number;
  readonly origin?: VersionOrigin;
  /** As in `DeployRequest`. */
  readonly teams?: readonly string[] | 'all';
}

export interface DeployRequest {
  /** Absent: a new function named by a fresh UUID. */
  readonly name?: string;
  readonly code: {
    readonly form: CodeInfo['form'];
    readonly content: Buffer | Readable;
    /** Of an inline text; decides the runtime by its ending. */
    readonly fileName?: string;
  };
  /** Settings that are given; a new function's others are defaults, an existing one's stay as they are. Runtime and handler are guessed where absent. */
  readonly config: Partial<FunctionConfig>;
  /** The runtime of an inline text that no language recognises; absent: such a text is refused. */
  readonly fallbackRuntime?: string;
  /** Who deploys, and from what. */
  readonly origin?: VersionOrigin;
  /** Teams of whoever deploys; `all` for those who may give any role. Absent: what acts by itself. */
  readonly teams?: readonly string[] | 'all';
  /** 0: must be new. A number: must stand at this revision. Absent: create or replace. */
  readonly expectedRevision?: number;
  readonly onProgress?: (event: DeployProgress) => void;
  readonly signal?: AbortSignal;
}

export type DeployProgress =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  /** What is allowed and yet should be known, such as a policy that only warns. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: 'runtime' | 'handler'; readonly value: string };

/**
 * Asynchronous invocation: events that are delivered to functions, whatever dies.
 *
 * An event that `accept` resolved for is on disk and is delivered at least once: it ends `delivered`, or, after its last
 * attempt or its maximum age, goes to the failure destination or among the dead, with a record in the journal either way.
 * Each function has lanes (one for direct calls, one for each trigger); no lane and no function holds up another.
 */
export interface Events {
  /**
   * Accepts events, all or none, once they are on disk. Rejects with `not_found` for an unknown function, `conflict` for an
   * idempotency key that was used with another payload, `too_large`, `storage_full`.
   */
  accept(events: readonly NewEvent[]): Promise<AcceptedEvent[]>;
  /**
   * What `accept` would do, as parts of a larger commit; the events start to be delivered when `committed` is called after
   * it. Which of them are duplicates only the store finds out then: none is told to be one.
   */
  prepare(events: readonly NewEvent[]): Prepared & { readonly accepted: AcceptedEvent[] };
  /** Events that are not ended yet, or dead: oldest first. */
  list(query: PendingQuery): Promise<{ items: PendingEvent[]; cursor?: string }>;
  find(eventId: string): Promise<PendingEvent | undefined>;
  /** Delivers a waiting event now, or a dead one again with fresh attempts; false where it is neither. */
  retry(eventId: string): Promise<boolean>;
  /** Gives a waiting or dead event up, with a record. */
  drop(eventId: string, by: string): Promise<boolean>;
  /** Delivers dead events of a function again, at most `ratePerSecond`; resolves with how many when all are under way. */
  redrive(query: { function: string; lane?: string; ratePerSecond: number; signal?: AbortSignal }): Promise<number>;
  /** One lane of a function, all of its lanes, or those of all functions, in the order of their names: those that hold events, and those that did since the node started. */
  stats(nameOfFunction?: string, lane?: string): Promise<LaneStats[]>;
  /** Tells soon of which functions an event was accepted, taken, tried, ended, or delivered again. The returned function ends it. */
  watch(onChange: Watcher): () => void;
}

/** Calls that run once however often they are sent. */
export interface Idempotency {
  /**
   * Runs a function, or gives the result of the run that this key stands for: of one that goes on, when it ends; of one that
   * ended within the window (default 24 h), as it was recorded. Goes on when nobody waits any more, so that a repetition finds the result.
   * Rejects with `idempotency_conflict` where the key was used with another payload, else as `Engine.invoke`.
   */
  invoke(
    request: InvocationRequest,
    idempotency: {
      readonly key: string;
      readonly windowMs?: number;
      /** What a repetition has in common with the first, where the payload itself differs each time; default: the payload. */
      readonly identity?: Uint8Array;
    },
  ): Promise<CompletedInvocation & { readonly replayed: boolean }>;
}

export interface NewEvent {
  /** A function's name, with a qualifier where a version or an alias is meant: `hello:prod`. What the alias names when the event is delivered runs. */
  readonly function: string;
  /** A trigger's name; absent: `direct`. */
  readonly lane?: string;
  readonly content: EventContent;
  /** A second event of the same lane with this id within 24 h stands for the first. */
  readonly deduplicationId?: string;
  /**
   * A second event of the function with this idempotency key within the window (default 24 h) stands for the first, and is
   * a conflict where its content is another. A call with the key gets the event's result.
   */
  readonly idempotency?: { readonly key: string; readonly windowMs?: number };
  /** Events of one key are delivered one after the other, in order. */
  readonly key?: string;
  readonly delayMs?: number;
  readonly hops?: number;
  /** The function that sent it, where one did. */
  readonly caller?: string;
  /** The trace that the event is a part of; absent: it begins one. */
  readonly trace?: TraceContext;
  /** Overrides of the function's own settings. */
  readonly delivery?: Delivery;
}

export interface AcceptedEvent {
  readonly eventId: string;
  /** True where an earlier event stands for it; `eventId` is that one's then. */
  readonly duplicate: boolean;
}

export interface PendingQuery {
  readonly function: string;
  readonly lane?: string;
  readonly state?: 'waiting' | 'running' | 'dead';
  readonly cursor?: string;
  readonly limit: number;
}

export interface PendingEvent {
  readonly eventId: string;
  readonly function: string;
  /** The version's number or the alias that it is for; absent: what serves. */
  readonly qualifier?: string;
  readonly lane: string;
  readonly state: 'waiting' | 'running' | 'dead';
  readonly attempts: number;
  readonly acceptedAtMs: number;
  /** When it is tried next. */
  readonly dueAtMs?: number;
  readonly lastError?: { readonly reason: string; readonly message: string; readonly invocationId?: string };
  readonly content: EventContent;
}

/** How one lane of a function stands. */
export interface LaneStats {
  readonly function: string;
  readonly lane: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly running: number;
  readonly dead: number;
  /** Age of the oldest event that is due, in milliseconds. */
  readonly oldestAgeMs: number;
  /** Until the lane is empty at the rate of the last minute; absent where nothing moves. */
  readonly drainMs?: number;
  /** Since the node started. */
  readonly accepted: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly lost: number;
}

/**
 * Turns what functions emit (an outbox, a destination) into parts of one commit; the composition root provides it, for the
 * engine knows no topics. What cannot be committed at once (a bucket, a URL) becomes a durable errand with retries.
 */
export interface Router {
  /** Rejects with `not_found` for a destination that is not there. `committed` is to be called once the parts are. */
  route(
    items: readonly OutboxItem[],
    origin: { function: string; invocationId: string; hops: number; trace: TraceContext },
  ): Promise<Prepared>;
}

/** Gives a sandbox what its function was granted; the composition root provides it. */
export interface Bindings {
  /** Undefined where the function is granted nothing. */
  bind(fn: {
    readonly name: string;
    readonly version: number;
    readonly config: FunctionConfig;
    readonly sandboxId: string;
    /** How many functions called one another to get to what runs in the sandbox now; see `InvocationRequest.hops`. */
    hops(): number;
    /** The calls that run in the sandbox now, in the order in which they began. */
    running(): readonly RunningCall[];
  }): Promise<Binding | undefined>;
}

/** A call that runs. */
export interface RunningCall {
  readonly invocationId: string;
  /** By which its driver knows it. */
  readonly number: number;
  /** The context of what it causes. */
  readonly context: TraceContext;
  /** The number of the next thing that it calls through the platform, from 1. */
  nextPlace(): number;
}

export interface Binding {
  /** Credentials, added to the function's environment where that does not say otherwise. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that are to hold the address at which the socket is reached within the sandbox, an HTTP URL without a path. */
  readonly addressVariables: readonly string[];
  /** A listening Unix socket on the host that serves this function alone; its file is moved into the sandbox. */
  readonly socketPath: string;
  /** Revokes the credentials and closes the socket; the sandbox has ended. */
  release(): void;
}
