import type { PayloadKind } from './invocation.ts';

/**
 * One thing that happened, in the form of CloudEvents 1.0 (JSON format): what triggers hand on inside the platform.
 * A target's calling convention decides the shape that the function sees (`model/shape/`).
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Unique within `source`; both together are what duplicates are told by. */
  readonly id: string;
  /** A URI reference, such as `fob:bucket/serops-we`. */
  readonly source: string;
  /** `fob.<trigger type>.<what>` for the platform's own, such as `fob.bucket.object-created`. */
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** A JSON value, or a text. */
  readonly data?: unknown;
  /** Bytes that are no text, in place of `data`. */
  readonly data_base64?: string;
  /** Extension attributes: lower-case names, plain values. */
  readonly [attribute: string]: unknown;
}

/** What an event brings to its function: a payload as it is, or a CloudEvent, which gets the function's shape. */
export type EventContent =
  | {
      readonly kind: 'payload';
      readonly payload: Uint8Array;
      readonly payloadKind: PayloadKind;
      readonly contentType?: string;
    }
  | { readonly kind: 'event'; readonly event: CloudEvent };

/** How an accepted event stands. The last four are final; only `dead` ones wait for a person. */
export const EVENT_STATES = ['waiting', 'running', 'delivered', 'dead', 'expired', 'dropped'] as const;

/** Lane of events that were sent to a function directly; every trigger has one of its own, by its name. */
export const DIRECT_LANE = 'direct';
