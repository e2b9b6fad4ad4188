const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_BARS = ['_', '.', ':', '-', '=', '+', '*', '#'];

/** Whether the terminal shows more than ASCII, as far as its environment says. */
export function showsUnicode(environment: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return /utf-?8/i.test(locale);
}

/**
 * A line of bars, one a value, from the lowest at zero (or below, where a value is) to the highest at the largest value; a gap
 * where there is none.
 */
export function sparkline(values: readonly (number | undefined)[], options: { unicode: boolean }): string {
  const bars = options.unicode ? BARS : ASCII_BARS;
  const known = values.filter((value) => value !== undefined);
  const lowest = Math.min(0, ...known);
  const highest = Math.max(...known);
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      if (highest === lowest) return bars[0];
      const place = Math.ceil(((value - lowest) / (highest - lowest)) * (bars.length - 1));
      return bars[place];
    })
    .join('');
}
