/**
 * The closed registry of the platform's own failures. A failing *function* is an `Outcome`; only a failing *platform*
 * throws, and then exactly one `Problem`. Each door maps a code to its own protocol; `docs/reference/problems.md` lists them.
 */
export const PROBLEMS = {
  // What the caller got wrong.
  invalid_request: { status: 400, retry: false },
  invalid_function: { status: 400, retry: false },
  load_failed: { status: 400, retry: false },
  build_failed: { status: 400, retry: false },
  unsupported_runtime: { status: 400, retry: false },
  unauthorized: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  conflict: { status: 409, retry: false },
  precondition_failed: { status: 412, retry: false },
  too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  // What the platform cannot do now.
  throttled: { status: 429, retry: true },
  cancelled: { status: 499, retry: true },
  internal: { status: 500, retry: false },
  sandbox_failed: { status: 502, retry: true },
  unavailable: { status: 503, retry: true },
  storage_full: { status: 507, retry: true },
  // What keeps a node from starting.
  data_folder_locked: { status: 503, retry: false },
  data_folder_unusable: { status: 503, retry: false },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Machine-readable particulars of a problem; always safe to show to the caller. */
export type ProblemDetails = Readonly<Record<string, unknown>>;

/** The one error type that the platform throws. Its message says what was wrong and what to do, and never leaks internals. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly details: ProblemDetails | undefined;

  constructor(code: ProblemCode, message: string, options: { details?: ProblemDetails; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
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

/** Any thrown value as a `Problem`: one passes through, everything else becomes `internal` with the original as cause. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('internal', 'the platform failed to handle this request; its log has the cause', { cause: error });
}
