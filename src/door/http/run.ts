import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Idempotency } from '../../engine/api.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { conventionOf } from '../../model/function.ts';
import { formatId, newId } from '../../model/id.ts';
import {
  type ChosenVersion,
  type CompletedInvocation,
  failureCode,
  type InvocationRequest,
  type RunningInvocation,
} from '../../model/invocation.ts';
import { httpAnswer } from '../../model/shape/http-answer.ts';
import { type HttpEvent, httpEvent, httpParameters } from '../../model/shape/http-event.ts';
import { answer, answerEarly, PROBLEM_TYPE } from '../answer.ts';
import { auditRefusal } from '../audit.ts';
import { readBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { describeFailure, failureHeaders } from '../failure.ts';
import { type IdempotencyHeaders, idempotencyOf } from '../idempotency-key.ts';
import { principalOf } from '../principal.ts';
import { setsSession } from '../session-cookie.ts';
import { endStream, headerSafe, passChunk } from '../stream.ts';
import { causeOf, traceHeaders } from '../trace-context.ts';
import { isOfTheHost } from './opaque-origin.ts';
import { ownCookie } from './own-cookie.ts';

/** A request that has found its function. */
interface HttpCall {
  readonly function: FunctionDocument;
  /** What was called, and the version that it is to be: a function takes a request as its own convention says. */
  readonly target: string;
  readonly chosen?: ChosenVersion;
  /** As the function is to see it. */
  readonly path: string;
  readonly query: string;
  readonly routeKey?: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly maxBodyBytes: number;
  /** Headers that every answer gets, as alternating names and values. */
  readonly headers: readonly string[];
  /** Where the function stands on a name of the node, where the API and other functions are too; absent on a name of its own. */
  readonly place?: string;
  /** A last look at the request; what it throws is the answer. */
  readonly check?: (event: HttpEvent) => void;
}

/** Runs functions for HTTP requests and writes their answers, as function URLs of AWS Lambda do. */
export interface HttpRunner {
  run(req: IncomingMessage, res: ServerResponse, call: HttpCall): void;
  /** Answers with a thrown value, `headers` beside its own. */
  refuse(res: ServerResponse, thrown: unknown, headers?: readonly string[]): void;
}

/** How a run that did not succeed is told to a stranger: what went wrong stays between the function and its owner. */
const FAILED = { status: 502, title: 'The function failed' };
const TIMED_OUT = { status: 504, title: 'The function did not answer in time' };

export function createHttpRunner(context: DoorContext): HttpRunner {
  const { engine, lifecycle, log, clock } = context;

  const refuse = (res: ServerResponse, thrown: unknown, added: readonly string[] = []) => {
    const { problem, reference } = describeFailure(log, thrown);
    const { code, status, message: detail } = problem;
    auditRefusal(context.audit, res.req, problem);
    const body = {
      type: `urn:fob:problem:${code}`,
      status,
      detail,
      code,
      ...(reference !== undefined && { reference }),
    };
    answerEarly(lifecycle, res, status, [...failureHeaders(problem, PROBLEM_TYPE), ...added], JSON.stringify(body));
  };

  const runWith = (req: IncomingMessage, res: ServerResponse, call: HttpCall, body: Buffer) => {
    if (res.destroyed) return;
    const event = eventOf(req, call, body, clock.now());
    let idempotency: IdempotencyHeaders | undefined;
    try {
      call.check?.(event);
      idempotency = idempotencyOf(req.headers);
    } catch (thrown) {
      refuse(res, thrown, call.headers);
      return;
    }
    const callme = conventionOf(call.function.config.handler) === 'callme';
    const request: InvocationRequest = {
      target: call.target,
      ...(call.chosen !== undefined && { chosen: call.chosen }),
      payload: Buffer.from(JSON.stringify(callme ? httpParameters(event) : event)),
      payloadKind: callme ? 'offered-parameters' : 'json',
      door: 'http',
      ...causeOf(req),
    };
    const traced = { ...call, headers: [...call.headers, ...traceHeaders(request.trace)] };
    if (idempotency === undefined) runNow(res, traced, request);
    else runOnce(res, traced, request, { ...idempotency, identity: identityOf(req, call, body) });
  };

  const runNow = (res: ServerResponse, call: HttpCall, request: InvocationRequest) => {
    let running: RunningInvocation | undefined;
    const onChunk = (chunk: Buffer, type: string) =>
      passChunk(
        res,
        () => ['Content-Type', headerSafe(type), 'Fob-Invocation-Id', running?.invocationId ?? '', ...call.headers],
        chunk,
      );
    running = engine.invoke({ ...request, onChunk });
    res.on('close', () => {
      if (!res.writableEnded) running.cancel();
    });
    running.completed
      .then((completed) => {
        const { outcome } = completed;
        if (!res.headersSent) finish(res, call, completed);
        else endStream(res, outcome.status === 'succeeded' ? outcome.payload : undefined);
      })
      .catch((thrown) => (res.headersSent ? endStream(res, undefined) : refuse(res, thrown, call.headers)));
  };

  /** A streamed result comes as a whole, since it may be one that is repeated; the run goes on when the caller leaves. */
  const runOnce = (
    res: ServerResponse,
    call: HttpCall,
    request: InvocationRequest,
    key: Parameters<Idempotency['invoke']>[1],
  ) => {
    context.idempotency
      .invoke(request, key)
      .then((completed) => {
        const replayed = ['Fob-Idempotent-Replay', String(completed.replayed)];
        finish(res, { ...call, headers: [...call.headers, ...replayed] }, completed);
      })
      .catch((thrown) => refuse(res, thrown, call.headers));
  };

  const finish = (res: ServerResponse, call: HttpCall, { outcome, report }: CompletedInvocation) => {
    if (outcome.status !== 'succeeded') {
      tellFailure(res, call, report.invocationId, failureCode(outcome) === 'timed_out' ? TIMED_OUT : FAILED);
      return;
    }
    const { chunks, contentType } = outcome;
    const payload = chunks === undefined ? outcome.payload : Buffer.concat([...chunks, outcome.payload]);
    succeed(res, call, report.invocationId, { payload, contentType });
  };

  const succeed = (
    res: ServerResponse,
    call: HttpCall,
    invocationId: string,
    outcome: { payload: Buffer; contentType: string },
  ) => {
    const given = httpAnswer(outcome.payload, outcome.contentType);
    if (given === undefined) {
      tellFailure(res, call, invocationId, FAILED);
      return;
    }
    const own = given.headers.flatMap(([name, value]) => functionsOwn(name, value, call.place));
    const headers = [...own, ...call.headers, 'Fob-Invocation-Id', invocationId];
    answer(lifecycle, res, given.status, headers, hasNoBody(given.status) ? '' : given.body);
  };

  const tellFailure = (
    res: ServerResponse,
    call: HttpCall,
    invocationId: string,
    { status, title }: { status: number; title: string },
  ) => {
    const headers = ['Content-Type', PROBLEM_TYPE, 'Fob-Invocation-Id', invocationId, ...call.headers];
    answer(lifecycle, res, status, headers, JSON.stringify({ title, status, invocationId }));
  };

  return {
    run: (req, res, call) =>
      readBody(
        req,
        res,
        call.maxBodyBytes,
        (body) => runWith(req, res, call, body),
        (problem) => refuse(res, problem, call.headers),
      ),
    refuse,
  };
}

function eventOf(req: IncomingMessage, call: HttpCall, body: Buffer, nowMs: number): HttpEvent {
  return httpEvent({
    method: req.method!,
    path: call.path,
    query: call.query,
    headers: withoutCredential(req),
    body,
    function: call.function.name,
    requestId: formatId(newId(nowMs)),
    sourceIp: req.socket.remoteAddress ?? '',
    protocol: `HTTP/${req.httpVersion}`,
    timeMs: nowMs,
    ...(call.routeKey !== undefined && { routeKey: call.routeKey }),
    ...(call.pathParameters !== undefined && { pathParameters: call.pathParameters }),
  });
}

/** What two requests of one idempotency key must have in common; who asks is part of it, so that nobody gets another's answer. */
function identityOf(req: IncomingMessage, call: HttpCall, body: Buffer): Buffer {
  const { authorization = '', cookie = '', 'x-api-key': apiKey = '' } = req.headers;
  const head = JSON.stringify([req.method, call.path, call.query, authorization, cookie, apiKey]);
  return Buffer.concat([Buffer.from(`${head}\n`), body]);
}

/** A function is a stranger to who calls it: the credential that let the request in is not for it. */
function withoutCredential(req: IncomingMessage): IncomingMessage['headers'] {
  if (principalOf(req).credential === undefined) return req.headers;
  const { authorization: _credential, ...headers } = req.headers;
  return headers;
}

/** A header of a function's answer, with its value, as far as it is the function's to give. */
function functionsOwn(name: string, value: string, place: string | undefined): readonly string[] {
  if (place !== undefined && isOfTheHost(name)) return [];
  if (name.toLowerCase() !== 'set-cookie') return [name, value];
  if (setsSession(value)) return [];
  return [name, place === undefined ? value : ownCookie(value, place)];
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
