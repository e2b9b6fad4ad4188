import { Point, type SeriesKind } from '../../model/measure/point.ts';
import { addEncoded, encodePoint } from '../../model/measure/point-codec.ts';
import type { Labels } from './metrics.ts';
import { PointLog } from './point-log.ts';
import { floorTo, MINUTE_MS, MINUTES_KEPT_MS, SLOT_MS, SLOTS_KEPT_MS } from './slots.ts';

/** What identifies a series, wherever it is kept. */
export interface SeriesName {
  readonly kind: SeriesKind;
  /** Empty for `calls`, which holds several metrics. */
  readonly metric: string;
  readonly labels: Labels;
  readonly unit: string;
}

/** Where a series tells what happens to it. */
export interface SeriesOwner {
  /** Something was measured since it was last at rest. */
  active(series: Series): void;
  /** A slot ended; the point is cleared after. */
  ended(series: Series, slot: number): void;
  now(): number;
}

/** One minute of a series. */
interface Minute {
  readonly minuteMs: number;
  readonly point: Uint8Array<ArrayBuffer>;
}

/** One series in memory: the slot under way, all since the start, the last ten minutes by slots and three hours by minutes. */
export class Series implements SeriesName {
  readonly kind: SeriesKind;
  readonly metric: string;
  readonly labels: Labels;
  readonly unit: string;
  /** Since the node started, what is still in `point` left out. */
  readonly total: Point;
  /** The slot under way. */
  readonly point: Point;
  slot = -1;
  /** `point` holds something. */
  dirty = false;
  lastMs: number;
  /** When `total` began. */
  readonly startedMs: number;
  readonly slots = new PointLog(SLOTS_KEPT_MS);
  readonly minutes = new PointLog(MINUTES_KEPT_MS);
  private readonly owner: SeriesOwner;

  constructor(name: SeriesName, owner: SeriesOwner) {
    this.kind = name.kind;
    this.metric = name.metric;
    this.labels = name.labels;
    this.unit = name.unit;
    this.total = new Point(name.kind);
    this.point = new Point(name.kind);
    this.owner = owner;
    this.lastMs = owner.now();
    this.startedMs = this.lastMs;
  }

  /** The point to which what happens in this slot is added. */
  in(slot: number): Point {
    if (this.slot !== slot || !this.dirty) this.begin(slot);
    return this.point;
  }

  /** Everything since the series began. */
  sinceStart(): Point {
    const point = new Point(this.kind);
    point.addAll(this.total);
    if (this.dirty) point.addAll(this.point);
    return point;
  }

  private begin(slot: number): void {
    this.endSlot();
    this.slot = slot;
    this.dirty = true;
    this.owner.active(this);
  }

  /** Puts the slot under way, if there is one, with the others. */
  endSlot(): void {
    if (!this.dirty) return;
    this.dirty = false;
    const nowMs = this.owner.now();
    this.lastMs = nowMs;
    this.slots.append(this.slot * SLOT_MS, encodePoint(this.point), nowMs);
    this.total.addAll(this.point);
    this.owner.ended(this, this.slot);
    this.point.clear();
  }

  /** Adds up the slots that no minute has yet, to be kept. Slots of the same minute that come later make a second one: both count. */
  takeMinutes(): Minute[] {
    if (!this.slots.hasUntaken) return [];
    const points = new Map<number, Point>();
    this.slots.eachUntaken((bytes, start, atMs) => {
      const minuteMs = floorTo(atMs, MINUTE_MS);
      let point = points.get(minuteMs);
      if (point === undefined) {
        point = new Point(this.kind);
        points.set(minuteMs, point);
      }
      addEncoded(point, bytes, start);
    });
    this.slots.take();
    const nowMs = this.owner.now();
    return [...points].map(([minuteMs, point]) => {
      const bytes = encodePoint(point);
      this.minutes.append(minuteMs, bytes, nowMs);
      return { minuteMs, point: bytes };
    });
  }

  /** Takes a minute from before the start, to be asked for as `recent`. */
  remember(minuteMs: number, point: Uint8Array): void {
    const nowMs = this.owner.now();
    this.minutes.append(minuteMs, point, nowMs);
    if (minuteMs < nowMs - SLOTS_KEPT_MS) return;
    const untaken = this.slots.hasUntaken;
    // It would be taken for new.
    if (untaken) return;
    this.slots.append(minuteMs, point, nowMs);
    this.slots.take();
  }
}
