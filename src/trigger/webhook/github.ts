import { parseJsonText } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import type { Provider } from './provider.ts';
import { demandSignature, hmac } from './signature.ts';

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const github: Provider = {
  verify({ headers, body }, { secrets }) {
    const given = headers['x-hub-signature-256'] ?? '';
    demandSignature(
      [given],
      secrets.map((secret) => `sha256=${hmac('sha256', secret, 'hex', body)}`),
    );
  },
  read({ headers }, body) {
    const event = headers['x-github-event'] ?? 'unknown';
    const id = headers['x-github-delivery'];
    const payload = (body as { payload?: unknown } | null)?.payload;
    const inForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const data = inForm && typeof payload === 'string' ? parsed(payload) : undefined;
    const repository = ((data ?? body) as { repository?: { full_name?: unknown } } | null)?.repository?.full_name;
    return {
      event,
      ...(id !== undefined && { id }),
      ...(data !== undefined && { data }),
      ...(typeof repository === 'string' && { subject: repository }),
      ...(event === 'ping' && { answeredOnly: true, answer: { status: 200, body: 'pong\n' } }),
    };
  },
};

/** A hook of the content type "form" holds its JSON in a field. */
function parsed(payload: string): unknown {
  try {
    return parseJsonText(payload);
  } catch (cause) {
    throw new Problem('invalid_request', 'the field `payload` of this form is no JSON', { cause });
  }
}
