import type { IncomingMessage } from 'node:http';
import { readTrace, type TraceContext } from '../model/trace.ts';
import { principalOf } from './principal.ts';

/** The trace that a request from outside says it is a part of (W3C Trace Context); a malformed one is ignored. */
export function traceOfHeaders({ headers }: IncomingMessage): TraceContext | undefined {
  const { traceparent } = headers;
  if (typeof traceparent !== 'string') return undefined;
  const { tracestate } = headers;
  return readTrace(traceparent, typeof tracestate === 'string' ? tracestate : undefined);
}

/** The trace of any request: for one of a function, the function's own call is the cause. */
export function traceOf(req: IncomingMessage): TraceContext | undefined {
  const principal = principalOf(req);
  return principal.caller === undefined ? traceOfHeaders(req) : principal.trace;
}

/** Headers that say which trace an answer belongs to. Without a trace from outside it is the invocation's id without its dashes. */
export function traceHeaders(trace: TraceContext | undefined): readonly string[] {
  return trace === undefined ? NONE : ['Fob-Trace-Id', trace.traceId];
}

/** The trace of a request as an option of what it asks for. */
export function causeOf(req: IncomingMessage): { readonly trace?: TraceContext } {
  const trace = traceOf(req);
  return trace === undefined ? {} : { trace };
}

const NONE: readonly string[] = [];
