import type { HookAnswer, HookRequest } from '../trigger-type.ts';
import type { WebhookOptions } from './options.ts';

/** One sender of webhooks: how it signs, and what it calls things. */
export interface Provider {
  /**
   * Whether one of the secrets signed this request; throws `unauthorized` (or `invalid_request`) otherwise. Sees the raw body and nothing that was made
   * of it.
   */
  verify(request: HookRequest, check: Check): void;
  /** What the delivery is, once it is known to be genuine. */
  read(request: HookRequest, body: unknown, options: WebhookOptions): Delivery;
}

/** What a signature is checked against. */
export interface Check {
  /** The secret, and the one before it while both are in use. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  readonly options: WebhookOptions;
}

/** One delivery as an event. */
export interface Delivery {
  /** The same for each time that the provider sends it; absent: it has none, and equal bodies count as one. */
  readonly id?: string;
  /** The last part of the event's type, such as `push`. */
  readonly event: string;
  readonly subject?: string;
  /** The answer to give at once; absent: 200 with the id. */
  readonly answer?: HookAnswer;
  /** Of a ping or a challenge: only answered, never handed on. */
  readonly answeredOnly?: boolean;
  /** In place of the parsed body, such as the JSON within a form's field. */
  readonly data?: unknown;
}
