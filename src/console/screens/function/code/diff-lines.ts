/** One line of a difference; its numbers in the text before and after, where it is in that text. */
export interface DiffLine {
  readonly kind: 'place' | 'added' | 'removed' | 'same';
  readonly text: string;
  readonly before?: number;
  readonly after?: number;
}

/** The lines of a unified difference, with their numbers. */
export function diffLines(diff: string): DiffLine[] {
  const lines = diff.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let [before, after] = [0, 0];
  return lines.map((text): DiffLine => {
    const place = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (place !== null) {
      [before, after] = [Number(place[1]), Number(place[2])];
      return { kind: 'place', text };
    }
    // Not a line of either: such as that the last one has no end.
    if (before + after === 0 || text.startsWith('\\')) return { kind: 'same', text };
    if (text.startsWith('+')) return { kind: 'added', text, after: after++ };
    if (text.startsWith('-')) return { kind: 'removed', text, before: before++ };
    return { kind: 'same', text, before: before++, after: after++ };
  });
}
