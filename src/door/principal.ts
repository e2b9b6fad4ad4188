import type { IncomingMessage } from 'node:http';
import { allows, type GrantAccess, type GrantKind } from '../model/grant.ts';
import { Problem } from '../model/problem.ts';

/** Who asks. The node's own clients may do everything; a function or an access key what it was granted. */
export interface Principal {
  readonly name: string;
  readonly grants: readonly string[] | 'all';
  /** Of a function: how many functions called one another to get to this request; what it causes is to carry it on. */
  readonly hops?: number;
}

const OPERATOR: Principal = { name: 'operator', grants: 'all' };
const principals = new WeakMap<IncomingMessage, Principal>();

/** Says who a request is from; without it, it is from the node's operator. Said again, it changes who asks, not how they got here. */
export function setPrincipal(req: IncomingMessage, principal: Principal): void {
  const hops = principals.get(req)?.hops;
  principals.set(req, hops === undefined ? principal : { ...principal, hops });
}

export function principalOf(req: IncomingMessage): Principal {
  return principals.get(req) ?? OPERATOR;
}

/** Throws `forbidden` where whoever asks was not granted this. */
export function authorize(req: IncomingMessage, kind: GrantKind, name: string, access: GrantAccess): void {
  const { grants, name: who } = principalOf(req);
  if (grants === 'all' || allows(grants, kind, name, access)) return;
  throw new Problem(
    'forbidden',
    `${who} may not ${access} the ${kind} '${name}': it needs the grant '${kind}:${name}:${access}'`,
  );
}
