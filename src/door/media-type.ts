import type { IncomingMessage } from 'node:http';
import { bareType } from '../model/media-type.ts';

/** The media type of a request's body in lower case without parameters; empty where none is given. */
export function mediaTypeOf(req: IncomingMessage): string {
  return bareType(req.headers['content-type'] ?? '');
}
