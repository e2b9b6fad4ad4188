import type { Clock } from '../../model/clock.ts';

/** With more lanes than this they are looked at once a minute instead of every ten seconds. */
const MANY_LANES = 50;
const SAMPLES_A_MINUTE = 6;
/** That nothing is dead any more is told for longer than conditions look back, and alerts take to end: they end as well, and not for want of numbers. */
const TELL_NONE_MS = 600_000;

/** How one lane of a function stands. */
interface Lane {
  readonly function: string;
  readonly lane: string;
  readonly oldestAgeMs: number;
  readonly dead: number;
}

interface SamplerOptions {
  readonly lanes: () => Promise<readonly Lane[]>;
  readonly clock: Clock;
  readonly lag: (functionName: string, trigger: string, lagMs: number) => void;
  readonly dead: (functionName: string, trigger: string, count: number) => void;
}

/**
 * Tells the lag of each lane that has one, and once that it has none any more; and how many dead events each has, and for a while
 * that it has none any more. To be called every ten seconds.
 */
export function laneSampler({ lanes, clock, lag, dead }: SamplerOptions): () => Promise<void> {
  let lagging = new Set<string>();
  /** Until when those that have, or had, dead events are told of. */
  const told = new Map<string, { readonly name: string; readonly lane: string; untilMs: number }>();
  let asking = false;
  let skip = 0;
  return async () => {
    if (asking || skip-- > 0) return;
    asking = true;
    try {
      const found = await lanes();
      skip = found.length > MANY_LANES ? SAMPLES_A_MINUTE - 1 : 0;
      const nowMs = clock.monotonicMs();
      const still = new Set<string>();
      const counts = new Map<string, number>();
      for (const { function: name, lane, oldestAgeMs, dead: count } of found) {
        const key = `${name}\n${lane}`;
        if (oldestAgeMs > 0) still.add(key);
        if (oldestAgeMs > 0 || lagging.has(key)) lag(name, lane, oldestAgeMs);
        if (count === 0) continue;
        counts.set(key, count);
        told.set(key, { name, lane, untilMs: nowMs + TELL_NONE_MS });
      }
      lagging = still;
      for (const [key, { name, lane, untilMs }] of told) {
        if (untilMs < nowMs) told.delete(key);
        else dead(name, lane, counts.get(key) ?? 0);
      }
    } finally {
      asking = false;
    }
  };
}
