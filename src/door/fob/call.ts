import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CompletedInvocation, InvocationRequest, Outcome, PayloadKind } from '../../model/invocation.ts';
import { isObject } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import type { TraceContext } from '../../model/trace.ts';
import { answer, JSON_TYPE } from '../answer.ts';
import { readBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { idempotencyOf } from '../idempotency-key.ts';
import { requestKeys } from '../request-keys.ts';
import { causeOf, traceHeaders, traceOfHeaders } from '../trace-context.ts';
import { answerFobFailure, answerFobOutcome, errorJson } from './error.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { resultJson } from './result.ts';

const NO_OBJECT = 'the body is no JSON object of parameters, such as {"param1": 1}';
const TWO_SOURCES = 'give the parameters in the query or in the body, not in both';
const START = Buffer.from('{"result": ');
const END = Buffer.from('}');

/** Answers one `GET|POST /api/call/<target>?<query>`. */
export type FobCall = (req: IncomingMessage, res: ServerResponse, target: string, query: string) => void;

/** Makes the contract's call, the platform's busiest path: matched and read by hand, its bytes passed through. */
export function createFobCall(context: DoorContext): FobCall {
  const { engine, lifecycle, log, settings } = context;

  const fail = (res: ServerResponse, thrown: unknown) => answerFobFailure(lifecycle, log, res, thrown);

  const run = (res: ServerResponse, target: string, payload: Buffer, payloadKind: PayloadKind) => {
    if (res.destroyed) return;
    if (res.req.headers['idempotency-key'] !== undefined) {
      runOnce(res, target, payload, payloadKind);
      return;
    }
    const request = requestOf(res, target, payload, payloadKind);
    const running = engine.invoke(request);
    res.on('close', () => {
      if (!res.writableEnded) running.cancel();
    });
    running.completed.then(
      (completed) => finish(res, completed, payload, payloadKind, request.trace),
      (thrown) => fail(res, thrown),
    );
  };

  const runOnce = async (res: ServerResponse, target: string, payload: Buffer, payloadKind: PayloadKind) => {
    try {
      const key = idempotencyOf(res.req.headers)!;
      const cause = causeOf(res.req);
      const request = { ...requestOf(res, target, payload, payloadKind), ...cause };
      finish(res, await context.idempotency.invoke(request, key), payload, payloadKind, cause.trace);
    } catch (thrown) {
      fail(res, thrown);
    }
  };

  const finish = (
    res: ServerResponse,
    { outcome, report }: CompletedInvocation,
    payload: Buffer,
    payloadKind: PayloadKind,
    trace: TraceContext | undefined,
  ) => {
    if (outcome.status === 'succeeded') {
      const headers = ['Content-Type', JSON_TYPE, 'Fob-Invocation-Id', report.invocationId];
      if (trace !== undefined) headers.push(...traceHeaders(trace));
      answer(lifecycle, res, 200, headers, Buffer.concat([START, resultJson(outcome), END]));
    } else if (isBadParameters(outcome) && payloadKind === 'json' && !isJsonObject(payload)) {
      fail(res, new Problem('invalid_request', NO_OBJECT));
    } else {
      answerFobOutcome(lifecycle, res, report.invocationId, outcome);
    }
  };

  const runWith = (res: ServerResponse, target: string, query: string) => {
    let parameters: Parameters;
    try {
      parameters = readParameters(query);
    } catch (thrown) {
      fail(res, thrown);
      return;
    }
    const { repeated } = parameters;
    if (repeated === undefined) {
      run(res, target, Buffer.from(parameters.json), 'text-parameters');
    } else {
      const message = `the parameter "${repeated}" is given more than once`;
      answer(lifecycle, res, 404, ['Content-Type', JSON_TYPE], errorJson('bad_parameters', message));
    }
  };

  const runWithBody = (req: IncomingMessage, res: ServerResponse, target: string, query: string, body: Buffer) => {
    if (body.length === 0) runWith(res, target, query);
    else if (query !== '') fail(res, new Problem('invalid_request', TWO_SOURCES));
    else if (isForm(req, body)) runWith(res, target, body.toString('latin1'));
    else run(res, target, body, 'json');
  };

  return (req, res, target, query) => {
    if (req.method === 'GET') {
      runWith(res, target, query);
      return;
    }
    readBody(
      req,
      res,
      settings.maxBodyBytes,
      (body) => runWithBody(req, res, target, query, body),
      (problem) => fail(res, problem),
    );
  };
}

function requestOf(res: ServerResponse, target: string, payload: Buffer, payloadKind: PayloadKind): InvocationRequest {
  const trace = traceOfHeaders(res.req);
  const keys = requestKeys(res.req, target);
  const request = { target, payload, payloadKind, door: 'fob' };
  if (trace === undefined && keys === undefined) return request;
  return { ...request, ...(trace !== undefined && { trace }), ...(keys !== undefined && { keys }) };
}

function isBadParameters(outcome: Outcome): boolean {
  return outcome.status === 'failed' && outcome.reason === 'bad_parameters';
}

/** curl's `-d` calls everything a form, JSON too. */
function isForm(req: IncomingMessage, body: Buffer): boolean {
  if (req.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return false;
  return !body.toString('latin1', 0, 64).trimStart().startsWith('{');
}

/** Read only after a failure, to tell a caller's broken JSON from parameters that do not fit. */
function isJsonObject(payload: Buffer): boolean {
  try {
    return isUtf8(payload) && isObject(JSON.parse(payload.toString()));
  } catch {
    return false;
  }
}
