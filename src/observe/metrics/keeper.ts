import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../model/clock.ts';
import type { Observer } from './observer.ts';
import type { Series, SeriesName } from './series.ts';
import type { SeriesSet } from './series-set.ts';
import { floorTo, MINUTE_MS, SLOT_MS } from './slots.ts';

/** Series handled before something else has a turn: some two milliseconds. */
const SLICE = 200;

/** A minute of a series, to be kept. */
interface KeptMinute {
  readonly series: SeriesName;
  readonly minuteMs: number;
  readonly point: Uint8Array<ArrayBuffer>;
}

interface KeeperOptions {
  readonly set: SeriesSet;
  readonly observer: Observer;
  readonly clock: Clock;
  /** Measures what is to be measured now and then, before a slot ends. */
  readonly sample: () => void;
  /** Keeps minutes that ended. */
  readonly keep: (minutes: readonly KeptMinute[]) => void;
}

/** Ends slots and minutes as time passes, in slices, so that no call waits for it. */
export class Keeper {
  private readonly options: KeeperOptions;
  private minuteMs: number;
  /** A minute ended, and what is of it is still to be kept. */
  private minuteEnded = false;
  private stopTimer = (): void => {};
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.minuteMs = floorTo(options.clock.now(), MINUTE_MS);
  }

  start(): void {
    if (this.closed) return;
    const { clock } = this.options;
    const nowMs = clock.now();
    // Never longer than a slot, wherever the clock jumps.
    const leftMs = floorTo(nowMs, SLOT_MS) + SLOT_MS - nowMs;
    this.stopTimer = clock.after(leftMs, () => {
      this.tick();
      this.start();
    });
  }

  /** A slot ended. */
  private tick(): void {
    this.options.sample();
    const minuteMs = floorTo(this.options.clock.now(), MINUTE_MS);
    if (minuteMs !== this.minuteMs) this.minuteEnded = true;
    this.minuteMs = minuteMs;
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    do {
      const { minuteEnded } = this;
      this.minuteEnded = false;
      await this.endSlots(minuteEnded);
    } while (this.minuteEnded);
    this.working = undefined;
  }

  /** Resolves when what the last tick began is done. */
  async settled(): Promise<void> {
    await this.working;
  }

  /** Ends everything that is under way; resolves when all of it has been handed on. */
  async close(): Promise<void> {
    this.closed = true;
    this.stopTimer();
    await this.working;
    const { set, keep } = this.options;
    const minutes: KeptMinute[] = [];
    for (const series of set.activeSeries) {
      series.endSlot();
      minutes.push(...minutesOf(series));
    }
    set.activeSeries.clear();
    if (minutes.length > 0) keep(minutes);
  }

  private async endSlots(minuteEnded: boolean): Promise<void> {
    const { set, observer, clock, keep } = this.options;
    let minutes: KeptMinute[] = [];
    let handled = 0;
    for (const series of [...set.activeSeries]) {
      if (series.slot !== observer.slot) series.endSlot();
      if (minuteEnded) minutes.push(...minutesOf(series));
      if (!series.dirty && !series.slots.hasUntaken) set.activeSeries.delete(series);
      if (++handled % SLICE !== 0) continue;
      if (minutes.length > 0) keep(minutes);
      minutes = [];
      await setImmediate();
    }
    if (minutes.length > 0) keep(minutes);
    if (!minuteEnded) return;
    if (set.all.slot !== observer.slot) set.all.endSlot();
    set.all.takeMinutes();
    set.forgetDead(clock.now());
  }
}

function minutesOf(series: Series): KeptMinute[] {
  return series.takeMinutes().map((minute) => ({ series, ...minute }));
}
