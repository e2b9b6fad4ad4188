const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LARGEST_FIRST = ['d', 'h', 'm', 's'];

/** The milliseconds of a time as people and the command line write it, `1.5s`, `10 m` or `6h`; `undefined` where it is none. */
export function spanMs(text: string): number | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|min|h|d)\s*$/i.exec(text);
  return match === null ? undefined : Math.round(Number(match[1]) * UNITS_MS[match[2]!.toLowerCase()]!);
}

/** Milliseconds as such a time, in the largest unit that says them exactly. */
export function spanText(ms: number): string {
  const unit = ms === 0 ? 's' : (LARGEST_FIRST.find((each) => ms % UNITS_MS[each]! === 0) ?? 'ms');
  return `${ms / UNITS_MS[unit]!}${unit}`;
}
