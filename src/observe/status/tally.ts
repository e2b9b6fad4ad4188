import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Registry } from '../../store/registry.ts';
import { type Count, OBJECTIVES, type ObjectiveName } from './objectives.ts';

const PREFIX = 'status-hour/';
const HOUR_MS = 3_600_000;
/** The hour under way is counted in pieces, so that the last hour does not begin with a jump. */
const PIECE_MS = 300_000;
const PIECES = HOUR_MS / PIECE_MS;
/** 30 days, and the hour under way. */
const HOURS_KEPT = 721;

/** One hour: for each objective, good and bad of each piece, one after the other. */
type Hour = Record<ObjectiveName, number[]>;

/** Counts what was good and what was not, by hours of 30 days; written some minutes after it happened, and at the end. */
export class Tally {
  private readonly registry: Registry;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly hours = new Map<number, Hour>();
  private readonly dirty = new Set<number>();
  /** Where is counted now, until when. */
  private current: Hour = emptyHour();
  private at = 0;
  private fromMs = 0;
  private untilMs = 0;
  private stopTimer = (): void => {};
  private writing: Promise<void> = Promise.resolve();

  private constructor(registry: Registry, clock: Clock, log: Logger) {
    this.registry = registry;
    this.clock = clock;
    this.log = log;
  }

  static async open(registry: Registry, clock: Clock, log: Logger): Promise<Tally> {
    const tally = new Tally(registry, clock, log);
    for (const { key, value } of await registry.list<Hour>(PREFIX))
      tally.hours.set(Number(key.slice(PREFIX.length)), { ...emptyHour(), ...value });
    return tally;
  }

  /** One of them happened. On the path of every call: adds one. */
  count(objective: ObjectiveName, isGood: boolean, times = 1): void {
    const nowMs = this.clock.now();
    if (nowMs >= this.untilMs || nowMs < this.fromMs) this.turnTo(nowMs);
    this.current[objective][this.at + (isGood ? 0 : 1)]! += times;
  }

  /** What was counted over the last `windowMs`, to within a piece of an hour. */
  sum(objective: ObjectiveName, windowMs: number): Count {
    const nowMs = this.clock.now();
    const firstPiece = Math.floor(nowMs / PIECE_MS) - Math.ceil(windowMs / PIECE_MS) + 1;
    return this.between(objective, firstPiece * PIECE_MS, nowMs + 1);
  }

  /** By days of UTC, the oldest first. */
  days(objective: ObjectiveName, count: number): { day: string; count: Count }[] {
    const today = Math.floor(this.clock.now() / 86_400_000);
    return Array.from({ length: count }, (_, at) => {
      const fromMs = (today - count + 1 + at) * 86_400_000;
      return {
        day: new Date(fromMs).toISOString().slice(0, 10),
        count: this.between(objective, fromMs, fromMs + 86_400_000),
      };
    });
  }

  /** Writes now and then what was counted. `before` is called each time. */
  start(before: () => Promise<void>): void {
    const later = (): void => {
      this.stopTimer = this.clock.after(PIECE_MS, () => {
        void before()
          .catch((error: unknown) => this.log.error({ err: error }, 'the objectives could not be measured'))
          .then(() => this.write())
          .then(later);
      });
    };
    later();
  }

  async close(): Promise<void> {
    this.stopTimer();
    await this.write();
  }

  private between(objective: ObjectiveName, fromMs: number, toMs: number): Count {
    let good = 0;
    let bad = 0;
    for (let hour = Math.floor(fromMs / HOUR_MS); hour * HOUR_MS < toMs; hour++) {
      const counts = this.hours.get(hour)?.[objective];
      if (counts === undefined) continue;
      for (let piece = 0; piece < PIECES; piece++) {
        const atMs = hour * HOUR_MS + piece * PIECE_MS;
        if (atMs < fromMs || atMs >= toMs) continue;
        good += counts[2 * piece] ?? 0;
        bad += counts[2 * piece + 1] ?? 0;
      }
    }
    return { good, bad };
  }

  private turnTo(nowMs: number): void {
    const number = Math.floor(nowMs / HOUR_MS);
    const hour = this.hours.get(number) ?? emptyHour();
    this.hours.set(number, hour);
    this.current = hour;
    this.at = 2 * Math.floor((nowMs - number * HOUR_MS) / PIECE_MS);
    this.fromMs = Math.floor(nowMs / PIECE_MS) * PIECE_MS;
    this.untilMs = this.fromMs + PIECE_MS;
    this.dirty.add(number);
  }

  private write(): Promise<void> {
    this.writing = this.writing.then(async () => {
      const numbers = [...this.dirty];
      this.dirty.clear();
      // What goes on being counted is written again.
      this.untilMs = 0;
      try {
        for (const number of numbers) await this.registry.put(`${PREFIX}${number}`, this.hours.get(number));
        const oldest = Math.floor(this.clock.now() / HOUR_MS) - HOURS_KEPT;
        for (const number of [...this.hours.keys()]) {
          if (number > oldest) continue;
          await this.registry.delete(`${PREFIX}${number}`);
          this.hours.delete(number);
        }
      } catch (error) {
        for (const number of numbers) this.dirty.add(number);
        this.log.error({ err: error }, 'what the objectives counted could not be written; trying again');
      }
    });
    return this.writing;
  }
}

function emptyHour(): Hour {
  return Object.fromEntries(OBJECTIVES.map(({ name }) => [name, new Array<number>(2 * PIECES).fill(0)])) as Hour;
}
