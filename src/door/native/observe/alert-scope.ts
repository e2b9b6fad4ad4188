import type { FastifyRequest } from 'fastify';
import { demand, principalOf } from '../../principal.ts';

/** What a rule or a silence is about: a function's name, or a pattern of names; absent where it is about more than names say. */
interface Scoped {
  readonly function?: string;
}

/** Who may write what is about one function alone is who may write that function's alerts. */
export function resourceOfScoped({ function: name }: Scoped): string {
  return name === undefined || name.includes('*') ? '*' : `function:${name}`;
}

/** The same for a scope of default rules, such as `function:pay` or `all`. */
export function resourceOfScope(scope: string): string {
  return scope.startsWith('function:') ? scope : '*';
}

/** Whether whoever asks may see it: what is about many functions is about theirs, too. */
export function mayRead(request: FastifyRequest, resource: string): boolean {
  const principal = principalOf(request.raw);
  return resource === '*' || principal.kind === 'operator' || principal.may('alert:read', resource);
}

/** Throws `forbidden` where whoever asks may not see what is about this. */
export function demandRead(request: FastifyRequest, resource: string): void {
  if (resource !== '*') demand(request.raw, 'alert:read', resource);
}
