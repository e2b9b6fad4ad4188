import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionDocument } from '../../model/function.ts';
import type { ChosenVersion } from '../../model/invocation.ts';
import { noFunction } from '../../model/no-function.ts';
import { authorizeInvoke } from '../authorize-invoke.ts';
import type { DoorContext } from '../context.ts';
import { plainTarget } from '../plain-target.ts';
import { chooseFor } from './choose.ts';
import { OPAQUE_ORIGIN } from './opaque-origin.ts';
import type { HttpRunner } from './run.ts';

export const FUNCTION_URLS = '/f/';

/** Answers any request to `/f/<target>[/<path>][?<query>]`: every function has such an address. */
export function createFunctionUrls(
  context: DoorContext,
  runner: HttpRunner,
): (req: IncomingMessage, res: ServerResponse) => void {
  const { engine, settings } = context;
  return (req, res) => {
    const url = req.url!;
    const mark = url.indexOf('?');
    const whole = mark === -1 ? url : url.slice(0, mark);
    const slash = whole.indexOf('/', FUNCTION_URLS.length);
    const name = plainTarget(whole.slice(FUNCTION_URLS.length, slash === -1 ? undefined : slash));
    const run = (fn: FunctionDocument, chosen?: ChosenVersion) =>
      runner.run(req, res, {
        function: fn,
        target: name,
        ...(chosen !== undefined && { chosen }),
        path: slash === -1 ? '/' : whole.slice(slash),
        query: mark === -1 ? '' : url.slice(mark + 1),
        maxBodyBytes: settings.maxBodyBytes,
        headers: OPAQUE_ORIGIN,
        place: slash === -1 ? whole : whole.slice(0, slash),
      });
    try {
      authorizeInvoke(context, req, name);
    } catch (thrown) {
      runner.refuse(res, thrown);
      return;
    }
    const fn = engine.find(name);
    if (fn === undefined) runner.refuse(res, noFunction(name));
    else if (name.indexOf(':') === -1) run(fn.document);
    else
      chooseFor(
        engine,
        req,
        name,
        (chosen) => run(chosen.document, chosen),
        (thrown) => runner.refuse(res, thrown),
      );
  };
}
