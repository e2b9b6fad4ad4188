import { createHash } from 'node:crypto';

/** Objects near the newest that are remembered one by one; the cursor that they make up is about 170 kB then. */
export const MAX_RECENT = 10_000;

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** What of a bucket was seen: all up to a time, and beyond it these. */
export interface Seen {
  /** Time of the newest object. */
  readonly newestMs: number;
  /** All that were changed then or before count as seen. */
  readonly floorMs: number;
  /** Digests of those that were changed later. */
  readonly recent: readonly string[];
}

/** Tells new objects of a whole listing, in any order, from those that were seen; then says what is seen now. */
export class Sieve {
  private readonly before: Seen;
  private readonly known: ReadonlySet<string>;
  private readonly overlapMs: number;
  private newestMs: number;
  private recent: { digest: string; modifiedMs: number }[] = [];
  /** What had to be forgotten, being too many: no later listing may take it for new. */
  private forgottenMs = 0;

  constructor(before: Seen | undefined, overlapMs: number) {
    this.before = before ?? { newestMs: 0, floorMs: 0, recent: [] };
    this.known = new Set(this.before.recent);
    this.overlapMs = overlapMs;
    this.newestMs = this.before.newestMs;
  }

  /** Takes note of an object, and says whether it is new. */
  isNew(object: ListedObject): boolean {
    const { modifiedMs } = object;
    this.newestMs = Math.max(this.newestMs, modifiedMs);
    if (modifiedMs <= this.before.floorMs) return false;
    const digest = digestOf(object);
    this.recent.push({ digest, modifiedMs });
    if (this.recent.length >= 4 * MAX_RECENT) this.forget();
    return !this.known.has(digest);
  }

  /** What is seen once the listing is over and everything new in it was handed on. */
  seen(): Seen {
    this.forget();
    return {
      newestMs: this.newestMs,
      floorMs: this.floorMs(),
      recent: this.recent.map(({ digest }) => digest).sort(),
    };
  }

  private floorMs(): number {
    return Math.max(this.before.floorMs, this.newestMs - this.overlapMs - 1, this.forgottenMs);
  }

  private forget(): void {
    const floorMs = this.floorMs();
    this.recent = this.recent.filter(({ modifiedMs }) => modifiedMs > floorMs);
    if (this.recent.length <= MAX_RECENT) return;
    this.recent.sort((one, other) => other.modifiedMs - one.modifiedMs);
    this.forgottenMs = this.recent[MAX_RECENT]!.modifiedMs;
    this.recent = this.recent.filter(({ modifiedMs }) => modifiedMs > this.forgottenMs);
  }
}

function digestOf({ key, etag, modifiedMs }: ListedObject): string {
  return createHash('sha256')
    .update(JSON.stringify([key, etag, modifiedMs]))
    .digest('base64url')
    .slice(0, 14);
}
