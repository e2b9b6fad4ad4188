import type { IncomingMessage } from 'node:http';
import type { DoorContext } from '../../context.ts';
import { credentialIn } from '../../guard.ts';
import { OPERATOR, principalOf, setPrincipal } from '../../principal.ts';

/** Users, teams and roles may have been changed many at once. */
const GATHER_MS = 250;
const IDENTITY = 'identity/';
/** Timers reach no further than some weeks. */
const MAX_WAIT_MS = 86_400_000;

/**
 * For answers that last: looks again at whose they are where users, teams, roles or tokens change and where the token expires, and calls
 * `onChange` after, if what they may do is no longer the same. From then on `principalOf` says what they may now; `good` is false where they are nobody any more. Returns how to stop.
 */
export function watchCaller(
  { identity, store, clock }: DoorContext,
  req: IncomingMessage,
  onChange: (good: boolean) => void,
): () => void {
  const credential = credentialIn(req);
  let held = credential === undefined ? undefined : identity.authenticate(credential);
  // Until there are users, everybody on loopback is the operator; who came by the node's own socket stays it.
  const isNobody = principalOf(req) === OPERATOR && req.socket.remoteAddress !== undefined;
  let cancelLook: (() => void) | undefined;
  let cancelExpiry: (() => void) | undefined;

  const look = (): void => {
    cancelLook = undefined;
    if (credential === undefined) {
      if (isNobody && identity.hasUsers) onChange(false);
      return;
    }
    const now = identity.authenticate(credential);
    if (now === held) return;
    // Identity forgets what it knows at every change, also of somebody else, and when it writes down that a token was used.
    const isSame = now?.rights !== undefined && now.rights() === held?.rights?.();
    held = now;
    if (now !== undefined) setPrincipal(req, { ...now, grants: 'all', credential: true });
    if (!isSame) onChange(now !== undefined);
  };
  const awaitExpiry = (): void => {
    const expiresAtMs = held?.tokenId === undefined ? undefined : identity.token(held.tokenId)?.expiresAtMs;
    if (expiresAtMs === undefined) return;
    const leftMs = expiresAtMs - clock.now();
    cancelExpiry = clock.after(Math.min(Math.max(leftMs, 0), MAX_WAIT_MS), () => {
      look();
      if (held !== undefined) awaitExpiry();
    });
  };

  const unwatch = store.registry.watch(IDENTITY, () => {
    cancelLook ??= clock.after(GATHER_MS, look);
  });
  awaitExpiry();
  return () => {
    unwatch();
    cancelLook?.();
    cancelExpiry?.();
  };
}
