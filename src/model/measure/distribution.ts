import { Buckets, bucketOf, middleOf, SMALLEST } from './buckets.ts';

/** Numbers of a distribution that lie beside each other: count, sum, minimum, maximum, zeros. */
export const DISTRIBUTION_NUMBERS = 5;

/** Values that were measured: how many, their sum, the least, the largest, and a histogram. Any two can be added. */
export class Distribution {
  readonly above = new Buckets();
  /** Those below zero, by their distance from it. */
  below: Buckets | undefined;
  private readonly numbers: Float64Array;
  private readonly at: number;

  /** The numbers may lie in an array with others that change together, so that few places of memory are touched. */
  constructor(numbers = new Float64Array(DISTRIBUTION_NUMBERS), at = 0) {
    this.numbers = numbers;
    this.at = at;
    this.clear();
  }

  get count(): number {
    return this.numbers[this.at]!;
  }

  get sum(): number {
    return this.numbers[this.at + 1]!;
  }

  get minimum(): number {
    return this.numbers[this.at + 2]!;
  }

  get maximum(): number {
    return this.numbers[this.at + 3]!;
  }

  /** Values too near to zero for a bucket. */
  get zeros(): number {
    return this.numbers[this.at + 4]!;
  }

  /** A finite value, so many times. */
  add(value: number, times = 1): void {
    const { numbers, at } = this;
    numbers[at]! += times;
    numbers[at + 1]! += value * times;
    if (value < numbers[at + 2]!) numbers[at + 2] = value;
    if (value > numbers[at + 3]!) numbers[at + 3] = value;
    if (value >= SMALLEST) this.above.add(bucketOf(value), times);
    else if (value <= -SMALLEST) this.negative().add(bucketOf(-value), times);
    else numbers[at + 4]! += times;
  }

  /** What another one says of its values, whose buckets are added by themselves. */
  addNumbers(count: number, sum: number, minimum: number, maximum: number, zeros: number): void {
    const { numbers, at } = this;
    numbers[at]! += count;
    numbers[at + 1]! += sum;
    if (minimum < numbers[at + 2]!) numbers[at + 2] = minimum;
    if (maximum > numbers[at + 3]!) numbers[at + 3] = maximum;
    numbers[at + 4]! += zeros;
  }

  /** Everything that the other one holds, too. */
  addAll(other: Distribution): void {
    if (other.count === 0) return;
    this.addNumbers(other.count, other.sum, other.minimum, other.maximum, other.zeros);
    this.above.addAll(other.above);
    if (other.below !== undefined) this.negative().addAll(other.below);
  }

  clear(): void {
    const { numbers, at } = this;
    numbers.fill(0, at, at + DISTRIBUTION_NUMBERS);
    numbers[at + 2] = Number.POSITIVE_INFINITY;
    numbers[at + 3] = Number.NEGATIVE_INFINITY;
    this.above.clear();
    this.below?.clear();
  }

  /** The value that this share of all does not exceed, off by at most 4.4%; `undefined` of none. */
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
