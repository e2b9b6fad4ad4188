import type { IncomingMessage } from 'node:http';
import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE } from '../../../model/cloudevents.ts';
import { decodeEvents } from '../../../model/cloudevents-http.ts';
import type { PayloadKind } from '../../../model/invocation.ts';
import { isJsonType } from '../../../model/media-type.ts';
import { Problem } from '../../../model/problem.ts';
import { shapeEvents } from '../../../model/shape/shape.ts';
import { mediaTypeOf } from '../../media-type.ts';
import { formParameters } from './form.ts';

const NO_PAYLOAD = Buffer.from('{}');

/** A request's body as what a function is given. */
export interface Payload {
  readonly payload: Buffer;
  readonly payloadKind: PayloadKind;
  /** Of a binary payload. */
  readonly contentType?: string;
}

/** JSON stays JSON, a form becomes parameters that are texts, no body is `{}`, everything else passes as bytes. Throws `invalid_request` for a form that names a field twice. */
export function payloadOf(req: IncomingMessage, body: Buffer): Payload {
  const payloadKind = kindOf(mediaTypeOf(req), body);
  if (payloadKind === 'text-parameters') return { payload: formParameters(body), payloadKind };
  const payload = body.length === 0 ? NO_PAYLOAD : body;
  if (payloadKind === 'json') return { payload, payloadKind };
  return { payload, payloadKind, contentType: req.headers['content-type'] ?? 'application/octet-stream' };
}

/**
 * Events, by their content type, as a function of this handler sees them: as a trigger would hand them on. `undefined` for
 * a request that is not one of CloudEvents in a structured or batched mode. Throws `invalid_request` for events that are none.
 */
export function eventPayloadOf(req: IncomingMessage, body: Buffer, handler: string): Payload | undefined {
  const type = mediaTypeOf(req);
  if (type !== CLOUD_EVENT_TYPE && type !== CLOUD_EVENT_BATCH_TYPE) return undefined;
  const events = decodeEvents(req.headersDistinct, body);
  if (events.length === 0) throw new Problem('invalid_request', 'the batch holds no event');
  return shapeEvents(handler, events, { batch: type === CLOUD_EVENT_BATCH_TYPE });
}

/** Types that say JSON are, and so is no payload at all; a form holds texts by name, but curl's `-d` calls JSON one too. */
function kindOf(type: string, body: Buffer): PayloadKind {
  if (body.length === 0 || isJsonType(type)) return 'json';
  if (type !== 'application/x-www-form-urlencoded') return 'binary';
  return /^\s*[{["]/.test(body.toString('latin1', 0, 64)) ? 'json' : 'text-parameters';
}
