const MINUTE_MS = 60_000;
/** From a minute on, what a clock counts by. */
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);
const MOST = 5;

/** The step of an axis of time from 0 to so many milliseconds: 1, 2 or 5 of something, at most five times. */
export function stepOf(wholeMs: number): number {
  const least = wholeMs / MOST;
  if (least > MINUTE_MS / 2) return LONG_STEPS.find((step) => step >= least) ?? LONG_STEPS.at(-1)!;
  const decade = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * decade).find((step) => step >= least * (1 - 1e-9))!;
}

/** What the axis says: each step, but none so near to its end that it would stand outside. */
export function ticksOf(wholeMs: number, stepMs: number): number[] {
  return Array.from({ length: Math.floor(wholeMs / stepMs) + 1 }, (_, at) => at * stepMs);
}
