import { type FunctionConfig, RETRY_REASONS } from '../../model/function.ts';
import type { Delivery } from '../../model/trigger.ts';

/** Longest wait between attempts, unless the first one is set longer. */
const MAX_RETRY_DELAY_MS = 3_600_000;
/** Waits before the first retries are exact; only from the third on they are spread. */
const EXACT_RETRIES = 2;
const JITTER = 0.2;

/** How an event is delivered: what its trigger sets, else what its function does. */
export interface Policy {
  readonly maxAttempts: number;
  readonly retryDelayMs: number;
  readonly maxAgeMs: number;
  readonly maxConcurrency: number;
  readonly batchSize: number;
  readonly batchWindowMs: number;
  /** Empty: nowhere. */
  readonly onSuccess: string;
  readonly onFailure: string;
  readonly retryOn: ReadonlySet<string>;
}

/** What holds where a function is gone: its events have nowhere to go but to the dead. */
const NO_FUNCTION = {
  eventRetries: 0,
  eventRetryDelayMs: 0,
  eventMaxAgeMs: Number.POSITIVE_INFINITY,
  eventConcurrency: 1,
  eventRetryOn: [...RETRY_REASONS],
  onSuccess: '',
  onFailure: '',
};

export function policyOf(config: FunctionConfig | undefined, delivery: Delivery): Policy {
  const own = config ?? NO_FUNCTION;
  return {
    maxAttempts: 1 + (delivery.maxRetries ?? own.eventRetries),
    retryDelayMs: delivery.retryDelayMs ?? own.eventRetryDelayMs,
    maxAgeMs: delivery.maxAgeMs ?? own.eventMaxAgeMs,
    maxConcurrency: delivery.maxConcurrency ?? own.eventConcurrency,
    batchSize: delivery.batchSize ?? 1,
    batchWindowMs: delivery.batchWindowMs ?? 0,
    onSuccess: delivery.onSuccess ?? own.onSuccess,
    onFailure: delivery.onFailure ?? own.onFailure,
    retryOn: new Set(own.eventRetryOn),
  };
}

/**
 * How long to wait after the given failed attempt, from 1: it doubles, at most to an hour; from the third on spread by a
 * fifth either way, so that what failed together does not come back together.
 */
export function retryDelayMs(policy: Policy, attempt: number, random: number): number {
  const capMs = Math.max(MAX_RETRY_DELAY_MS, policy.retryDelayMs);
  const delayMs = Math.min(capMs, policy.retryDelayMs * 2 ** (attempt - 1));
  if (attempt <= EXACT_RETRIES) return delayMs;
  return Math.min(capMs, Math.round(delayMs * (1 - JITTER + 2 * JITTER * random)));
}
