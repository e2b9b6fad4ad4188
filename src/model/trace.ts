/**
 * Which trace a piece of work belongs to, as W3C Trace Context (https://www.w3.org/TR/trace-context/) has it.
 * An invocation that comes without one begins a trace of its own, whose id is the invocation's id without its dashes.
 */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** The span that caused this work: 16 lower-case hexadecimal digits, not all zero. */
  readonly parentSpanId: string;
  /** Whoever began the trace wants it kept. */
  readonly sampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Reads a `traceparent` header; `undefined` where it is absent or malformed, which the standard says to ignore. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const match = header === undefined ? null : FORM.exec(header);
  if (match === null) return undefined;
  const [, version, traceId, parentSpanId, flags] = match as unknown as [string, string, string, string, string];
  if (version === 'ff' || (version === '00' && header!.length !== 55)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return undefined;
  return { traceId, parentSpanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Writes a `traceparent` header for what this span causes. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.parentSpanId}-${context.sampled ? '01' : '00'}`;
}

/** The trace that an invocation begins where it comes without one. */
export function traceIdOf(invocationId: string): string {
  return invocationId.replaceAll('-', '');
}

/** The id of an invocation's own span. */
export function spanIdOf(invocationId: string): string {
  return traceIdOf(invocationId).slice(16);
}
