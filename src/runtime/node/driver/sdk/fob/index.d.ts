/** How a message is sent. */
export interface SendOptions {
  /** Messages of one key stay in order. */
  readonly key?: string;
  /** Held back for so long, in milliseconds. */
  readonly delayMs?: number;
  /** A second message with this id, within the destination's window, stands for the first. */
  readonly id?: string;
}

/** Sends to a queue when this invocation succeeds: a text, bytes, or anything that JSON can hold. Grant: `queue:<name>:send`. */
export function send(queue: string, body: unknown, options?: SendOptions): void;
/** Publishes to a topic when this invocation succeeds: a CloudEvent, or the data of one. Grant: `topic:<name>:publish`. */
export function publish(topic: string, event: unknown, options?: SendOptions): void;
/** Invokes a function, such as `resize`, `resize:3` or `resize:prod`, asynchronously when this invocation succeeds. Grant: `function:<name>:invoke`. */
export function invoke(fn: string, payload?: unknown, options?: SendOptions): void;
/** Invokes a function, likewise, now and resolves to its result: a JSON value, or bytes. Grant: `function:<name>:invoke`. */
export function call(fn: string, payload?: unknown): Promise<unknown>;

/** Key-value spaces: small values as bytes. Grants: `kv:<space>:read` and `kv:<space>:write`. */
export const kv: {
  get(space: string, key: string): Promise<Buffer | undefined>;
  /** Sets a text, bytes, or anything that JSON can hold; it goes after `ttlMs` milliseconds, where given. */
  put(space: string, key: string, value: unknown, options?: { readonly ttlMs?: number }): Promise<void>;
  /** Whether there was one. */
  delete(space: string, key: string): Promise<boolean>;
};

/** The platform refused a direct call. */
export class FobError extends Error {
  readonly status: number;
  readonly code: string;
}

/** Something cannot be put in the outbox. */
export class OutboxError extends Error {}
