import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Credential } from '../../service/access/access-keys.ts';
import type { Target } from './canonical.ts';
import type { Payload } from './payload.ts';

/** A request whose signature is right. */
export interface AwsRequest {
  readonly req: IncomingMessage;
  readonly method: string;
  /** By lower-case name, one character a byte. */
  readonly headers: ReadonlyMap<string, string>;
  readonly target: Target;
  readonly credential: Credential;
  /** The bucket that the Host header names. */
  readonly hostBucket?: string;
  readonly payload: Payload;
  readonly nowMs: number;
}

export interface AwsAnswer {
  readonly status: number;
  /** Alternating names and values. */
  readonly headers: string[];
  /** XML, or an object's bytes; a stream needs its Content-Length among the headers. */
  readonly body?: string | Readable;
}

/** One service of this door. Failures are thrown, as an `AwsError` or a `Problem`. */
export type AwsService = (request: AwsRequest) => Promise<AwsAnswer>;
