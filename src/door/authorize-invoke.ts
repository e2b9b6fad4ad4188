import type { IncomingMessage } from 'node:http';
import { Problem } from '../model/problem.ts';
import { parseTarget } from '../model/target.ts';
import type { DoorContext } from './context.ts';
import { ANONYMOUS, authorize, demand, principalOf, setPrincipal } from './principal.ts';

/** The part of a target before a version or an alias. */
function functionOf({ engine }: Pick<DoorContext, 'engine'>, target: string): string {
  const asked = parseTarget(target).function;
  return engine.find(asked)?.document.name ?? asked;
}

/** Throws `forbidden` where whoever asks may not invoke this function, whether there is one or not. Costs the operator nothing. */
export function authorizeInvoke(
  context: Pick<DoorContext, 'engine' | 'identity'>,
  req: IncomingMessage,
  target: string,
): void {
  const principal = principalOf(req);
  if (principal.kind === 'operator') return;
  const name = functionOf(context, target);
  if (principal.kind === 'user' || principal.kind === 'token')
    return demand(req, 'function:invoke', `function:${name}`);
  const listed = context.identity.listed(principal, name);
  if (principal.kind === 'anonymous') {
    if (listed !== true) throw new Problem('unauthorized', 'this function needs a credential');
    return;
  }
  authorize(req, 'function', name, 'invoke');
  if (listed === false) {
    throw new Problem('forbidden', `${principal.name} may not invoke '${name}': its access list does not allow it`, {
      details: { permission: 'function:invoke', resource: `function:${name}` },
    });
  }
}

/** Lets a request without a credential of the node pass as anybody's, where this function is open to all. */
export function passAsAnybody(
  { engine, identity }: Pick<DoorContext, 'engine' | 'identity'>,
  req: IncomingMessage,
  target: string,
): boolean {
  if (!identity.hasOpenFunctions || identity.listed(ANONYMOUS, functionOf({ engine }, target)) !== true) return false;
  setPrincipal(req, ANONYMOUS);
  return true;
}
