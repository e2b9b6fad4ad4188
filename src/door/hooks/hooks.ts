import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HookAnswer, HookRequest } from '../../trigger/trigger-type.ts';
import { answer } from '../answer.ts';
import { receiveBody } from '../body.ts';
import type { DoorContext } from '../context.ts';
import { queryOf } from '../query.ts';

/** Where the addresses of triggers begin: `/hooks/<trigger>[/…]`. */
export const HOOKS = '/hooks/';
/** An answer is shown by no browser as a page of this node. */
const SAFE = ['X-Content-Type-Options', 'nosniff', 'Content-Security-Policy', 'sandbox'];

/** Answers one request to a trigger's own address. What shows who sends is the type's affair: a signature, or a token. */
export type Hooks = (req: IncomingMessage, res: ServerResponse) => void;

/** Makes it; `fail` answers with what was thrown. */
export function createHooks(context: DoorContext, fail: (res: ServerResponse, thrown: unknown) => void): Hooks {
  const { lifecycle, settings, triggers } = context;

  const receive = async (req: IncomingMessage, res: ServerResponse): Promise<HookAnswer> => {
    const { name, path } = placeOf(req.url!);
    const body = await receiveBody(req, res, settings.maxBodyBytes);
    const request: HookRequest = {
      method: req.method!,
      path,
      query: new URLSearchParams(queryOf(req.url!)),
      headers: Object.fromEntries(Object.entries(req.headers).map(([key, value]) => [key, String(value ?? '')])),
      body,
    };
    return triggers.receive(name, request);
  };

  return (req, res) => {
    receive(req, res).then(
      ({ status, headers = {}, body = '' }) =>
        answer(lifecycle, res, status, [...Object.entries(headers).flat(), ...SAFE], body),
      (thrown) => fail(res, thrown),
    );
  };
}

/** The trigger's name and what follows it. A name needs no decoding; what does is no name of a trigger. */
function placeOf(url: string): { name: string; path: string } {
  const mark = url.indexOf('?');
  const rest = url.slice(HOOKS.length, mark === -1 ? undefined : mark);
  const slash = rest.indexOf('/');
  return slash === -1 ? { name: rest, path: '' } : { name: rest.slice(0, slash), path: rest.slice(slash) };
}
