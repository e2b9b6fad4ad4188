import type { Api } from '../../api/types.gen.ts';
import { prettyJson } from '../../ui/pretty-json.ts';

export type RecordingView = Api['GET /v1/invocations/{id}/recording']['answer'];
export type ReplayView = Api['POST /v1/invocations/{id}/replay']['answer'];
/** Bytes that were given or answered; without a body they were too large to be kept. */
export interface Part {
  readonly contentType: string;
  readonly bytes?: number;
  readonly body?: string;
  readonly bodyBase64?: string;
}

/** The bytes as text: JSON in lines, what is no text as Base64; `undefined` where they were not kept. */
export function bodyOf({ contentType, body, bodyBase64 }: Part): string | undefined {
  if (body === undefined) return bodyBase64;
  return /\bjson\b/.test(contentType) ? prettyJson(body) : body;
}

/** How a run ended, as a value that can be compared: a result that is JSON by its parts. */
export function endValue({ status, errorType, errorMessage, result }: ReplayView['before']): unknown {
  return {
    status,
    error: errorType,
    message: errorMessage,
    ...(result !== undefined && { result: resultValue(result) }),
  };
}

function resultValue(part: Part): unknown {
  const text = bodyOf(part);
  if (text === undefined || !/\bjson\b/.test(part.contentType))
    return text ?? `${part.bytes} bytes, too many to be kept`;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
