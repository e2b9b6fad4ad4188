import { Problem } from '../../model/problem.ts';

const DAY_MS = 86_400_000;
/** Two changes of one zone are never closer: samples so far apart find each. */
const SAMPLE_MS = 14 * DAY_MS;

/** From this instant on, the clocks of a zone are ahead of UTC by so much. */
interface Change {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** How the clocks of one place run. Changes of a year are found once, since asking for an offset is slow. */
export class TimeZone {
  private readonly format: Intl.DateTimeFormat;
  private readonly years = new Map<number, readonly Change[]>();

  private constructor(name: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Throws `invalid_request` for a name that the IANA database does not have. */
  static of(name: string): TimeZone {
    const known = zones.get(name);
    if (known !== undefined) return known;
    try {
      const zone = new TimeZone(name);
      zones.set(name, zone);
      return zone;
    } catch (cause) {
      throw new Problem(
        'invalid_request',
        `"${name.slice(0, 64)}" is no time zone: write one such as Europe/Berlin or UTC`,
        {
          cause,
        },
      );
    }
  }

  /** What the zone's clocks are ahead of UTC at an instant, in milliseconds. */
  offsetMs(atMs: number): number {
    const changes = this.changesOf(new Date(atMs).getUTCFullYear());
    let offsetMs = changes[0]!.offsetMs;
    for (const change of changes) {
      if (change.atMs > atMs) break;
      offsetMs = change.offsetMs;
    }
    return offsetMs;
  }

  /** The first change of the clocks after an instant, looking ahead to the end of the next year; `undefined` where there is none. */
  changeAfter(atMs: number): Change | undefined {
    const year = new Date(atMs).getUTCFullYear();
    for (const changes of [this.changesOf(year), this.changesOf(year + 1)]) {
      // The first entry of a year is how it began, and no change.
      const next = changes.slice(1).find((change) => change.atMs > atMs);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** How a year begins, and its changes in order. */
  private changesOf(year: number): readonly Change[] {
    const known = this.years.get(year);
    if (known !== undefined) return known;
    const startMs = Date.UTC(year, 0, 1);
    // A change at the very first instant of a year is one of that year's too.
    const changes: Change[] = [{ atMs: startMs - 1, offsetMs: this.ask(startMs - 1) }];
    const endMs = Date.UTC(year + 1, 0, 1) - 1;
    for (let fromMs = startMs - 1; fromMs < endMs; fromMs += SAMPLE_MS) {
      const toMs = Math.min(fromMs + SAMPLE_MS, endMs);
      if (this.ask(toMs) === this.ask(fromMs)) continue;
      const atMs = this.boundary(fromMs, toMs);
      changes.push({ atMs, offsetMs: this.ask(atMs) });
    }
    this.years.set(year, changes);
    return changes;
  }

  /** The first instant of the new offset, where the one at `fromMs` is the old one. */
  private boundary(fromMs: number, toMs: number): number {
    const old = this.ask(fromMs);
    let [before, after] = [fromMs, toMs];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.ask(middle) === old) before = middle;
      else after = middle;
    }
    return after;
  }

  private ask(atMs: number): number {
    const parts = Object.fromEntries(this.format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    const wallMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    return wallMs - Math.floor(atMs / 1_000) * 1_000;
  }
}

/** As many as there are names: zones have no state beside what they remember of the world. */
const zones = new Map<string, TimeZone>();
