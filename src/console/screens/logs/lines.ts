/** A log line as the API gives it. */
export interface LogLine {
  readonly id?: string;
  readonly timeMs: number;
  readonly function: string;
  readonly version: number;
  readonly invocationId?: string;
  readonly sandboxId: string;
  readonly stream: 'stdout' | 'stderr' | 'platform';
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly text: string;
  readonly message?: string;
}

/** Stands where lines are missing. */
interface Gap {
  readonly gap: string;
}
export type Entry = LogLine | Gap;

export function isGap(entry: Entry): entry is Gap {
  return 'gap' in entry;
}

/** Milliseconds since 1970 have 13 digits until 2286, and places in the journal more. */
function isTime(line: string): boolean {
  return line.length <= 13;
}

export interface Bounds {
  readonly maxLines: number;
  /** Of the texts of all lines together. */
  readonly maxChars: number;
}

const BOUNDS: Bounds = { maxLines: 1_000_000, maxChars: 200_000_000 };
/** Places of lines that were let go are given back from so many on. */
const MAX_UNUSED = 65_536;

/**
 * The lines of a view, oldest first, in bounded memory: what is appended beyond the bounds lets the oldest go. Both ends grow,
 * and any line is found at once, whatever their number.
 */
export class Lines {
  /** What was put before the first one, the newest of it first. */
  private older: Entry[] = [];
  private newer: (Entry | undefined)[] = [];
  private unused = 0;
  private chars = 0;
  private readonly bounds: Bounds;
  private readonly watchers = new Set<() => void>();
  private readonly names = new Map<string, string>();
  /** How often anything changed. */
  revision = 0;
  /** The number of the first line: lines put before it count down, those that are let go count up. */
  first = 0;
  /** How many were let go because there were too many. */
  letGo = 0;

  constructor(bounds: Bounds = BOUNDS) {
    this.bounds = bounds;
  }

  get length(): number {
    return this.older.length + this.newer.length - this.unused;
  }

  get isFull(): boolean {
    return this.length >= this.bounds.maxLines || this.chars >= this.bounds.maxChars;
  }

  /** The line at a place, from 0. */
  at(place: number): Entry | undefined {
    const { length } = this.older;
    return place < length ? this.older[length - 1 - place] : this.newer[place - length + this.unused];
  }

  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) this.newer.push(this.take(entry));
    while (this.length > this.bounds.maxLines || (this.chars > this.bounds.maxChars && this.length > 1)) this.drop();
    if (this.unused > MAX_UNUSED && this.unused > this.newer.length / 4) {
      this.newer = this.newer.slice(this.unused);
      this.unused = 0;
    }
    this.changed();
  }

  /** Puts older lines, oldest first, before the first one. */
  prepend(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (let at = entries.length - 1; at >= 0; at--) this.older.push(this.take(entries[at]!));
    this.first -= entries.length;
    this.changed();
  }

  /** The newest line that is no gap. */
  newest(): LogLine | undefined {
    for (let at = this.length - 1; at >= 0; at--) {
      const entry = this.at(at)!;
      if (!isGap(entry)) return entry;
    }
    return undefined;
  }

  /**
   * Where a line is among these, by its place in the journal; else that of the newest line which is not newer than the text says in
   * milliseconds. `undefined` where there is none.
   */
  placeOf(line: string): number | undefined {
    let before: number | undefined;
    for (let at = this.length - 1; at >= 0; at--) {
      const entry = this.at(at)!;
      if (isGap(entry)) continue;
      if (entry.id === line) return at;
      if (before === undefined && isTime(line) && entry.timeMs <= Number(line)) before = at;
    }
    return before;
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private take(entry: Entry): Entry {
    if (isGap(entry)) return entry;
    this.chars += entry.text.length;
    // Names that all lines of a sandbox have in common are kept once.
    const { message: _, ...line } = entry;
    return {
      ...line,
      function: this.known(entry.function),
      sandboxId: this.known(entry.sandboxId),
      ...(entry.invocationId !== undefined && { invocationId: this.known(entry.invocationId) }),
    };
  }

  private known(name: string): string {
    const found = this.names.get(name);
    if (found !== undefined) return found;
    if (this.names.size >= 10_000) this.names.clear();
    this.names.set(name, name);
    return name;
  }

  private drop(): void {
    let gone = this.older.pop();
    if (gone === undefined) {
      gone = this.newer[this.unused]!;
      this.newer[this.unused++] = undefined;
    }
    this.first++;
    if (isGap(gone)) return;
    this.chars -= gone.text.length;
    this.letGo++;
  }

  private changed(): void {
    this.revision++;
    for (const watcher of this.watchers) watcher();
  }
}
