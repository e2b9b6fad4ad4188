import type { FunctionDocument } from './function.ts';
import type { TraceContext } from './trace.ts';

/** How a payload's bytes are to be understood by the calling convention. */
export type PayloadKind =
  /** UTF-8 JSON. */
  | 'json'
  /** A JSON object whose values are all strings that came from a query; annotations may convert them. */
  | 'text-parameters'
  /** A JSON object of which a function that takes parameters by name gets only those that it has: events offer more than most want. */
  | 'offered-parameters'
  /** Any bytes, with a content type. */
  | 'binary';

/** One request to run a function, as a door hands it to the engine. */
export interface InvocationRequest {
  /** A function's name or id, with a version's number or an alias behind a colon where one is meant: `hello`, `hello:3`, `hello:prod`. */
  readonly target: string;
  readonly payload: Uint8Array;
  readonly payloadKind: PayloadKind;
  /** Content type of a binary payload. */
  readonly contentType?: string;
  /** Which door it came through, for the record. */
  readonly door: string;
  /** Of an invocation that delivers events, for its record: the first event's id, the lane, and which attempt this is. */
  readonly delivery?: { readonly eventId: string; readonly lane: string; readonly attempt: number };
  /** What holds a key, for a weighted alias: calls of one key get one version. Goes before `keys`. */
  readonly stickyKey?: string;
  /** Where the door can find such a key, if the alias says where it is. */
  readonly keys?: KeySource;
  /** What the engine's `choose` gave for the target, where the caller had to know the version before it made the payload. */
  readonly chosen?: ChosenVersion;
  /** How many functions called one another to get here; 0 or absent for a call from outside. A chain of more than 16 is refused as a loop. */
  readonly hops?: number;
  /** The function that called, where one did. */
  readonly caller?: string;
  /** The trace that this call is a part of; absent: it begins one. */
  readonly trace?: TraceContext;
  /** Who asks sends the outcome's outbox on, in a commit of its own. Otherwise the engine does, before `completed` resolves. */
  readonly keepOutbox?: boolean;
  /** Receives a streamed result chunk by chunk; where absent, chunks are gathered into the outcome. Returning a promise holds the function back. */
  readonly onChunk?: (chunk: Buffer, contentType: string) => void | Promise<void>;
}

/** Named values of a request as it came. */
export interface KeySource {
  get(where: 'header' | 'query' | 'cookie', name: string): string | undefined;
}

/** The version that a call gets. */
export interface ChosenVersion {
  readonly document: FunctionDocument;
  /** The alias that named it, where one did. */
  readonly alias: string | undefined;
}

/** Something that a function sends through the platform only if it completes. */
export interface OutboxItem {
  /** `function:`, `queue:` or `topic:` and a name; see `parseDestination`. */
  readonly destination: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Ordering key, delay and de-duplication id, as the destination understands them. */
  readonly key?: string;
  readonly delayMs?: number;
  readonly deduplicationId?: string;
}

/** An exception of the function's own, in its own file and line. */
interface FunctionError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

/** How one run of a function ended. A failing function is a value, never a thrown error. */
export type Outcome =
  | {
      readonly status: 'succeeded';
      readonly payload: Buffer;
      readonly contentType: string;
      /** Chunks in order, where the function streamed and nobody received them. */
      readonly chunks?: readonly Buffer[];
      /** What the function put in its outbox, in order. Whoever asked for the run sends it on, once, before the run counts as done. */
      readonly outbox?: readonly OutboxItem[];
    }
  | {
      readonly status: 'failed';
      readonly reason: FailureReason;
      readonly error: FunctionError;
    }
  | { readonly status: 'timed_out'; readonly error: FunctionError }
  | { readonly status: 'out_of_memory'; readonly error: FunctionError }
  /** The sandbox ended while the function ran: it exited, was killed, or broke the driver protocol. */
  | { readonly status: 'crashed'; readonly error: FunctionError }
  | { readonly status: 'cancelled'; readonly error: FunctionError };

/**
 * Why a run failed: an exception, parameters that do not fit, a result that cannot be encoded or is over the limit, code
 * that cannot be loaded, something put in the outbox for which there is no grant.
 */
export type FailureReason =
  | 'exception'
  | 'bad_parameters'
  | 'bad_result'
  | 'result_too_large'
  | 'load_failed'
  | 'not_granted';

export type OutcomeStatus = Outcome['status'];

/** How an invocation's record can end: as its run did, or refused before there was one. Grows only at its end: stores keep the place. */
export const INVOCATION_STATUSES = [
  'succeeded',
  'failed',
  'timed_out',
  'out_of_memory',
  'crashed',
  'cancelled',
  'rejected',
] as const satisfies readonly (OutcomeStatus | 'rejected')[];
export type InvocationStatus = (typeof INVOCATION_STATUSES)[number];

/** An outcome other than success, and the one word for it: the reason of a failed run, else its status. */
export type FailedOutcome = Exclude<Outcome, { status: 'succeeded' }>;
export type FailureCode = FailureReason | Exclude<OutcomeStatus, 'succeeded' | 'failed'>;

/** The word for an outcome that is no success, as doors tell it. */
export function failureCode(outcome: FailedOutcome): FailureCode {
  return outcome.status === 'failed' ? outcome.reason : outcome.status;
}

/** What a finished invocation cost and how it got there. */
export interface InvocationReport {
  readonly invocationId: string;
  readonly function: string;
  readonly version: number;
  /** The alias that it was called by, where it was. */
  readonly alias?: string;
  readonly sandboxId: string;
  readonly coldStart: boolean;
  /** Milliseconds from acceptance until it was handed to a sandbox, starting one included. */
  readonly queuedMs: number;
  /** Milliseconds that the function itself took. */
  readonly durationMs: number;
}

export interface CompletedInvocation {
  readonly outcome: Outcome;
  readonly report: InvocationReport;
}

/** One invocation under way. */
export interface RunningInvocation {
  readonly invocationId: string;
  /** Resolves when the run ended, however it did; rejects with a `Problem` only where the platform could not run it. */
  readonly completed: Promise<CompletedInvocation>;
  /** The caller is gone: tells the function, and ends its sandbox if it goes on. */
  cancel(): void;
}
