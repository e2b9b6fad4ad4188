/**
 * The driver protocol, version 2: how the engine talks to the driver inside a sandbox.
 * `docs/reference/driver-protocol.md` describes it for someone who writes a driver in a new language.
 *
 * One stream socket, the driver's end of which is file descriptor 3. Both directions carry frames:
 *
 *     u32 length   big-endian; bytes that follow this field (5 or more)
 *     u8  type     one of `FrameType`
 *     u32 call     the engine's number for one invocation on this connection; 0 for the connection itself
 *     …   body     by type
 *
 * driver → engine   HELLO first. Then, after LOAD: LOADED or ERROR (call 0). Then RESULT or ERROR once for each INVOKE,
 *                   any LOG, CHUNK and EMIT of that call before it. LOG with call 0 belongs to no invocation. ERROR with call 0 after
 *                   LOADED is the last word of a driver that ends: what is unanswered then was never started.
 * engine → driver   LOAD once. Then INVOKE and CANCEL. Closing the socket ends the driver.
 *
 * A driver runs at most `sandboxConcurrency` calls at once and starts them strictly in the order received; further INVOKEs
 * wait inside it, so that the engine may send ahead. With a concurrency of 1 this tells the engine which call runs: the oldest unanswered;
 * for that, each answer is written to the socket before the next call starts.
 */
export const PROTOCOL_VERSION = 2;

/** What one call may put in its outbox: items, and the bytes of their EMIT bodies together. */
export const OUTBOX_LIMITS = { items: 1_000, bytes: 6_291_456 } as const;

/** Bytes of length + type + call. */
export const HEADER_BYTES = 9;

export const FrameType = {
  /** driver → engine; JSON `Hello`. */
  hello: 1,
  /** engine → driver; JSON `Load`. */
  load: 2,
  /** driver → engine; JSON `Loaded`. */
  loaded: 3,
  /** engine → driver; 16 bytes invocation id, u32 timeout in ms, u8 payload kind, u16 meta length, meta (JSON `InvokeMeta`, or nothing), payload. */
  invoke: 4,
  /** engine → driver; empty: nobody waits for this call any more. */
  cancel: 5,
  /** driver → engine; u32 time that the function itself took in µs (monotonic, from its start to its end), u16 content-type length, content type (nothing means `application/json`), payload. Empty payload after CHUNKs. */
  result: 6,
  /** driver → engine; JSON `DriverError`. */
  error: 7,
  /** driver → engine; as RESULT (the time so far), one piece of a streamed result. */
  chunk: 8,
  /** driver → engine; u8 stream (1 stdout, 2 stderr), u8 level (index into LOG_LEVELS), f64 time in ms since the Unix epoch, UTF-8 text of one line without its end. */
  log: 9,
  /** driver → engine; u16 meta length, meta (JSON `EmitMeta`), body: something that leaves if the call succeeds. */
  emit: 10,
} as const;

export type FrameTypeNumber = (typeof FrameType)[keyof typeof FrameType];

/** Payload kinds in INVOKE, as `PayloadKind` in the model. */
export const PayloadKindNumber = { json: 0, 'text-parameters': 1, binary: 2, 'offered-parameters': 3 } as const;

export interface Hello {
  readonly protocol: number;
  readonly runtime: string;
  readonly runtimeVersion: string;
}

export interface Load {
  readonly protocol: number;
  readonly function: string;
  readonly version: number;
  /** `file.export`, the file relative to `codeFolder` without its ending. */
  readonly handler: string;
  /** Absolute path inside the sandbox, `/code`. */
  readonly codeFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly sandboxConcurrency: number;
  readonly maxResultBytes: number;
  /** How the function reaches what it was granted; absent where it was granted nothing. */
  readonly services?: ServicesLoad;
  /** A debugger is to be let in: the port of 127.0.0.1 on which the language's own listens; absent: there is none. */
  readonly debugPort?: number;
  /** Bytes of log text per invocation; the driver drops further lines and says how many in a last one. */
  readonly maxLogBytes: number;
}

export interface ServicesLoad {
  /** Path of a Unix socket that speaks HTTP; the driver listens on a free port of 127.0.0.1 and passes connections on to it. */
  readonly socket: string;
  /** Environment variables that the driver sets to `http://127.0.0.1:<port>`. */
  readonly addressVariables: readonly string[];
}

export interface Loaded {
  /** Names of the entry point's parameters, where the convention is by name. */
  readonly parameters?: readonly string[];
}

export interface InvokeMeta {
  readonly contentType?: string;
  /** The call's own W3C `traceparent`, its span being the parent; absent where its trace follows from the invocation id. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** The parts of an `OutboxItem` but its body. */
export interface EmitMeta {
  readonly destination: string;
  readonly contentType: string;
  readonly key?: string;
  readonly delayMs?: number;
  readonly deduplicationId?: string;
}

export interface DriverError {
  readonly reason: 'exception' | 'bad_parameters' | 'bad_result' | 'result_too_large' | 'load_failed' | 'cancelled';
  readonly type: string;
  readonly message: string;
  /** The user's own frames only, in the language's usual form, with file and line. */
  readonly stack: string;
  /** Time that the function itself took, in µs; 0 where it did not start. */
  readonly durationUs: number;
  /** Line in the user's file, where known (a syntax error has one). */
  readonly line?: number;
}
