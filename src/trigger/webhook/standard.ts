import type { HookRequest } from '../trigger-type.ts';
import type { Check, Provider } from './provider.ts';
import { demandFresh, demandSignature, hmac, refused } from './signature.ts';

const SECRET_PREFIX = 'whsec_';
export const DEFAULT_TOLERANCE_MS = 300_000;

/** https://www.standardwebhooks.com — what many senders have agreed on. */
export const standard: Provider = {
  verify: verifyStandard,
  read({ headers }, body) {
    const type = (body as { type?: unknown } | null)?.type;
    return { id: headers['webhook-id']!, event: typeof type === 'string' ? type : 'message' };
  },
};

/** Checks `webhook-signature` over id, time and body. */
export function verifyStandard({ headers, body }: HookRequest, { secrets, nowMs, options }: Check): void {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (id === undefined || id === '') throw refused();
  const given = (headers['webhook-signature'] ?? '').split(' ').slice(0, 10);
  demandSignature(
    given,
    secrets.map((secret) => `v1,${hmac('sha256', keyOf(secret), 'base64', `${id}.${timestamp}.`, body)}`),
  );
  demandFresh(timestamp, nowMs, options.toleranceMs ?? DEFAULT_TOLERANCE_MS);
}

/** A secret that says so is base64; any other is the key as it is. */
function keyOf(secret: string): string | Buffer {
  return secret.startsWith(SECRET_PREFIX) ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : secret;
}
