import type { Readable } from 'node:stream';
import type { TraceContext } from '../../../model/trace.ts';
import type { Buckets, BucketView } from '../../../service/bucket/buckets.ts';
import type { AwsRequest } from '../service.ts';

/** A function that a bucket's events wake. */
export interface Notification {
  readonly id: string;
  readonly functionName: string;
  /** As S3 names them, such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** What an operation works with, beside its input. */
export interface S3Call {
  readonly request: AwsRequest;
  readonly buckets: Buckets;
  /** The trace that the request is a part of, where it is of one. */
  readonly cause: { readonly trace?: TraceContext };
  /** Throws `forbidden` where whoever asks was not granted this. */
  authorize(bucket: string, access: 'read' | 'write' | 'manage'): void;
  /** Whether any of it was granted. */
  mayTouch(bucket: string): boolean;
  /** Functions that the events of a bucket wake. */
  notifications(bucket: string): Notification[];
  /** How a failure of one part of the request is told in an answer. */
  errorOf(thrown: unknown): { readonly code: string; readonly message: string };
  /** The bucket, or `not_found`. */
  bucket(name: string | undefined): Promise<BucketView>;
}

/** An output of the SDK's types, as an operation gives it. */
export type Output<O> = Omit<O, '$metadata' | 'Body'> & {
  readonly Body?: Readable;
  /** Instead of the operation's usual status. */
  readonly $status?: number;
  /** Headers that the model has not; alternating names and values. */
  readonly $headers?: readonly string[];
  /** Instead of what the model would make of the output. */
  readonly $xml?: string;
};

/** What an operation needs of its bucket: `any` is satisfied by whatever was granted, `none` is checked by the operation. */
export type Access = 'read' | 'write' | 'manage' | 'any' | 'none';

export interface S3Operation {
  readonly access: Access;
  run(input: never, call: S3Call): Promise<Output<object>>;
}

/** An entry of the table of operations. */
export function operation<I, O extends object>(
  access: Access,
  run: (input: I, call: S3Call) => Promise<Output<O>>,
): S3Operation {
  return { access, run: run as S3Operation['run'] };
}
