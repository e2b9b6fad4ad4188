import type { LogLine } from './api.ts';
import { paint, print } from './output.ts';

interface Hit extends LogLine {
  readonly before?: readonly LogLine[];
  readonly after?: readonly LogLine[];
}

/** Prints lines that were found, oldest first, each with what stands around it in its stream, and `--` between what is not of one piece. */
export function printHits(hits: readonly Hit[], show: (line: LogLine) => void): void {
  const shown = new Set<string>();
  let last: string | undefined;
  for (const hit of hits) {
    const lines = [...(hit.before ?? []), hit, ...(hit.after ?? [])];
    const first = lines.findIndex((line) => line.id === undefined || !shown.has(line.id));
    if (first === -1) continue;
    const goesOn = first > 0 && lines[first - 1]!.id === last;
    if (last !== undefined && !goesOn) print(paint('dim', '--'));
    for (const line of lines) {
      if (line.id === undefined || shown.has(line.id)) continue;
      shown.add(line.id);
      last = line.id;
      show(line);
    }
  }
}
