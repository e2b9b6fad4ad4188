import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  CompletedInvocation,
  InvocationReport,
  InvocationRequest,
  RunningInvocation,
} from '../../../model/invocation.ts';
import { Problem } from '../../../model/problem.ts';
import { answer, PROBLEM_TYPE } from '../../answer.ts';
import { readBody } from '../../body.ts';
import type { DoorContext } from '../../context.ts';
import { type IdempotencyHeaders, idempotencyOf } from '../../idempotency-key.ts';
import { principalOf } from '../../principal.ts';
import { requestKeys } from '../../request-keys.ts';
import { endStream, headerSafe, passChunk } from '../../stream.ts';
import { traceHeaders, traceOf } from '../../trace-context.ts';
import { answerProblem, outcomeProblem } from '../problem-json.ts';
import { eventPayloadOf, type Payload, payloadOf } from './payload.ts';

const NO_QUERY = 'the payload goes in the body; the native invoke takes no query';

/** How the content types of CloudEvents begin. */
const CLOUD_EVENTS = 'application/cloudevents';

/** A result is shown by no browser as a page of this node, whatever type the function gave it. */
const SAFE = ['X-Content-Type-Options', 'nosniff', 'Content-Security-Policy', 'sandbox'];

/** Answers one `POST /v1/functions/<target>/invoke`. */
export type NativeInvoke = (req: IncomingMessage, res: ServerResponse, target: string, query: string) => void;

/** Makes the native door's invoke: any bytes in, the result's bytes out, streamed where the function streams. */
export function createNativeInvoke(context: DoorContext): NativeInvoke {
  const { engine, lifecycle, log, settings } = context;

  const fail = (res: ServerResponse, thrown: unknown) => answerProblem(lifecycle, log, res, thrown);

  const run = (req: IncomingMessage, res: ServerResponse, target: string, body: Buffer) => {
    if (res.destroyed) return;
    const { hops = 0, caller } = principalOf(req);
    const trace = traceOf(req);
    const keys = requestKeys(req, target);
    const request: InvocationRequest = {
      target,
      ...payloadFor(req, body, target),
      door: 'native',
      hops,
      ...(caller !== undefined && { caller }),
      ...(trace !== undefined && { trace }),
      ...(keys !== undefined && { keys }),
    };
    const idempotency = idempotencyOf(req.headers);
    if (idempotency === undefined) runNow(res, request);
    else runOnce(res, request, idempotency);
  };

  const payloadFor = (req: IncomingMessage, body: Buffer, target: string): Payload => {
    // Nearly all are plain calls, which need not know whom they are for.
    if (req.headers['content-type']?.startsWith(CLOUD_EVENTS) !== true) return payloadOf(req, body);
    const handler = engine.find(target)?.document.config.handler;
    return (handler === undefined ? undefined : eventPayloadOf(req, body, handler)) ?? payloadOf(req, body);
  };

  const runNow = (res: ServerResponse, request: InvocationRequest) => {
    let running: RunningInvocation | undefined;
    const onChunk = (chunk: Buffer, chunkType: string) =>
      passChunk(
        res,
        () => [
          ...['Content-Type', headerSafe(chunkType), 'Fob-Invocation-Id', running?.invocationId ?? ''],
          ...traceHeaders(request.trace),
          ...SAFE,
        ],
        chunk,
      );
    running = engine.invoke({ ...request, onChunk });
    res.on('close', () => {
      if (!res.writableEnded) running.cancel();
    });
    running.completed.then(
      (completed) => {
        const { outcome } = completed;
        if (!res.headersSent) finish(res, completed, traceHeaders(request.trace));
        else endStream(res, outcome.status === 'succeeded' ? outcome.payload : undefined);
      },
      (thrown) => (res.headersSent ? endStream(res, undefined) : fail(res, thrown)),
    );
  };

  /** A streamed result comes as a whole, since it may be one that is repeated; the run goes on when the caller leaves. */
  const runOnce = (res: ServerResponse, request: InvocationRequest, key: IdempotencyHeaders) => {
    context.idempotency.invoke(request, key).then(
      (completed) =>
        finish(res, completed, ['Fob-Idempotent-Replay', String(completed.replayed), ...traceHeaders(request.trace)]),
      (thrown) => fail(res, thrown),
    );
  };

  const finish = (res: ServerResponse, { outcome, report }: CompletedInvocation, added: readonly string[] = []) => {
    if (outcome.status === 'succeeded') {
      const headers = ['Content-Type', headerSafe(outcome.contentType), ...reportHeaders(report), ...SAFE, ...added];
      const body = outcome.chunks === undefined ? outcome.payload : Buffer.concat([...outcome.chunks, outcome.payload]);
      answer(lifecycle, res, 200, headers, body);
    } else {
      const { status, reason, json } = outcomeProblem(outcome);
      const headers = ['Content-Type', PROBLEM_TYPE, 'Fob-Function-Error', reason, ...reportHeaders(report), ...added];
      answer(lifecycle, res, status, headers, json);
    }
  };

  return (req, res, target, query) => {
    readBody(
      req,
      res,
      settings.maxBodyBytes,
      (body) => {
        try {
          if (query !== '') throw new Problem('invalid_request', NO_QUERY);
          run(req, res, target, body);
        } catch (thrown) {
          fail(res, thrown);
        }
      },
      (problem) => fail(res, problem),
    );
  };
}

function reportHeaders(report: InvocationReport): string[] {
  return [
    'Fob-Invocation-Id',
    report.invocationId,
    'Fob-Version',
    String(report.version),
    ...(report.alias === undefined ? [] : ['Fob-Alias', report.alias]),
    'Fob-Duration-Ms',
    String(Math.round(report.durationMs * 1_000) / 1_000),
    'Fob-Cold-Start',
    report.coldStart ? 'true' : 'false',
  ];
}
