import type { CloudEvent } from '../../event.ts';
import { bodyBytes, objectAttribute, type WebhookRequest } from '../event-data.ts';
import { httpEvent } from '../http-event.ts';
import { nameInSource } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';
import { single } from './single.ts';

/** The request as a function behind a function URL sees it, its body unchanged. */
export const webhookShape: AwsShape = single((event: CloudEvent) => {
  const request = objectAttribute(event, 'request') as Partial<WebhookRequest>;
  return httpEvent({
    method: request.method ?? 'POST',
    path: request.path ?? '/',
    query: request.query ?? '',
    headers: request.headers ?? {
      ...(event.datacontenttype !== undefined && { 'content-type': event.datacontenttype }),
    },
    body: bodyBytes(event),
    function: nameInSource(event.source),
    requestId: event.id,
    sourceIp: '',
    protocol: 'HTTP/1.1',
    timeMs: Date.parse(event.time ?? '') || 0,
  });
});
