import { parseJsonText } from '../json.ts';

/**
 * What a destination gets of an event that ended, field by field as AWS Lambda's destination record; `data` of a completion's
 * event too.
 */
export interface DestinationRecord {
  readonly version: '1.0';
  /** RFC 3339. */
  readonly timestamp: string;
  readonly requestContext: {
    /** The event's id. */
    readonly requestId: string;
    /** `<function>:<version>`; without a version where it never ran. */
    readonly functionArn: string;
    readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  /** What the function got: JSON where it is, else a text, else `{base64}`. */
  readonly requestPayload: unknown;
  /** Of the last run; absent where there was none. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: string;
    /** The failure's word, such as `exception` or `timed_out`. */
    readonly functionError?: string;
  };
  /** The result, or the error as `{errorType, errorMessage, stackTrace}`. */
  readonly responsePayload?: unknown;
}

/** Bytes as a destination's document shows them: JSON where they are, else a text, else `{base64}`. */
export function readablePayload(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
  try {
    return parseJsonText(text);
  } catch {
    return text;
  }
}
