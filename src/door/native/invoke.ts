import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationReport, InvocationRequest, PayloadKind, RunningInvocation } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';
import { answer, PROBLEM_TYPE } from '../answer.ts';
import { readBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { isJsonType, mediaTypeOf } from '../media-type.ts';
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
      onChunk: (chunk, chunkType) => writeChunk(res, running?.invocationId ?? '', chunk, chunkType),
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

/** Passes one piece on; the promise holds the function back while the caller reads more slowly than it writes. */
function writeChunk(
  res: ServerResponse,
  invocationId: string,
  chunk: Buffer,
  contentType: string,
): void | Promise<void> {
  if (res.destroyed) return undefined;
  if (!res.headersSent) {
    res.writeHead(200, ['Content-Type', headerSafe(contentType), 'Fob-Invocation-Id', invocationId, ...SAFE]);
  }
  if (res.write(chunk)) return undefined;
  return new Promise((resolve) => {
    const resume = () => {
      res.off('drain', resume).off('close', resume);
      resolve();
    };
    res.on('drain', resume).on('close', resume);
  });
}

/** A stream that failed midway is cut off, so that nobody takes the piece for the whole. */
function endStream(res: ServerResponse, rest: Buffer | undefined): void {
  if (rest === undefined) res.destroy();
  else res.end(rest);
}

/** A content type comes from the function, and is only taken as a header where it can be one. */
function headerSafe(contentType: string): string {
  return /^[\x20-\x7e]{1,256}$/.test(contentType) ? contentType : 'application/octet-stream';
}
