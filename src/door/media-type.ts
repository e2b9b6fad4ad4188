import type { IncomingMessage } from 'node:http';

/** The media type of a request's body in lower case without parameters; empty where none is given. */
export function mediaTypeOf(req: IncomingMessage): string {
  return bareType(req.headers['content-type'] ?? '');
}

/** A content type without its parameters, in lower case. */
export function bareType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Whether a bare media type holds one JSON document. */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}
