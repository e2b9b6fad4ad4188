import { Buckets, bucketOf, middleOf, SMALLEST } from './buckets.ts';

/** Values that were measured: how many, their sum, the least, the largest, and a histogram. Any two can be added. */
export class Distribution {
  count = 0;
  sum = 0;
  minimum = Number.POSITIVE_INFINITY;
  maximum = Number.NEGATIVE_INFINITY;
  /** Values too near to zero for a bucket. */
  zeros = 0;
  readonly above = new Buckets();
  /** Those below zero, by their distance from it. */
  below: Buckets | undefined;

  /** A finite value, so many times. */
  add(value: number, times = 1): void {
    this.count += times;
    this.sum += value * times;
    if (value < this.minimum) this.minimum = value;
    if (value > this.maximum) this.maximum = value;
    if (value >= SMALLEST) this.above.add(bucketOf(value), times);
    else if (value <= -SMALLEST) this.negative().add(bucketOf(-value), times);
    else this.zeros += times;
  }

  /** Everything that the other one holds, too. */
  addAll(other: Distribution): void {
    if (other.count === 0) return;
    this.count += other.count;
    this.sum += other.sum;
    if (other.minimum < this.minimum) this.minimum = other.minimum;
    if (other.maximum > this.maximum) this.maximum = other.maximum;
    this.zeros += other.zeros;
    this.above.addAll(other.above);
    if (other.below !== undefined) this.negative().addAll(other.below);
  }

  clear(): void {
    this.count = 0;
    this.sum = 0;
    this.minimum = Number.POSITIVE_INFINITY;
    this.maximum = Number.NEGATIVE_INFINITY;
    this.zeros = 0;
    this.above.clear();
    this.below?.clear();
  }

  /** The value that this share of all does not exceed, off by at most 4.4 %; `undefined` of none. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    let left = Math.max(1, Math.ceil(share * this.count));
    if (left >= this.count) return this.maximum;
    let found: number | undefined;
    const below: [number, number][] = [];
    this.below?.each((bucket, count) => below.unshift([bucket, count]));
    for (const [bucket, count] of below) {
      left -= count;
      if (left <= 0) return this.bounded(-middleOf(bucket));
    }
    left -= this.zeros;
    if (left <= 0) return this.bounded(0);
    this.above.each((bucket, count) => {
      if (left <= 0) return;
      left -= count;
      if (left <= 0) found = middleOf(bucket);
    });
    return this.bounded(found ?? this.maximum);
  }

  /** Those of below zero, made when the first of them comes. */
  negative(): Buckets {
    this.below ??= new Buckets();
    return this.below;
  }

  private bounded(value: number): number {
    return Math.min(this.maximum, Math.max(this.minimum, value));
  }
}
