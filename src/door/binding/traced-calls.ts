import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RunningCall } from '../../engine/api.ts';
import { callSpanId, type TraceContext } from '../../model/trace.ts';
import type { ServiceUse } from '../../observe/map/call-map.ts';
import type { SpanRecord } from '../../store/journal.ts';
import { traceOfHeaders } from '../trace-context.ts';
import { type CallDescription, describeNativeCall, describeS3Call } from './describe-call.ts';

/** Who hears of what functions call. */
export interface CallObserver {
  /** An invocation calls something; `called` follows. */
  calls(invocationId: string, sampled: boolean): void;
  called(span: SpanRecord): void;
  /** A function used something. */
  used(use: ServiceUse): void;
  now(): number;
  monotonicMs(): number;
}

/** By which the driver's own client says which of several calls asks. */
const CALL_HEADER = 'fob-call';
const AWS_SERVICE = /Credential=[^/]+\/[^/]+\/[^/]+\/([a-z0-9-]+)\/aws4_request/;

/**
 * Follows one request of a function: returns the context of what it causes, where its place in a trace is known, and tells
 * the observer when it has been answered. A function may join any trace by saying so (`traceparent`); it learns nothing of it.
 */
export function followCall(
  req: IncomingMessage,
  res: ServerResponse,
  name: string,
  running: readonly RunningCall[],
  observer: CallObserver,
): TraceContext | undefined {
  const said = traceOfHeaders(req);
  const call = whichOf(running, req, said);
  const parent = said ?? call?.context;
  const spanId =
    call === undefined ? randomBytes(8).toString('hex') : callSpanId(call.context.parentSpanId, call.nextPlace());
  const { socket } = req;
  const writtenBefore = socket.bytesWritten;
  const startedAtMs = observer.now();
  const startedMs = observer.monotonicMs();
  if (call !== undefined && parent !== undefined) observer.calls(call.invocationId, parent.sampled);
  res.once('close', () => {
    const durationMs = observer.monotonicMs() - startedMs;
    const described = descriptionOf(req);
    const { error, known } = endOf(req, res);
    const { operation, resource } = described;
    if (operation !== 'invoke' || !known)
      observer.used({
        from: `function:${name}`,
        to: resource,
        operation,
        durationMs,
        failed: error !== undefined,
        known,
      });
    if (parent === undefined) return;
    observer.called({
      traceId: parent.traceId,
      spanId,
      parentSpanId: parent.parentSpanId,
      ...(call !== undefined && { invocationId: call.invocationId }),
      function: name,
      name: `${operation} ${resource}`,
      kind: operation === 'send' || operation === 'publish' ? 'producer' : 'client',
      startedAtMs,
      durationMs,
      ...(error !== undefined && { error }),
      attributes: attributesOf(described, req, res, socket.bytesWritten - writtenBefore),
    });
  });
  return parent === undefined ? undefined : { ...parent, parentSpanId: spanId };
}

/** Which of the calls that run in a sandbox asks: the one whose context it passes on, whose number it says, or the only one. */
function whichOf(
  running: readonly RunningCall[],
  req: IncomingMessage,
  said: TraceContext | undefined,
): RunningCall | undefined {
  if (running.length === 1) return running[0];
  if (said !== undefined) {
    const found = running.find(({ context }) => context.parentSpanId === said.parentSpanId);
    if (found !== undefined) return found;
  }
  const number = Number(req.headers[CALL_HEADER] ?? Number.NaN);
  return running.find((call) => call.number === number);
}

function descriptionOf({ method = '', url = '', headers }: IncomingMessage): CallDescription {
  const service = AWS_SERVICE.exec(headers.authorization ?? '')?.[1];
  if (service === 's3' || url.includes('X-Amz-Credential=')) return describeS3Call(method, url);
  if (service !== undefined) return { operation: method.toLowerCase(), resource: `${service}:` };
  return describeNativeCall(method, url);
}

/** How a request ended. That something is not there is an answer like any other to one who looks. */
function endOf(req: IncomingMessage, res: ServerResponse): { error?: string; known: boolean } {
  const { statusCode: status } = res;
  const known = status < 400 || status === 429 || status >= 500;
  if (!res.writableFinished) return { error: 'the connection was closed before the answer', known };
  const looks = req.method === 'GET' || req.method === 'HEAD';
  if (status < 400 || (status === 404 && looks)) return { known };
  return { error: `HTTP ${status}`, known };
}

function attributesOf(
  { operation, resource, item }: CallDescription,
  req: IncomingMessage,
  res: ServerResponse,
  answerBytes: number,
): SpanRecord['attributes'] {
  const sent = Number(req.headers['content-length'] ?? 0);
  return {
    operation,
    resource,
    ...(item !== undefined && { item }),
    httpStatus: res.statusCode,
    ...(sent > 0 && { sentBytes: sent }),
    answerBytes,
  };
}
