import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../model/problem.ts';
import type { DoorContext } from '../context.ts';
import { OPAQUE_ORIGIN } from './opaque-origin.ts';
import type { HttpRunner } from './run.ts';

export const FUNCTION_URLS = '/f/';

/** Answers any request to `/f/<name>[/<path>][?<query>]`: every function has such an address. */
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
    const name = whole.slice(FUNCTION_URLS.length, slash === -1 ? undefined : slash);
    const fn = engine.find(name);
    if (fn === undefined) {
      runner.refuse(res, new Problem('not_found', `there is no function '${name.slice(0, 64)}'`));
      return;
    }
    runner.run(req, res, {
      function: fn.document,
      path: slash === -1 ? '/' : whole.slice(slash),
      query: mark === -1 ? '' : url.slice(mark + 1),
      maxBodyBytes: settings.maxBodyBytes,
      headers: OPAQUE_ORIGIN,
    });
  };
}
