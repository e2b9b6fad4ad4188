import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationReport, InvocationRequest, PayloadKind, RunningInvocation } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';
import { answer, PROBLEM_TYPE } from '../answer.ts';
import { readBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { isJsonType, mediaTypeOf } from '../media-type.ts';
import { principalOf } from '../principal.ts';
import { endStream, headerSafe, passChunk } from '../stream.ts';
import { formParameters } from './form.ts';
import { answerProblem, outcomeProblem } from './problem-json.ts';

const NO_PAYLOAD = Buffer.from('{}');
const NO_QUERY = 'the payload goes in the body; the native invoke takes no query';

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
    const contentType = req.headers['content-type'] ?? 'application/octet-stream';
    const payloadKind = kindOf(mediaTypeOf(req), body);
    let payload = body.length === 0 ? NO_PAYLOAD : body;
    if (payloadKind === 'text-parameters') {
      try {
        payload = formParameters(body);
      } catch (thrown) {
        fail(res, thrown);
        return;
      }
    }
    let running: RunningInvocation | undefined;
    const request: InvocationRequest = {
      target,
      payload,
      payloadKind,
      ...(payloadKind === 'binary' && { contentType }),
      door: 'native',
      hops: principalOf(req).hops ?? 0,
      onChunk: (chunk, chunkType) =>
        passChunk(
          res,
          () => ['Content-Type', headerSafe(chunkType), 'Fob-Invocation-Id', running?.invocationId ?? '', ...SAFE],
          chunk,
        ),
    };
    running = engine.invoke(request);
    res.on('close', () => {
      if (!res.writableEnded) running.cancel();
    });
    running.completed.then(
      ({ outcome, report }) => {
        if (res.headersSent) endStream(res, outcome.status === 'succeeded' ? outcome.payload : undefined);
        else if (outcome.status === 'succeeded') succeed(res, report, outcome.payload, outcome.contentType);
        else {
          const { status, reason, json } = outcomeProblem(outcome);
          const headers = ['Content-Type', PROBLEM_TYPE, 'Fob-Function-Error', reason];
          answer(lifecycle, res, status, headers.concat(reportHeaders(report)), json);
        }
      },
      (thrown) => (res.headersSent ? endStream(res, undefined) : fail(res, thrown)),
    );
  };

  const succeed = (res: ServerResponse, report: InvocationReport, payload: Buffer, contentType: string) => {
    const headers = ['Content-Type', headerSafe(contentType), ...reportHeaders(report), ...SAFE];
    answer(lifecycle, res, 200, headers, payload);
  };

  return (req, res, target, query) => {
    readBody(
      req,
      res,
      settings.maxBodyBytes,
      (body) => (query === '' ? run(req, res, target, body) : fail(res, new Problem('invalid_request', NO_QUERY))),
      (problem) => fail(res, problem),
    );
  };
}

/** Types that say JSON are, and so is no payload at all; a form holds texts by name, but curl's `-d` calls JSON one too. */
function kindOf(type: string, body: Buffer): PayloadKind {
  if (body.length === 0 || isJsonType(type)) return 'json';
  if (type !== 'application/x-www-form-urlencoded') return 'binary';
  return /^\s*[{["]/.test(body.toString('latin1', 0, 64)) ? 'json' : 'text-parameters';
}

function reportHeaders(report: InvocationReport): string[] {
  return [
    'Fob-Invocation-Id',
    report.invocationId,
    'Fob-Version',
    String(report.version),
    'Fob-Duration-Ms',
    String(Math.round(report.durationMs * 1_000) / 1_000),
    'Fob-Cold-Start',
    report.coldStart ? 'true' : 'false',
  ];
}
