import type { Provider } from './provider.ts';
import { demandSignature, hmac } from './signature.ts';

/** https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/ — Cloud, and Data Center, whose test is `diagnostics:ping`. */
export const bitbucket: Provider = {
  verify({ headers, body }, { secrets }) {
    const given = headers['x-hub-signature'] ?? '';
    demandSignature(
      [given],
      secrets.map((secret) => `sha256=${hmac('sha256', secret, 'hex', body)}`),
    );
  },
  read({ headers }, body) {
    const event = headers['x-event-key'] ?? 'unknown';
    const id = headers['x-request-uuid'] ?? headers['x-request-id'];
    const repository = (body as { repository?: { full_name?: unknown } } | null)?.repository?.full_name;
    return {
      event: event.replaceAll(':', '.'),
      ...(id !== undefined && { id }),
      ...(typeof repository === 'string' && { subject: repository }),
      ...(event === 'diagnostics:ping' && { answeredOnly: true, answer: { status: 200, body: 'pong\n' } }),
    };
  },
};
