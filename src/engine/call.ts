import type { FunctionDocument } from '../model/function.ts';
import { formatId, newId } from '../model/id.ts';
import type {
  CompletedInvocation,
  InvocationRequest,
  OutboxItem,
  Outcome,
  RunningInvocation,
} from '../model/invocation.ts';
import type { Problem } from '../model/problem.ts';
import { contextWithin, type TraceContext } from '../model/trace.ts';

/** How long each phase of a sandbox's start took, in milliseconds; see `InvocationRecord`. */
export interface StartPhases {
  readonly startMs: number;
  readonly placeMs: number;
  readonly loadMs: number;
}

/** Who moves a call on; the pool of the call's version. */
export interface CallOwner {
  cancel(call: Call): void;
}

/**
 * One invocation on its way through the engine: waiting for a place, sent to a sandbox, ended.
 * A class for speed: one allocation, one promise, no closures but the promise's own.
 */
export class Call implements RunningInvocation {
  readonly idBytes: Buffer;
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly function: FunctionDocument;
  /** The alias that named the version, where one did. */
  readonly alias: string | undefined;
  /** Wall-clock time of acceptance, in ms since the Unix epoch. */
  readonly acceptedAtMs: number;
  /** Monotonic times in ms: accepted, and begun to run (once `started`). */
  readonly acceptedMs: number;
  startedMs = 0;
  started = false;
  /** The number of this call on its sandbox's connection; 0 while it has none. */
  number = 0;
  coldStart = false;
  /** Of a cold start. */
  phases: StartPhases | undefined;
  /** The most memory that its sandbox took, as far as that was looked at. */
  peakMemoryBytes: number | undefined;
  ended = false;
  /** Set when the engine has judged the call before the driver answered; stands whatever comes after. */
  verdict: Outcome | undefined;
  /** Parts of a streamed result, and their size. */
  chunks: Buffer[] | undefined;
  chunkType = '';
  resultBytes = 0;
  logBytes = 0;
  /** What the function sends if it succeeds, and the size of that. */
  outbox: OutboxItem[] | undefined;
  outboxBytes = 0;
  readonly completed: Promise<CompletedInvocation>;
  private readonly owner: CallOwner;
  private resolve!: (completed: CompletedInvocation) => void;
  private reject!: (problem: Problem) => void;

  constructor(
    request: InvocationRequest,
    fn: FunctionDocument,
    owner: CallOwner,
    nowMs: number,
    monotonicMs: number,
    alias: string | undefined,
    idBytes: Buffer = newId(nowMs),
  ) {
    this.idBytes = idBytes;
    this.alias = alias;
    this.invocationId = formatId(this.idBytes);
    this.request = request;
    this.function = fn;
    this.owner = owner;
    this.acceptedAtMs = nowMs;
    this.acceptedMs = monotonicMs;
    this.completed = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** What it called through the platform so far. */
  private calls = 0;

  /** The number of the next thing that it calls through the platform, from 1. */
  nextPlace(): number {
    return ++this.calls;
  }

  /** The context of what this call causes. */
  get context(): TraceContext {
    return contextWithin(this.invocationId, this.request.trace, this.request.delivery?.eventId);
  }

  cancel(): void {
    if (!this.ended) this.owner.cancel(this);
  }

  /** The run ended; only the first ending counts. */
  end(completed: CompletedInvocation): void {
    this.ended = true;
    this.resolve(completed);
  }

  /** The platform could not run it. */
  refuse(problem: Problem): void {
    this.ended = true;
    this.reject(problem);
  }
}

/** An invocation that was refused before there was anything to run, such as one of an unknown function. */
export function refusedInvocation(problem: Problem): RunningInvocation {
  const completed = Promise.reject(problem);
  // The door awaits it; this keeps a door that has just hung up from crashing the node.
  completed.catch(() => {});
  return { invocationId: formatId(newId()), completed, cancel: () => {} };
}
