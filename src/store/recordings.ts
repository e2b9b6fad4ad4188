import type { PayloadKind } from '../model/invocation.ts';

/**
 * Payloads and results of invocations, kept where the owner of a function wants them kept, to be looked at and run again.
 *
 * `record` returns at once and copies what it is given; recordings are written in batches, and a crash loses at most those not yet written. Beyond
 * a bounded backlog they are dropped and counted. A part that is larger than `MAX_PART_BYTES` is not kept, only its size.
 * `find` sees what was recorded before it. They are in no backup. After `close`, calls reject with `unavailable`.
 */
export interface Recordings {
  record(recording: Recording): void;
  find(invocationId: string): Promise<Recording | undefined>;
  flush(): Promise<void>;
  /** Removes those older than `maxAgeMs`, and the oldest while all take more than `maxBytes`; returns how many went. */
  retain(limits: { readonly maxAgeMs: number; readonly maxBytes: number }): Promise<number>;
  /** Removes all of a function. */
  forget(nameOfFunction: string): Promise<number>;
  stats(): Promise<{ recordings: number; bytes: number; dropped: number }>;
}

/** The largest payload, and the largest result, that are kept. */
export const MAX_PART_BYTES = 1_048_576;

export interface Recording {
  readonly invocationId: string;
  readonly function: string;
  readonly version: number;
  readonly recordedAtMs: number;
  readonly payload: RecordedPart;
  readonly payloadKind: PayloadKind;
  /** As in the invocation's record. */
  readonly status: string;
  /** Of one that succeeded; absent where it was streamed to the caller. */
  readonly result?: RecordedPart;
  readonly errorType?: string;
  readonly errorMessage?: string;
}

export interface RecordedPart {
  readonly contentType: string;
  readonly bytes: number;
  /** Absent where it was too large. */
  readonly content?: Uint8Array;
}
