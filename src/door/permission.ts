import type { FastifyRequest } from 'fastify';
import type { Action } from '../model/permission.ts';

/** What a management route demands of who asks, as its `config.permission`: an action, and upon what. */
export interface RoutePermission {
  readonly action: Action;
  /** `function:<name>`, `<kind>:<name>`, or absent for what there is just one of. */
  readonly resource?: (request: FastifyRequest) => string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open` needs no credential; `own` is about the one who asks, or checks by itself. */
    permission?: RoutePermission | 'open' | 'own';
  }
}

/** The `config` of a route that does this to the function of its parameter `name`. */
export function permitFunction(action: Action): { permission: RoutePermission } {
  return { permission: { action, resource: ({ params }) => `function:${(params as { name: string }).name}` } };
}

/** The `config` of a route that does this to the thing of this kind that its parameter `name` says, or to all of them. */
export function permit(action: Action, kind?: string): { permission: RoutePermission } {
  if (kind === undefined) return { permission: { action } };
  return { permission: { action, resource: ({ params }) => `${kind}:${(params as { name: string }).name}` } };
}
