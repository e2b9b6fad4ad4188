/** A refusal of the API, or the lack of an answer. */
export class ApiProblem extends Error {
  /** From the registry of problems; `unreachable` where no answer came. */
  readonly code: string;
  /** 0 where no answer came. */
  readonly status: number;
  /** What was wrong, and what to do. */
  readonly detail: string;
  /** The whole problem document, for the few members that only some problems have. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, document: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    const said = typeof document.detail === 'string' ? document.detail : `the node answered ${status}`;
    // Who filled in a form has sent no body.
    const detail = said.replace(/^body (?=")/, '');
    super(detail, options);
    this.name = 'ApiProblem';
    this.code = typeof document.code === 'string' ? document.code : 'internal';
    this.status = status;
    this.detail = detail;
    this.document = document;
  }

  /** The permission that is missing, where that is the problem. */
  get permission(): string | undefined {
    const { details } = this.document as { details?: { permission?: unknown } };
    const found = details?.permission ?? this.document.permission;
    return typeof found === 'string' ? found : undefined;
  }
}

/** The node is not there, or not yet again. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiProblem && (error.code === 'unreachable' || error.status === 502 || error.status === 504);
}

/** What was thrown, in words for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
