import { useMemo } from 'react';
import { useAddress } from './address.ts';

/** Between a chart and its line. */
const SIGN = '~';

/** The lines of a chart that one does not look at, by their names; they stand in the URL, each as `hide=<chart>~<line>`. */
export function useHiddenLines(chart: string): readonly [ReadonlySet<string>, (line: string) => void] {
  const [words, setWords] = useAddress();
  const key = words
    .getAll('hide')
    .filter((each) => each.startsWith(chart + SIGN))
    .join('\n');
  const hidden = useMemo(
    () => new Set(key === '' ? [] : key.split('\n').map((each) => each.slice(chart.length + SIGN.length))),
    [key, chart],
  );
  const toggle = (line: string): void =>
    setWords(
      (before) => {
        const after = new URLSearchParams(before);
        const word = `${chart}${SIGN}${line}`;
        if (hidden.has(line)) after.delete('hide', word);
        else after.append('hide', word);
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return [hidden, toggle];
}
