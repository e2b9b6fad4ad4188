/** The middle value (the mean of the two middle ones where their number is even). Throws a `RangeError` where there is none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `percent` (0 to 100) of all values do not exceed: the nearest-rank percentile. */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent >= 0 && percent <= 100)) throw new RangeError(`a percentile lies between 0 and 100, not at ${percent}`);
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}

/** How far the values lie apart, as a share of their median: (largest − smallest) / median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('there are no values to summarise');
  return [...values].sort((a, b) => a - b);
}
