/** A metric's answer, as far as a course needs it. */
interface Measured {
  readonly to: string;
  readonly stepMs: number;
}

/** Points as one value for each of the last `count` steps, the newest last; 0 where nothing was measured. */
export function courseOf({ to, stepMs }: Measured, points: readonly (readonly number[])[], count: number): number[] {
  const toMs = Date.parse(to);
  const values = new Array<number>(count).fill(0);
  for (const [atMs = 0, value = 0] of points) {
    const at = count - 1 - Math.floor((toMs - 1 - atMs) / stepMs);
    if (at >= 0 && at < count) values[at] = value;
  }
  return values;
}
