import { createHash } from 'node:crypto';
import type { Provider } from './provider.ts';
import { demandSignature } from './signature.ts';
import { verifyStandard } from './standard.ts';

/**
 * https://docs.gitlab.com/user/project/integrations/webhooks/ — a signing token (Standard Webhooks) where the request is
 * signed, else the secret token that GitLab sends along.
 */
export const gitlab: Provider = {
  verify(request, check) {
    if (request.headers['webhook-signature'] !== undefined) verifyStandard(request, check);
    else demandSignature([request.headers['x-gitlab-token'] ?? ''], check.secrets);
  },
  read({ headers, body: bytes }, body) {
    const event = (headers['x-gitlab-event'] ?? 'unknown').replace(/ Hook$/, '');
    const project = (body as { project?: { path_with_namespace?: unknown } } | null)?.project?.path_with_namespace;
    // The UUID is shared by hooks that one caused another of, so that it tells an event only together with its body.
    const uuid = headers['x-gitlab-event-uuid'];
    const id = headers['webhook-id'] ?? headers['idempotency-key'] ?? (uuid && `${uuid}/${digest(bytes)}`);
    return {
      event: event.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      ...(id !== undefined && { id }),
      ...(typeof project === 'string' && { subject: project }),
    };
  },
};

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
