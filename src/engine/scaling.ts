/**
 * The arithmetic of growth: pure rules, so that they can be tested without a sandbox.
 *
 * A pool grows when a call would wait longer behind the sandboxes there are than a new one takes to start. So a function
 * of 20 µs is served by one sandbox at any rate that one can bear, and a function of 2 s gets a sandbox for each caller.
 */

/** About what a prewarmed start costs, in ms: below this a wait is cheaper than another sandbox. */
export const START_COST_MS = 15;

/** Calls are sent ahead to a busy sandbox only as far as they amount to this much work, in ms. */
const SEND_AHEAD_MS = 2;
const MAX_SEND_AHEAD = 32;
/** How far one sample moves the averages. */
const WEIGHT = 0.1;
/** The slowest recent run is forgotten by this factor per call: a 1 s run matters for about 300 calls. */
const FORGET = 0.98;

/** What is known of how long a function runs. */
export class Durations {
  /** Moving average in ms; undefined before the first run. */
  averageMs: number | undefined;
  private slowestMs = 0;

  add(durationMs: number): void {
    this.averageMs =
      this.averageMs === undefined ? durationMs : this.averageMs + WEIGHT * (durationMs - this.averageMs);
    this.slowestMs = Math.max(durationMs, this.slowestMs * FORGET);
  }

  /** How many calls one sandbox may hold, the running one included; 1 unless all recent runs were very short. */
  get sendAhead(): number {
    if (this.averageMs === undefined) return 1;
    const depth = Math.floor(SEND_AHEAD_MS / Math.max(this.slowestMs, SEND_AHEAD_MS / MAX_SEND_AHEAD));
    return Math.max(1, depth);
  }
}

export interface PoolLoad {
  readonly waiting: number;
  /** How long the first waiting call has waited, in ms. */
  readonly oldestWaitMs: number;
  /** Sandboxes that serve, and that are starting. */
  readonly serving: number;
  readonly starting: number;
  readonly sandboxConcurrency: number;
  readonly averageMs: number | undefined;
  /** Most sandboxes of this version, by its concurrency limit. */
  readonly maxSandboxes: number;
  /** Starts that run side by side without slowing each other down. */
  readonly maxStarting: number;
}

/** How many more sandboxes to start now. */
export function sandboxesToStart(load: PoolLoad): number {
  const { waiting, serving, starting } = load;
  if (waiting === 0) return 0;
  const room = Math.min(load.maxSandboxes - serving - starting, load.maxStarting - starting);
  const uncovered = Math.ceil(waiting / load.sandboxConcurrency) - starting;
  if (room <= 0 || uncovered <= 0) return 0;
  if (serving === 0) return Math.min(room, uncovered);
  const expectedWaitMs =
    load.averageMs === undefined ? Infinity : (waiting * load.averageMs) / (serving * load.sandboxConcurrency);
  return Math.max(expectedWaitMs, load.oldestWaitMs) > START_COST_MS ? Math.min(room, uncovered) : 0;
}
