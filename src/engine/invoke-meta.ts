import { formatTraceparent } from '../model/trace.ts';
import type { InvokeMeta } from '../runtime/protocol.ts';
import type { Call } from './call.ts';

/** What the driver is told of a call beside its payload; most need nothing: a trace that the call itself begins follows from its id. */
export function metaOf(call: Call): string {
  const { trace, delivery, payloadKind, contentType } = call.request;
  const tells = trace !== undefined || delivery !== undefined;
  if (!tells && (contentType === undefined || payloadKind !== 'binary')) return '';
  const meta: InvokeMeta = {
    ...(contentType !== undefined && payloadKind === 'binary' && { contentType }),
    ...(tells && { traceparent: formatTraceparent(call.context) }),
    ...(trace?.state !== undefined && { tracestate: trace.state }),
  };
  return JSON.stringify(meta);
}
