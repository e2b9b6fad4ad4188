import type { Readable } from 'node:stream';
import type { CodeInfo, FunctionConfig, StoredFunction } from '../model/function.ts';
import type { InvocationRequest, RunningInvocation } from '../model/invocation.ts';

/** What doors and triggers may ask of the engine. */
export interface Engine {
  /** Starts an invocation. Throws nothing: a `Problem` comes as the rejection of `completed`. */
  invoke(request: InvocationRequest): RunningInvocation;
  /** The function of a name or id, from memory; `undefined` where there is none. */
  find(nameOrId: string): StoredFunction | undefined;
  /** All functions in name order, from memory. */
  list(): StoredFunction[];
  sandboxes(): SandboxView[];
  pools(): PoolView[];
  stats(): EngineStats;
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
   * `invalid_function`, `load_failed` (details: `type`, `line`, `stack`), `build_failed` (details: `log`), `unsupported_runtime`, `too_large`, `conflict`.
   */
  deploy(request: DeployRequest): Promise<StoredFunction>;
  /** Changes configuration only: a new version with the same code. */
  configure(name: string, config: Partial<FunctionConfig>, expectedRevision?: number): Promise<StoredFunction>;
  /** False where there was none. */
  remove(nameOrId: string, expectedRevision?: number): Promise<boolean>;
  /** Exactly what was uploaded. */
  source(nameOrId: string): Promise<{ content: Buffer; form: CodeInfo['form']; fileName?: string }>;
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
  /** 0: must be new. A number: must stand at this revision. Absent: create or replace. */
  readonly expectedRevision?: number;
  readonly onProgress?: (event: DeployProgress) => void;
  readonly signal?: AbortSignal;
}

export type DeployProgress =
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'guessed'; readonly what: 'runtime' | 'handler'; readonly value: string };
