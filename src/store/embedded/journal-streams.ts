import type { DatabaseSync } from 'node:sqlite';

/** How far back a line may claim to be printed, against the one before it in its stream, and still stay behind it. */
const SMALL_STEP_MS = 60_000;
/** Streams whose last time is remembered. */
const REMEMBERED_STREAMS = 20_000;

interface Count {
  readonly sandbox: string;
  readonly function: number;
  readonly version: number;
  first: number;
  last: number;
  lines: number;
  invocations: number;
}

/** Counts what a batch adds to each stream, and writes that once at its end. */
export function journalStreams(db: DatabaseSync) {
  const upsert = db.prepare(
    `INSERT INTO streams (sandbox, function, version, first, last, lines, invocations) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (sandbox, function) DO UPDATE SET version = excluded.version, first = min(first, excluded.first),
       last = max(last, excluded.last), lines = lines + excluded.lines, invocations = invocations + excluded.invocations`,
  );
  const counts = new Map<string, Count>();
  return {
    count(sandbox: string, fn: number, version: number, key: number, lines: number, invocations: number): void {
      const known = counts.get(sandbox);
      if (known?.function !== fn) {
        // A sandbox serves one function; where one does not, what was counted for the other is written now.
        if (known) write(known);
        counts.set(sandbox, { sandbox, function: fn, version, first: key, last: key, lines, invocations });
        return;
      }
      if (key < known.first) known.first = key;
      if (key > known.last) known.last = key;
      known.lines += lines;
      known.invocations += invocations;
    },
    write(): void {
      for (const each of counts.values()) write(each);
      counts.clear();
    },
    forget: (): void => counts.clear(),
  };

  function write({ sandbox, function: fn, version, first, last, lines, invocations }: Count): void {
    upsert.run(sandbox, fn, version, first, last, lines, invocations);
  }
}

/**
 * Gives each line the time that keeps it behind the lines before it in its stream: a clock that was set back a little does not
 * mix up what was printed. After a larger step the clock is believed, else a stream would stay in the future for as long.
 */
export function orderInStreams(): (sandbox: string, timeMs: number) => number {
  const last = new Map<string, number>();
  return (sandbox, timeMs) => {
    const before = last.get(sandbox);
    if (before !== undefined && timeMs < before && before - timeMs <= SMALL_STEP_MS) return before;
    if (before === undefined && last.size >= REMEMBERED_STREAMS) last.clear();
    if (Number.isFinite(timeMs)) last.set(sandbox, timeMs);
    return timeMs;
  };
}
