import type { FastifyRequest } from 'fastify';
import type { Action } from '../../model/permission.ts';
import type { DoorContext } from '../context.ts';
import { principalOf } from '../principal.ts';

/** Also those that were removed before that was kept, of which there are records still: no denial may speak of any. */
const ALL_FUNCTIONS = 'function:*';

/**
 * The functions of which whoever asks may see this, such as their log; `undefined`: all. What is found is looked for in these
 * alone: sorted out afterwards, pages would have gaps, and a cursor would tell of what nobody is shown.
 */
export function readableFunctions(
  { engine, identity }: DoorContext,
  request: FastifyRequest,
  action: Action,
): string[] | undefined {
  const { kind, may } = principalOf(request.raw);
  if (kind === 'operator') return undefined;
  const present = engine.list().map(({ document }) => document.name);
  const all = [...new Set([...present, ...identity.removedFunctions()])];
  const names = all.filter((name) => may(action, `function:${name}`));
  return names.length === all.length && may(action, ALL_FUNCTIONS) ? undefined : names;
}
