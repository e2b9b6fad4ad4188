/**
 * Buckets of a histogram: eight to the doubling, bucket `i` holding what is above 2^(i/8) and at most 2^((i+1)/8). They are
 * the same everywhere, so that any two histograms can be added, and those of OpenTelemetry's exponential histograms of scale 3.
 */
export const HISTOGRAM_SCALE = 3;
export const PER_DOUBLING = 2 ** HISTOGRAM_SCALE;
/** What is smaller counts as zero. */
export const SMALLEST = 2 ** -20;
/** Bucket numbers that are used: from about a millionth to about 10^15. What is larger is in the last one. */
const FIRST = -20 * PER_DOUBLING;
const LAST = 50 * PER_DOUBLING - 1;
/** A window of counts grows by at least this much. */
const ROOM = 8;

/** The bucket of a value of at least `SMALLEST`. */
export function bucketOf(value: number): number {
  const bucket = Math.ceil(Math.log2(value) * PER_DOUBLING) - 1;
  return Math.min(LAST, Math.max(FIRST, bucket));
}

/** What the values of a bucket are taken for: off by at most 4.4%. */
export function middleOf(bucket: number): number {
  const low = 2 ** (bucket / PER_DOUBLING);
  const high = 2 ** ((bucket + 1) / PER_DOUBLING);
  return (2 * low * high) / (low + high);
}

/** Counts by bucket, held for the part of the numbers that is in use. */
export class Buckets {
  private counts = new Float64Array(0);
  private first = 0;

  add(bucket: number, times = 1): void {
    const at = bucket - this.first;
    if (at >= 0 && at < this.counts.length) this.counts[at]! += times;
    else this.grow(bucket, times);
  }

  /** Each bucket that holds something, in ascending order. */
  each(visit: (bucket: number, count: number) => void): void {
    const { counts, first } = this;
    for (let at = 0; at < counts.length; at++) if (counts[at]! > 0) visit(first + at, counts[at]!);
  }

  addAll(other: Buckets): void {
    const { counts, first } = other;
    for (let at = 0; at < counts.length; at++) if (counts[at]! > 0) this.add(first + at, counts[at]!);
  }

  clear(): void {
    this.counts.fill(0);
  }

  private grow(bucket: number, times: number): void {
    const { counts, first } = this;
    const from = counts.length === 0 ? bucket - ROOM : Math.min(first, bucket - ROOM);
    const to = counts.length === 0 ? bucket + ROOM : Math.max(first + counts.length, bucket + ROOM);
    this.counts = new Float64Array(to - from);
    if (counts.length > 0) this.counts.set(counts, first - from);
    this.first = from;
    this.counts[bucket - from]! += times;
  }
}
