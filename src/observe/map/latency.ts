/** Bucket n counts durations below 64 µs · 2ⁿ; the last one all others. 64 µs to about 9 minutes. */
export const LATENCY_BUCKETS = 24;
const FIRST_US = 64;

export function bucketOf(durationMs: number): number {
  const us = Math.min(durationMs * 1_000, 2 ** 31 - 1);
  return Math.min(LATENCY_BUCKETS - 1, 32 - Math.clz32(us / FIRST_US));
}

/** The duration in milliseconds below which this share of all is; estimated within its bucket. 0 where there is none. */
export function percentile(counts: Readonly<ArrayLike<number>>, share: number): number {
  let total = 0;
  for (let at = 0; at < counts.length; at++) total += counts[at]!;
  if (total === 0) return 0;
  let before = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (count > 0 && before + count >= share * total) {
      const upperMs = (FIRST_US * 2 ** at) / 1_000;
      const lowerMs = at === 0 ? 0 : upperMs / 2;
      return lowerMs + (upperMs - lowerMs) * ((share * total - before) / count);
    }
    before += count;
  }
  return (FIRST_US * 2 ** (counts.length - 1)) / 1_000;
}
