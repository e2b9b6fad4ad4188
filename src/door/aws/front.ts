import type { IncomingMessage, ServerResponse } from 'node:http';
import { auditAwsRefusal, sourceOf } from '../audit.ts';
import type { DoorContext } from '../context.ts';
import { grantedPrincipal, principalOf, setPrincipal } from '../principal.ts';
import { createAnswerer } from './answers.ts';
import { createAuthenticator } from './authenticate.ts';
import { AwsError } from './aws-error.ts';
import { joinHeaders, parseTarget } from './canonical.ts';
import { notificationsOf } from './notifications.ts';
import { describePayload } from './payload.ts';
import { createS3 } from './s3/service.ts';
import type { AwsRequest, AwsService } from './service.ts';

/** Makes the handler of claimed requests: checks the signature, then hands over to the service that its scope names. */
export function createFront(
  context: DoorContext,
  bucketOfHost: (req: IncomingMessage) => string | undefined,
): (req: IncomingMessage, res: ServerResponse) => void {
  const authenticate = createAuthenticator(context.accessKeys, () => context.clock.now());
  const answerer = createAnswerer(context.lifecycle, context.log);
  const services: Readonly<Record<string, AwsService>> = {
    s3: createS3({
      buckets: context.services.buckets,
      errorOf: answerer.errorOf,
      notifications: (bucket) => notificationsOf(context.triggers, bucket),
      onManaged: ({ req }, bucket, operation) =>
        context.audit.record({
          actor: principalOf(req).name,
          action: 'bucket:manage',
          subject: `bucket:${bucket}`,
          from: sourceOf(req),
          details: { operation },
        }),
    }),
  };

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const sent = joinHeaders(req.rawHeaders);
    const target = parseTarget(req.url!);
    const method = req.method!;
    const hostBucket = bucketOfHost(req);
    const authenticated = authenticate({ method, target, headers: sent, url: req.url!, hostBucket });
    const headers = authenticated.headers;
    const { credential, signed } = authenticated;
    setPrincipal(
      req,
      grantedPrincipal(credential.sessionToken === undefined ? 'key' : 'function', credential.name, credential.grants),
    );
    const service = Object.hasOwn(services, signed.service) ? services[signed.service] : undefined;
    if (service === undefined) {
      throw new AwsError(501, 'NotImplemented', `this node has no service "${signed.service}"`);
    }
    const request: AwsRequest = {
      req,
      method,
      headers,
      target,
      credential,
      ...(hostBucket !== undefined && { hostBucket }),
      payload: describePayload(req, res, headers, authenticated),
      nowMs: context.clock.now(),
    };
    await answerer.answer(res, await service(request));
  };

  return (req, res) => {
    handle(req, res).catch((error: unknown) => {
      const { code, status, message } = error as { code?: string; status?: number; message?: string };
      if (status === 403) auditAwsRefusal(context.audit, req, code ?? 'AccessDenied', message ?? '');
      answerer.fail(res, error);
    });
  };
}
