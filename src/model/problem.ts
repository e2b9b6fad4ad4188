/**
 * The closed registry of the platform's own failures. A failing *function* is an `Outcome`; only a failing *platform*
 * throws, and then exactly one `Problem`. Each door maps a code to its own protocol; `docs/reference/problems.md` lists them.
 */
export const PROBLEMS = {
  // What the caller has already.
  not_modified: {
    status: 304,
    retry: false,
    meaning: 'It is still what the caller has seen',
  },
  // What the caller got wrong.
  invalid_request: {
    status: 400,
    retry: false,
    meaning: 'The request itself is wrong: a parameter, the query, the body or a header',
  },
  invalid_function: {
    status: 400,
    retry: false,
    meaning: 'The code or its configuration cannot be a function',
  },
  load_failed: {
    status: 400,
    retry: false,
    meaning: 'The code cannot be loaded: a syntax error, an exception while loading, or no entry point',
  },
  build_failed: {
    status: 400,
    retry: false,
    meaning: "Installing the code's dependencies failed",
  },
  unsupported_runtime: {
    status: 400,
    retry: false,
    meaning: 'No runtime of this node has that name, or its interpreter is missing',
  },
  unauthorized: {
    status: 401,
    retry: false,
    meaning: 'The credential is missing or wrong',
  },
  forbidden: {
    status: 403,
    retry: false,
    meaning:
      'Whoever asks may not do this: a permission or grant is missing, or the request comes from a foreign web page',
  },
  not_found: {
    status: 404,
    retry: false,
    meaning: 'There is nothing of that name or id',
  },
  method_not_allowed: { status: 405, retry: false, meaning: 'The path exists, but not with that HTTP method' },
  conflict: {
    status: 409,
    retry: false,
    meaning: 'Somebody else changed or created it first',
  },
  precondition_failed: {
    status: 412,
    retry: false,
    meaning: 'It no longer stands at the revision that the request demands',
  },
  too_large: {
    status: 413,
    retry: false,
    meaning: 'The code, payload or archive is over a limit of this node',
  },
  unsupported_media_type: {
    status: 415,
    retry: false,
    meaning: 'The body has a content type that this call does not take',
  },
  invalid_range: {
    status: 416,
    retry: false,
    meaning: 'The object has no such range or part',
  },
  idempotency_conflict: {
    status: 422,
    retry: false,
    meaning: 'The idempotency key was used before, with another payload',
  },
  policy_violation: {
    status: 422,
    retry: false,
    meaning: 'A policy of this node forbids it; the answer names every rule that is broken',
  },
  quota_exceeded: {
    status: 429,
    retry: true,
    meaning: 'The team has used up its quota; the answer says which, and when it begins anew',
  },
  loop_detected: {
    status: 508,
    retry: false,
    meaning: 'Functions have called one another in too long a chain',
  },
  // What the platform cannot do now.
  throttled: {
    status: 429,
    retry: true,
    meaning: 'Too busy: a concurrency limit is reached and the short wait for a place is over',
  },
  cancelled: {
    status: 499,
    retry: true,
    meaning: 'The caller went away before the answer',
  },
  internal: {
    status: 500,
    retry: false,
    meaning: 'A fault of the platform; its log has the cause under the reference that the answer names',
  },
  sandbox_failed: {
    status: 502,
    retry: true,
    meaning: 'No sandbox could be had for the function',
  },
  unavailable: {
    status: 503,
    retry: true,
    meaning: 'Not now: the node is starting or stopping, or what it needs elsewhere does not answer',
  },
  storage_full: {
    status: 507,
    retry: true,
    meaning: 'The disk that holds the data folder is full',
  },
  // What keeps a node from starting.
  data_folder_locked: {
    status: 503,
    retry: false,
    meaning: 'Another process owns the data folder',
  },
  data_folder_unusable: {
    status: 503,
    retry: false,
    meaning: 'The data folder is read-only, damaged, or from a newer version',
  },
} as const satisfies Record<string, { status: number; retry: boolean; meaning: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Machine-readable particulars of a problem; always safe to show to the caller. */
export type ProblemDetails = Readonly<Record<string, unknown>>;

/** Messages repeat what was sent, which may be long, and are answered, logged and kept. */
const MAX_MESSAGE = 4_000;

/** The one error type that the platform throws. Its message says what was wrong and what to do, and never leaks internals. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails | undefined;

  constructor(code: ProblemCode, message: string, options: { details?: ProblemDetails; cause?: unknown } = {}) {
    super(message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  /** The HTTP status of this problem. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return PROBLEMS[this.code].retry;
  }
}

/** What a thrown value says, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Any thrown value as a `Problem`: one passes through, everything else becomes `internal` with the original as cause. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('internal', 'the platform failed to handle this request; its log has the cause', { cause: error });
}
