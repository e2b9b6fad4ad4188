import type { CloudEvent } from './event.ts';
import { formatTraceparent, readTrace, type TraceContext } from './trace.ts';

/** The trace that an event says it belongs to (CloudEvents' extension "Distributed Tracing"); a malformed one is ignored. */
export function traceOfEvent({ traceparent, tracestate }: CloudEvent): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  return readTrace(traceparent, typeof tracestate === 'string' ? tracestate : undefined);
}

/** The event as a part of this trace; one that says itself which it belongs to keeps that. */
export function withTrace(event: CloudEvent, trace: TraceContext | undefined): CloudEvent {
  if (trace === undefined || event.traceparent !== undefined) return event;
  const { tracestate: _, ...rest } = event;
  const { state } = trace;
  return {
    ...rest,
    traceparent: formatTraceparent(trace),
    ...(state !== undefined && { tracestate: state }),
  } as CloudEvent;
}
