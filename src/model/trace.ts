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
  /** What other tracing systems pass on beside it (`tracestate`), as it came. */
  readonly state?: string;
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

/** One or more list members of `tracestate`: visible characters and spaces, none too long. */
const STATE = /^[\x20-\x7e]+=[\x20-\x7e]+$/;
const MAX_STATE = 512;

/** Both headers of a request; a `tracestate` that is malformed, or has nothing to belong to, is ignored. */
export function readTrace(traceparent: string | undefined, tracestate?: string): TraceContext | undefined {
  const context = parseTraceparent(traceparent);
  if (context === undefined || tracestate === undefined) return context;
  return tracestate.length <= MAX_STATE && STATE.test(tracestate) ? { ...context, state: tracestate } : context;
}

/** A context as one text, for what can keep just one: the `traceparent`, and behind a space the `tracestate`. */
export function formatTrace(context: TraceContext): string {
  const traceparent = formatTraceparent(context);
  return context.state === undefined ? traceparent : `${traceparent} ${context.state}`;
}

/** Reads what `formatTrace` wrote; `undefined` for anything else. */
export function parseTrace(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined;
  const end = text.indexOf(' ');
  return end === -1 ? parseTraceparent(text) : readTrace(text.slice(0, end), text.slice(end + 1));
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

/** Which invocation one is, and what it came from: the parts of a record that say which trace it belongs to. */
interface Traced {
  readonly invocationId: string;
  readonly traceId?: string;
  readonly parentSpanId?: string;
  /** Of one that delivers an event which came without a trace: the event began it, so that all attempts are in one. */
  readonly eventId?: string;
}

/** The trace of a recorded invocation. */
export function traceOfRecord({ traceId, eventId, invocationId }: Traced): string {
  return traceId ?? traceIdOf(eventId ?? invocationId);
}

/** What caused a recorded invocation; `undefined` where it began its trace itself. */
export function parentOfRecord({ traceId, parentSpanId, eventId }: Traced): string | undefined {
  if (traceId !== undefined) return parentSpanId;
  return eventId === undefined ? undefined : spanIdOf(eventId);
}

/** The context of what an invocation causes: its own span is the parent. `came` is the trace that it came in, if it did. */
export function contextWithin(invocationId: string, came: TraceContext | undefined, eventId?: string): TraceContext {
  const parentSpanId = spanIdOf(invocationId);
  if (came !== undefined) return { ...came, parentSpanId };
  return { traceId: traceIdOf(eventId ?? invocationId), parentSpanId, sampled: false };
}

/** How many digits the ids of an invocation's calls have in common with its own. */
const SHARED_DIGITS = 12;
/** The upper half of the rest is for what it sends at its end. */
const CALLS = 0x7fff;
const SENT = 0x8000;

/**
 * The id of the span of something that an invocation calls, its `place`th from 1. It shows whose call it is (`callerPart`), so
 * that what it caused has its place in the trace also where the span itself was not kept.
 */
export function callSpanId(spanId: string, place: number): string {
  return related(spanId, 1 + ((place - 1) % CALLS));
}

/** As `callSpanId`, of what an invocation sends when it ends, its `place`th from 0. */
export function sentSpanId(spanId: string, place: number): string {
  return related(spanId, SENT + (place % SENT));
}

function related(spanId: string, difference: number): string {
  const last = Number.parseInt(spanId.slice(SHARED_DIGITS), 16) ^ difference;
  return spanId.slice(0, SHARED_DIGITS) + last.toString(16).padStart(4, '0');
}

/** The part of a span's id that it shares with the calls of its invocation. */
export function callerPart(spanId: string): string {
  return spanId.slice(0, SHARED_DIGITS);
}

/** The UUID of which a trace's id is made, if it is of one. */
export function idOfTrace(traceId: string): string {
  return [0, 8, 12, 16, 20].map((from, at, all) => traceId.slice(from, all[at + 1])).join('-');
}

/** The id of the span of one phase of an invocation, from 1 to 7: no span of an invocation or of its calls begins so. */
export function phaseSpanId(spanId: string, phase: number): string {
  return `${phase}${spanId.slice(1)}`;
}
