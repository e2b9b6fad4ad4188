import type { IncomingMessage } from 'node:http';
import { allows, type GrantAccess, type GrantKind } from '../model/grant.ts';
import type { Principal as Identified } from '../model/identity.ts';
import type { Action } from '../model/permission.ts';
import { Problem } from '../model/problem.ts';
import type { ResourceAttributes } from '../model/rule.ts';
import type { TraceContext } from '../model/trace.ts';

/** Who asks, as doors see it. */
export interface Principal extends Identified {
  /** The header `Authorization` held a credential of this node: no function ever sees it. */
  readonly credential?: true;
  /** What a function or an access key was granted; `all` for whom roles decide, and for the operator. */
  readonly grants: readonly string[] | 'all';
  /** Of a function: how many functions called one another to get to this request; what it causes is to carry it on. */
  readonly hops?: number;
  /** Of a function: the context of what this request causes, where it is known which of its calls made it. */
  readonly trace?: TraceContext;
}

const YES = (): boolean => true;
const NO = (): boolean => false;

export const OPERATOR: Principal = {
  kind: 'operator',
  name: 'operator',
  teams: [],
  grants: 'all',
  may: YES,
  mayAny: YES,
};

/** Who sent the value of the setting `token`. */
export const OPERATOR_BY_TOKEN: Principal = { ...OPERATOR, credential: true };

/** Whoever sent no credential, or one that is not the node's, to what needs none. */
export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  name: 'anonymous',
  teams: [],
  grants: [],
  may: NO,
  mayAny: NO,
};

/** Who holds grants: a function, or an access key. With all of them, as a key may have, it is held back by nothing. */
export function grantedPrincipal(
  kind: 'function' | 'key',
  name: string,
  grants: readonly string[] | 'all',
  hops?: number,
  caller?: string,
): Principal {
  return {
    kind,
    name,
    teams: [],
    grants,
    may: (action, resource) => {
      if (grants === 'all') return true;
      const [thing, access] = action.split(':') as [GrantKind, GrantAccess];
      const colon = resource.indexOf(':');
      return resource.slice(0, colon) === thing && allows(grants, thing, resource.slice(colon + 1), access);
    },
    mayAny: () => grants === 'all',
    ...(hops !== undefined && { hops }),
    ...(caller !== undefined && { caller }),
  };
}

const principals = new WeakMap<IncomingMessage, Principal>();

/** Says who a request is from; without it, it is from the node's operator. Said again, it changes who asks, not how they got here. */
export function setPrincipal(req: IncomingMessage, principal: Principal): void {
  const before = principals.get(req);
  if (before?.hops === undefined) principals.set(req, principal);
  else {
    const { hops, caller, trace } = before;
    principals.set(req, { ...principal, hops, ...(caller !== undefined && { caller }), ...(trace && { trace }) });
  }
}

export function principalOf(req: IncomingMessage): Principal {
  return principals.get(req) ?? OPERATOR;
}

/** How what was made by a request names whoever sent it. */
export function nameOf(req: IncomingMessage): string {
  return principalOf(req).name;
}

/**
 * Throws `forbidden` where whoever asks may not do this to a service or a function: functions and access keys by what they were
 * granted, people by their roles. `action` is what people need, where it is not `<kind>:<access>`.
 */
export function authorize(
  req: IncomingMessage,
  kind: GrantKind,
  name: string,
  access: GrantAccess,
  action = `${kind}:${access}` as Action,
): void {
  const principal = principalOf(req);
  const { grants, name: who } = principal;
  if (principal.kind === 'operator' || (grants === 'all' && principal.kind === 'key')) return;
  if (grants === 'all') return demand(req, action, name === '*' ? '*' : `${kind}:${name}`);
  if (allows(grants, kind, name, access)) return;
  throw new Problem(
    'forbidden',
    `${who} may not ${access} the ${kind} '${name}': it needs the grant '${kind}:${name}:${access}'`,
  );
}

/** Whether `authorize` would let it pass. */
export function may(
  req: IncomingMessage,
  kind: GrantKind,
  name: string,
  access: GrantAccess,
  action = `${kind}:${access}` as Action,
): boolean {
  const { kind: who, grants, may: mayBy } = principalOf(req);
  if (who === 'operator') return true;
  return grants === 'all' ? mayBy(action, `${kind}:${name}`) : allows(grants, kind, name, access);
}

/** Throws `forbidden` where whoever asks has no permission for this; the same for what exists and what does not. */
export function demand(req: IncomingMessage, action: Action, resource: string, as?: ResourceAttributes): void {
  const principal = principalOf(req);
  if (principal.kind === 'operator' || principal.may(action, resource, as)) return;
  throw missingPermission(principal, action, resource);
}

/** Of a list: throws `forbidden` where there is nothing at all to which whoever asks may do this. */
export function demandAny(req: IncomingMessage, action: Action): void {
  const principal = principalOf(req);
  if (principal.kind === 'operator' || principal.mayAny(action)) return;
  throw missingPermission(principal, action, '*');
}

export function missingPermission(principal: Principal, action: string, resource: string): Problem {
  const where = resource === '*' ? '' : ` on ${resource}`;
  const who = principal.helpers?.() ?? 'the operator of this node';
  // It may be theirs already, and the token not let it through.
  const narrowed = principal.narrowed ? '; the token is narrowed: fob whoami says to what' : '';
  return new Problem(
    'forbidden',
    `${principal.name} may not do this: it needs the permission ${action}${where}, which ${who} can give${narrowed}`,
    { details: { permission: action, resource } },
  );
}
