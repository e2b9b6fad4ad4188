import type { Provider } from './provider.ts';
import { demandFresh, demandSignature, hmac } from './signature.ts';
import { DEFAULT_TOLERANCE_MS } from './standard.ts';

const MAX_SIGNATURES = 10;

/** https://docs.stripe.com/webhooks#verify-manually — while a secret is rolled, Stripe signs with both. */
export const stripe: Provider = {
  verify({ headers, body }, { secrets, nowMs, options }) {
    const fields = (headers['stripe-signature'] ?? '').split(',').map((field) => field.trim().split('='));
    const valuesOf = (name: string) => fields.filter(([key]) => key === name).map(([, value = '']) => value);
    const timestamp = valuesOf('t')[0] ?? '';
    demandSignature(
      valuesOf('v1').slice(0, MAX_SIGNATURES),
      secrets.map((secret) => hmac('sha256', secret, 'hex', `${timestamp}.`, body)),
    );
    demandFresh(timestamp, nowMs, options.toleranceMs ?? DEFAULT_TOLERANCE_MS);
  },
  read(_request, body) {
    const { id, type } = (body ?? {}) as { id?: unknown; type?: unknown };
    return {
      event: typeof type === 'string' ? type : 'unknown',
      ...(typeof id === 'string' && { id }),
    };
  },
};
