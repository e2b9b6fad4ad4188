import type { FastifyRequest } from 'fastify';
import type { Action } from '../model/permission.ts';
import { Problem } from '../model/problem.ts';
import { parseTarget } from '../model/target.ts';
import { demand, demandAny, missingPermission, principalOf } from './principal.ts';

/** What a management route demands of who asks, as its `config.permission`: an action, and upon what. */
interface RoutePermission {
  readonly action: Action;
  /** `function:<name>`, `<kind>:<name>`, or absent for what there is just one of. */
  readonly resource?: (request: FastifyRequest) => string;
  /** Passes whoever may do this to anything at all: a list then shows what one may see, and other handlers `demand` by themselves. */
  readonly any?: true;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open` needs no credential; `own` is about the one who asks, or checks by itself. */
    permission?: RoutePermission | 'open' | 'own';
    /** What a route of `own` comes to, where its handler checks who may do it: what is done all day long is not written into the audit trail. */
    does?: Action;
  }
}

/** The `config` of a route that does this to the function of its parameter `name`. */
export function permitFunction(action: Action): { permission: RoutePermission } {
  return permit(action, 'function');
}

/** The `config` of a route that does this to the thing of this kind that a parameter says, or to all of them. */
export function permit(action: Action, kind?: string, parameter = 'name'): { permission: RoutePermission } {
  if (kind === undefined) return { permission: { action } };
  return {
    permission: {
      action,
      resource: ({ params }) => {
        const named = (params as Readonly<Record<string, string>>)[parameter] ?? '';
        // What is done to a version or an alias is done to its function.
        return `${kind}:${kind === 'function' ? parseTarget(named).function : named}`;
      },
    },
  };
}

/** The `config` of a list, and of a route whose handler finds out upon what it acts, and then calls `demand`. */
export function permitAny(action: Action): { permission: RoutePermission } {
  return { permission: { action, any: true } };
}

/**
 * Before each management route: throws `forbidden` where whoever asks may not. What functions and access keys may do is for
 * the handlers of services to say, the only ones that they reach.
 */
export async function checkPermission(request: FastifyRequest): Promise<void> {
  const principal = principalOf(request.raw);
  if (principal.kind === 'operator' || principal.kind === 'function' || principal.kind === 'key') return;
  if (request.is404) return;
  const { permission } = request.routeOptions.config;
  if (permission === 'open') return;
  if (principal.kind === 'anonymous') throw new Problem('unauthorized', 'this needs a credential');
  if (permission === 'own') return;
  // A route that does not say what it demands is for the operator alone.
  if (permission === undefined) throw missingPermission(principal, 'node:restore', '*');
  if (permission.any) demandAny(request.raw, permission.action);
  else demand(request.raw, permission.action, permission.resource?.(request) ?? '*');
}

/** Of a list: those of its items that belong to functions to which whoever asks may do this. */
export function visible<T>(
  request: FastifyRequest,
  action: Action,
  items: readonly T[],
  functionOf: (item: T) => string,
): T[] {
  const principal = principalOf(request.raw);
  if (principal.kind === 'operator') return [...items];
  const known = new Map<string, boolean>();
  return items.filter((item) => {
    const name = functionOf(item);
    let may = known.get(name);
    if (may === undefined) {
      may = principal.may(action, `function:${name}`);
      known.set(name, may);
    }
    return may;
  });
}
