/** More differences than this, and the rest between two texts counts as replaced as a whole. */
const MAX_DIFFERENCES = 1_000;
const CONTEXT = 3;

type Operation = { readonly kind: ' ' | '-' | '+'; readonly line: string };

/** The differences of two texts in the unified format, without its two lines of file names; empty where there are none. */
export function unifiedDiff(from: string, to: string): string {
  const operations = compare(linesOf(from), linesOf(to));
  return hunks(operations)
    .map(({ header, lines }) => `${header}\n${lines.map(({ kind, line }) => kind + shown(line)).join('\n')}\n`)
    .join('');
}

/** Lines with their ends, so that a missing last one is a difference too. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function shown(line: string): string {
  return line.endsWith('\n') ? line.slice(0, -1) : `${line}\n\\ No newline at end of file`;
}

function compare(from: string[], to: string[]): Operation[] {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end++;
  return [
    ...from.slice(0, start).map(same),
    ...shortest(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    ...(end === 0 ? [] : from.slice(-end)).map(same),
  ];
}

function same(line: string): Operation {
  return { kind: ' ', line };
}

/** The fewest insertions and deletions, by Myers's greedy algorithm. */
function shortest(from: string[], to: string[]): Operation[] {
  const replaced = (): Operation[] => [
    ...from.map((line) => ({ kind: '-', line }) as const),
    ...to.map((line) => ({ kind: '+', line }) as const),
  ];
  if (from.length === 0 || to.length === 0) return replaced();
  const most = Math.min(from.length + to.length, MAX_DIFFERENCES);
  const offset = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reach.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[offset + k - 1]! < reach[offset + k + 1]!);
      let x = down ? reach[offset + k + 1]! : reach[offset + k - 1]! + 1;
      while (x < from.length && x - k < to.length && from[x] === to[x - k]) x++;
      reach[offset + k] = x;
      if (x >= from.length && x - k >= to.length) return walkBack(from, to, trace);
    }
  }
  return replaced();
}

/** Each entry of `trace` holds how far the diagonals -d-1 to d+1 reached before the d-th difference. */
function walkBack(from: string[], to: string[], trace: Int32Array[]): Operation[] {
  const operations: Operation[] = [];
  let x = from.length;
  let y = to.length;
  for (let d = trace.length - 1; d > 0; d--) {
    const reach = trace[d]!;
    const at = (k: number) => reach[k + d + 1]!;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = down ? k + 1 : k - 1;
    const [fromX, fromY] = [at(before), at(before) - before];
    // Behind the difference lies what both have in common.
    const [afterX, afterY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    while (x > afterX && y > afterY) {
      x--;
      y--;
      operations.push({ kind: ' ', line: from[x]! });
    }
    if (down) operations.push({ kind: '+', line: to[--y]! });
    else operations.push({ kind: '-', line: from[--x]! });
  }
  while (x > 0) operations.push({ kind: ' ', line: from[--x]! });
  return operations.reverse();
}

function hunks(operations: readonly Operation[]): { header: string; lines: Operation[] }[] {
  const found: { header: string; lines: Operation[] }[] = [];
  let [oldLine, newLine] = [1, 1];
  let at = 0;
  while (at < operations.length) {
    if (operations[at]!.kind === ' ') {
      at++;
      oldLine++;
      newLine++;
      continue;
    }
    const lead = Math.min(CONTEXT, at);
    const first = at - lead;
    let end = at;
    let quiet = 0;
    // Changes that are close share a hunk.
    for (let next = at; next < operations.length && quiet <= 2 * CONTEXT; next++) {
      quiet = operations[next]!.kind === ' ' ? quiet + 1 : 0;
      if (quiet === 0) end = next + 1;
    }
    const lines = operations.slice(first, Math.min(operations.length, end + CONTEXT));
    const olds = lines.filter(({ kind }) => kind !== '+').length;
    const news = lines.filter(({ kind }) => kind !== '-').length;
    const header = `@@ -${range(oldLine - lead, olds)} +${range(newLine - lead, news)} @@`;
    found.push({ header, lines });
    oldLine += olds - lead;
    newLine += news - lead;
    at = first + lines.length;
  }
  return found;
}

function range(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}
