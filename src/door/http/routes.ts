import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionDocument } from '../../model/function.ts';
import type { ChosenVersion } from '../../model/invocation.ts';
import { parseJsonText } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import { isSameText } from '../../model/same-text.ts';
import type { HttpEvent } from '../../model/shape/http-event.ts';
import { type Trigger, targetOf } from '../../model/trigger.ts';
import { isReservedPath } from '../../trigger/http/http.ts';
import { answer } from '../answer.ts';
import { authorizeInvoke } from '../authorize-invoke.ts';
import type { DoorContext } from '../context.ts';
import { type Guard, hostName } from '../guard.ts';
import { chooseFor } from './choose.ts';
import { corsHeaders, isPreflight, mayCall, preflightHeaders } from './cors.ts';
import { OPAQUE_ORIGIN } from './opaque-origin.ts';
import { placeOf } from './own-cookie.ts';
import { type Route, type RouteMatch, RouteTable } from './route-table.ts';
import type { HttpRunner } from './run.ts';

/** Serves a request where a route wants it; false where none does. */
type HttpRoutes = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Makes what serves the triggers of type `http`: each has its own rules for who may call it. */
export function createHttpRoutes(context: DoorContext, guard: Guard, runner: HttpRunner): HttpRoutes {
  const { engine, lifecycle, settings, triggers } = context;
  let known: readonly Trigger[] = [];
  let table = new RouteTable(known);

  const serve = (req: IncomingMessage, res: ServerResponse, match: RouteMatch, path: string, query: string) => {
    const { route } = match;
    const { options, trigger } = route;
    const { origin } = req.headers;
    const ownHost = options.host === '' ? {} : { host: options.host };
    const refusal =
      guard(req, { ...ownHost, origin: mayCall(options.cors, origin), token: options.auth !== 'token' }) ??
      keyRefusal(req, options);
    if (refusal !== undefined) {
      runner.refuse(res, refusal);
      return;
    }
    try {
      if (options.auth === 'token') authorizeInvoke(context, req, trigger.function);
    } catch (thrown) {
      runner.refuse(res, thrown);
      return;
    }
    const fn = engine.find(trigger.function);
    if (fn === undefined) {
      runner.refuse(res, new Problem('not_found', `the function '${trigger.function}' of this route is gone`));
      return;
    }
    const target = targetOf(trigger);
    const onNode = guard.isOwnName(req);
    const run = (document: FunctionDocument, chosen?: ChosenVersion) =>
      runner.run(req, res, {
        function: document,
        target,
        ...(chosen !== undefined && { chosen }),
        path,
        query,
        routeKey: route.key,
        pathParameters: match.parameters,
        maxBodyBytes: Math.min(options.maxBodyBytes ?? settings.maxBodyBytes, settings.maxBodyBytes),
        headers: [...corsHeaders(options.cors, origin), ...(onNode ? OPAQUE_ORIGIN : [])],
        ...(onNode && { place: placeOf(path) }),
        check: (event) => checkRequest(route, event),
      });
    if (trigger.qualifier === undefined) run(fn.document);
    else
      chooseFor(
        engine,
        req,
        target,
        (chosen) => run(chosen.document, chosen),
        (thrown) => runner.refuse(res, thrown),
      );
  };

  const answerPreflight = (req: IncomingMessage, res: ServerResponse, path: string, host: string): boolean => {
    const asked = req.headers['access-control-request-method']!;
    const route = table.find(asked, path, host)?.route;
    const rules = route?.options.cors;
    if (rules === undefined || !mayCall(rules, req.headers.origin)) return false;
    const ownHost = route!.options.host === '' ? {} : { host: route!.options.host };
    const refusal = guard(req, { ...ownHost, origin: true, token: true });
    if (refusal !== undefined) {
      runner.refuse(res, refusal);
      return true;
    }
    const names = req.headers['access-control-request-headers'];
    const headers = [
      ...corsHeaders(rules, req.headers.origin),
      ...preflightHeaders(rules, table.methodsOf(path, host), names),
    ];
    answer(lifecycle, res, 204, headers, '');
    return true;
  };

  return (req, res) => {
    const triggersNow = triggers.enabled('http');
    if (triggersNow !== known) {
      known = triggersNow;
      table = new RouteTable(known);
    }
    if (table.size === 0) return false;
    const url = req.url!;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    if (!path.startsWith('/') || (isReservedPath(path) && guard.isOwnName(req))) return false;
    const host = hostName((req.headers.host ?? '').toLowerCase()) ?? '';
    if (isPreflight(req) && answerPreflight(req, res, path, host)) return true;
    const match = table.find(req.method!, path, host);
    if (match === undefined) return false;
    serve(req, res, match, path, mark === -1 ? '' : url.slice(mark + 1));
    return true;
  };
}

function keyRefusal(req: IncomingMessage, { auth, key }: Route['options']): Problem | undefined {
  if (auth !== 'key') return undefined;
  const given = req.headers['x-api-key'];
  // Headers are read as Latin-1, whatever their sender wrote.
  const wanted = Buffer.from(key).toString('latin1');
  if (typeof given === 'string' && isSameText(given, wanted)) return undefined;
  return new Problem('unauthorized', 'this route demands its key: send it in the header X-Api-Key');
}

/** Throws `invalid_request` for a request that the route does not take. */
function checkRequest({ options, bodySchema }: Route, event: HttpEvent): void {
  const query = event.queryStringParameters ?? {};
  for (const name of options.requiredQuery) {
    if (query[name] === undefined) throw new Problem('invalid_request', `the query parameter '${name}' is missing`);
  }
  for (const name of options.requiredHeaders) {
    if (event.headers[name.toLowerCase()] === undefined)
      throw new Problem('invalid_request', `the header '${name}' is missing`);
  }
  if (bodySchema === undefined) return;
  let value: unknown;
  try {
    value = parseJsonText(event.body ?? '');
  } catch (cause) {
    throw new Problem('invalid_request', 'the body is no JSON', { cause });
  }
  if (bodySchema.Check(value)) return;
  const [, errors] = bodySchema.Errors(value);
  const fields = errors.slice(0, 20).map(({ instancePath, message }) => `${instancePath || 'the body'} ${message}`);
  throw new Problem('invalid_request', `the body does not fit: ${fields.join('; ')}`, { details: { fields } });
}
