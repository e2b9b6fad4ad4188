import type { LogLine } from './lines.ts';

/** What tells a line apart: lines that come live have no id yet. */
function keyOf({ timeMs, sandboxId, invocationId = '', text }: LogLine): string {
  return `${timeMs} ${sandboxId} ${invocationId} ${text}`;
}

/** Those of `lines` that are not among the `known`; a line that was printed twice counts twice. */
export function unknown(lines: readonly LogLine[], known: readonly LogLine[]): LogLine[] {
  const counts = new Map<string, number>();
  for (const line of known) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  return lines.filter((line) => {
    const key = keyOf(line);
    const left = counts.get(key) ?? 0;
    if (left > 0) counts.set(key, left - 1);
    return left === 0;
  });
}
