import { SLOT_MS } from './slots.ts';

/** Bytes before each entry: the slot in which it begins, and its size. */
const HEADER = 6;
const FIRST_CAPACITY = 256;
/** However often a clock jumps, a log takes no more than this: the older half goes. */
const MAX_BYTES = 131_072;

/**
 * Encoded points of one series with their times, packed in one piece of memory. They need not be in order, and several may
 * have the same time: a reader adds up all that lie in the span that it wants.
 */
export class PointLog {
  private bytes = new Uint8Array(0);
  private end = 0;
  /** Entries from here on have not been taken yet; see `take`. */
  private untaken = 0;
  private readonly keepMs: number;

  /** Forgets what is older than `keepMs`, now and then. */
  constructor(keepMs: number) {
    this.keepMs = keepMs;
  }

  get isEmpty(): boolean {
    return this.end === 0;
  }

  get hasUntaken(): boolean {
    return this.untaken < this.end;
  }

  append(atMs: number, point: Uint8Array, nowMs: number): void {
    const size = HEADER + point.length;
    if (this.end + size > this.bytes.length) this.makeRoom(size, nowMs);
    const { bytes, end } = this;
    const slot = Math.floor(atMs / SLOT_MS);
    bytes[end] = slot >>> 24;
    bytes[end + 1] = slot >>> 16;
    bytes[end + 2] = slot >>> 8;
    bytes[end + 3] = slot;
    bytes[end + 4] = point.length >>> 8;
    bytes[end + 5] = point.length;
    bytes.set(point, end + HEADER);
    this.end = end + size;
  }

  /** Calls back for each entry that begins in the span: its time, and where its point begins in which bytes. */
  each(fromMs: number, toMs: number, visit: (bytes: Uint8Array, start: number, atMs: number) => void): void {
    this.walk(0, fromMs, toMs, visit);
  }

  /** Calls back for each entry that has not been taken. */
  eachUntaken(visit: (bytes: Uint8Array, start: number, atMs: number) => void): void {
    this.walk(this.untaken, 0, Number.POSITIVE_INFINITY, visit);
  }

  /** What is in the log now is taken. */
  take(): void {
    this.untaken = this.end;
  }

  /** Forgets what is too old now, or lies in a time that is yet to come. */
  forget(nowMs: number): void {
    if (this.end > 0) this.makeRoom(0, nowMs);
  }

  private walk(
    from: number,
    fromMs: number,
    toMs: number,
    visit: (bytes: Uint8Array, start: number, atMs: number) => void,
  ): void {
    const { bytes, end } = this;
    for (let at = from; at < end; ) {
      const atMs = slotAt(bytes, at) * SLOT_MS;
      if (atMs >= fromMs && atMs < toMs) visit(bytes, at + HEADER, atMs);
      at += HEADER + sizeAt(bytes, at);
    }
  }

  private makeRoom(wanted: number, nowMs: number): void {
    const { bytes, end } = this;
    const fromMs = nowMs - this.keepMs;
    const toMs = nowMs + this.keepMs;
    const tooMuch = end + wanted > MAX_BYTES ? end / 2 : 0;
    let kept = 0;
    let untaken = 0;
    for (let at = 0; at < end; ) {
      const size = HEADER + sizeAt(bytes, at);
      const atMs = slotAt(bytes, at) * SLOT_MS;
      if (at >= tooMuch && (at >= this.untaken || (atMs >= fromMs && atMs < toMs))) {
        bytes.copyWithin(kept, at, at + size);
        kept += size;
      }
      at += size;
      if (at <= this.untaken) untaken = kept;
    }
    this.end = kept;
    this.untaken = untaken;
    if (kept === 0 && wanted === 0) this.bytes = new Uint8Array(0);
    if (kept + wanted <= bytes.length * 0.75) return;
    const larger = new Uint8Array(Math.max(FIRST_CAPACITY, Math.ceil((kept + wanted) * 1.5)));
    larger.set(bytes.subarray(0, kept));
    this.bytes = larger;
  }
}

function slotAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function sizeAt(bytes: Uint8Array, at: number): number {
  return (bytes[at + 4]! << 8) | bytes[at + 5]!;
}
