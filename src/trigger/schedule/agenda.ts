import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { asProblem } from '../../model/problem.ts';
import type { Prepared } from '../../store/prepared.ts';
import type { Store } from '../../store/store.ts';
import { Heap } from './heap.ts';

/** The clock may be set anew at any time: nobody sleeps longer than this. */
const MAX_SLEEP_MS = 10_000;
/** So many firings share a commit. */
const MAX_TOGETHER = 1_000;
const FIRST_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 30_000;

/** One schedule in the agenda. */
export interface Appointment {
  /** When it is to be looked at next, in milliseconds since the Unix epoch. */
  dueMs: number;
  /** What is due now, as parts of a commit; `undefined` where nothing is. Never throws. */
  prepare(nowMs: number): Prepared | undefined;
  /** After what was prepared is on disk, or where nothing was: sets `dueMs`; false where there is nothing to come. */
  plan(nowMs: number): boolean;
  /** What was prepared could not be stored; it is tried again. */
  failed(error: unknown): void;
  /** The clock has been put back. */
  clockWentBack(nowMs: number): void;
}

/**
 * All schedules of a node over one timer and one heap. What falls due at the same time is stored in one commit; one schedule
 * that cannot be stored does not keep the others.
 */
export class Agenda {
  private readonly store: Pick<Store, 'commit'>;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly onFired: (lateMs: number) => void;
  private readonly heap = new Heap<Appointment>();
  /** Those that were taken out lie in the heap until they come up. */
  private readonly removed = new Set<Appointment>();
  private cancelTimer = (): void => {};
  private timerMs = Number.POSITIVE_INFINITY;
  private firing: Promise<void> | undefined;
  private seenMs: number;
  private backOffMs = 0;
  private closed = false;

  /** `onFired` hears how long after its time each firing was stored. */
  constructor(store: Pick<Store, 'commit'>, clock: Clock, log: Logger, onFired: (lateMs: number) => void = () => {}) {
    this.onFired = onFired;
    this.store = store;
    this.clock = clock;
    this.log = log;
    this.seenMs = clock.now();
  }

  add(appointment: Appointment): void {
    this.heap.add(appointment);
    this.arm();
  }

  /** Resolves when nothing of it is being stored any more. */
  async remove(appointment: Appointment): Promise<void> {
    this.removed.add(appointment);
    await this.firing;
    if (this.removed.size * 2 < this.heap.size) return;
    const left = this.heap.takeAll().filter((each) => !this.removed.has(each));
    this.removed.clear();
    for (const each of left) this.heap.add(each);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelTimer();
    await this.firing;
  }

  private arm(): void {
    const first = this.heap.first();
    if (this.closed || this.firing !== undefined || first === undefined) return;
    const nowMs = this.clock.now();
    const wakeMs = Math.min(first.dueMs, nowMs + MAX_SLEEP_MS);
    if (this.timerMs <= wakeMs && this.timerMs > nowMs) return;
    this.cancelTimer();
    this.timerMs = wakeMs;
    this.cancelTimer = this.clock.after(Math.max(1, wakeMs - nowMs), () => this.wake());
  }

  private wake(): void {
    this.timerMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock.now();
    if (nowMs < this.seenMs) this.putBack(nowMs);
    this.seenMs = nowMs;
    if ((this.heap.first()?.dueMs ?? Number.POSITIVE_INFINITY) > nowMs) return this.arm();
    this.firing = this.fireAll()
      .catch((error: unknown) => this.log.error({ err: error }, 'schedules could not be fired'))
      .finally(() => {
        this.firing = undefined;
        this.arm();
      });
  }

  private putBack(nowMs: number): void {
    this.log.warn({ byMs: this.seenMs - nowMs }, 'the clock was put back; schedules go on from now');
    for (const each of this.heap.takeAll()) {
      if (this.removed.delete(each)) continue;
      each.clockWentBack(nowMs);
      this.planAgain(each, nowMs);
    }
  }

  private async fireAll(): Promise<void> {
    for (;;) {
      const nowMs = this.clock.now();
      const due: Appointment[] = [];
      for (let first = this.heap.first(); due.length < MAX_TOGETHER; first = this.heap.first()) {
        if (first === undefined || first.dueMs > nowMs) break;
        this.heap.take();
        if (!this.removed.delete(first)) due.push(first);
      }
      if (due.length === 0 || this.closed) return;
      await this.fire(due, nowMs);
    }
  }

  private async fire(due: readonly Appointment[], nowMs: number): Promise<void> {
    const prepared = due.map((appointment) => ({ appointment, prepared: appointment.prepare(nowMs) }));
    try {
      await this.commit(prepared.flatMap((each) => each.prepared ?? []));
      this.backOffMs = 0;
    } catch (error) {
      if (due.length > 1 && !asProblem(error).retryable) {
        // It may lie in one of them.
        for (const appointment of due) await this.fire([appointment], nowMs);
        return;
      }
      this.backOffMs = Math.min(MAX_BACK_OFF_MS, this.backOffMs * 2 || FIRST_BACK_OFF_MS);
      for (const { appointment } of prepared) {
        appointment.failed(error);
        appointment.dueMs = nowMs + this.backOffMs;
        this.heap.add(appointment);
      }
      return;
    }
    for (const { appointment, prepared: fired } of prepared) {
      if (fired !== undefined) this.onFired(this.clock.now() - appointment.dueMs);
      this.planAgain(appointment, nowMs);
    }
  }

  private async commit(prepared: readonly Prepared[]): Promise<void> {
    const parts = prepared.flatMap((each) => each.parts);
    if (parts.length > 0) await this.store.commit(parts);
    for (const { committed } of prepared) committed();
  }

  private planAgain(appointment: Appointment, nowMs: number): void {
    if (appointment.plan(nowMs)) this.heap.add(appointment);
    else this.removed.delete(appointment);
  }
}
