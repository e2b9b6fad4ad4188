import type { Clock } from '../../model/clock.ts';

const BUCKET_MS = 10_000;
const BUCKETS = 6;

/** What happened in one lane since the node started. */
export class LaneCounters {
  accepted = 0;
  delivered = 0;
  failedAttempts = 0;
  lost = 0;
  running = 0;
  private readonly clock: Clock;
  /** Events that ended, by tenths of a minute: when the tenth began, and how many. */
  private readonly recent: { fromMs: number; ended: number }[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** An event came to its end. */
  ended(delivered: boolean): void {
    if (delivered) this.delivered++;
    else this.lost++;
    const fromMs = Math.floor(this.clock.now() / BUCKET_MS) * BUCKET_MS;
    const last = this.recent.at(-1);
    if (last?.fromMs === fromMs) last.ended++;
    else this.recent.push({ fromMs, ended: 1 });
    if (this.recent.length > BUCKETS) this.recent.shift();
  }

  /** The counts as they stand. */
  view(): Pick<LaneCounters, 'accepted' | 'delivered' | 'failedAttempts' | 'lost' | 'running'> {
    const { accepted, delivered, failedAttempts, lost, running } = this;
    return { accepted, delivered, failedAttempts, lost, running };
  }

  /** How long `waiting` events take at the rate of the last minute; `undefined` where none ended. */
  drainMs(waiting: number): number | undefined {
    const nowMs = this.clock.now();
    const sinceMs = nowMs - BUCKET_MS * BUCKETS;
    const counted = this.recent.filter(({ fromMs }) => fromMs > sinceMs);
    if (counted.length === 0) return undefined;
    const ended = counted.reduce((sum, bucket) => sum + bucket.ended, 0);
    return Math.round((waiting * Math.max(1_000, nowMs - counted[0]!.fromMs)) / ended);
  }
}
