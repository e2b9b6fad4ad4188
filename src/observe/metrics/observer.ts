import type { Clock } from '../../model/clock.ts';
import { COUNTERS, ERROR_KINDS, FIRST_ERROR, type Point } from '../../model/measure/point.ts';
import { BYTES_PER_MB } from '../../model/units.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { Labels } from './metrics.ts';
import type { SeriesSet } from './series-set.ts';
import { SLOT_MS } from './slots.ts';

const INVOCATIONS = COUNTERS.indexOf('invocations');
const THROTTLES = COUNTERS.indexOf('throttles');
const REFUSALS = COUNTERS.indexOf('refusals');
const COLD_STARTS = COUNTERS.indexOf('coldStarts');
const BILLED = COUNTERS.indexOf('billed');
const ERROR_PLACES: ReadonlyMap<string, number> = new Map(ERROR_KINDS.map((kind, at) => [kind, FIRST_ERROR + at]));
const FALLBACK_ERROR = FIRST_ERROR + ERROR_KINDS.indexOf('exception');

/** Counts what happens, on the path of every call: a few numbers are added, and nothing is made. */
export class Observer {
  private readonly series: SeriesSet;
  private readonly clock: Clock;
  private slotNumber = 0;
  private slotFromMs = 0;

  constructor(series: SeriesSet, clock: Clock) {
    this.series = series;
    this.clock = clock;
  }

  /** The slot of now. */
  get slot(): number {
    const sinceMs = this.clock.now() - this.slotFromMs;
    // A clock may also have gone back.
    if (sinceMs < 0 || sinceMs >= SLOT_MS) {
      this.slotNumber = Math.floor(this.clock.now() / SLOT_MS);
      this.slotFromMs = this.slotNumber * SLOT_MS;
    }
    return this.slotNumber;
  }

  /** An invocation came to its end, or was refused. */
  observe(record: InvocationRecord): void {
    const point = this.series.ofCalls(record.function, record.version, record.alias, record.lane).in(this.slot);
    const { counters } = point;
    if (record.status === 'rejected') {
      counters[record.reason === 'throttled' ? THROTTLES : REFUSALS]! += 1;
      return;
    }
    counters[INVOCATIONS]! += 1;
    if (record.status !== 'succeeded') countError(point, record);
    if (record.coldStart) counters[COLD_STARTS]! += 1;
    point.distributions[0]!.add(record.durationMs);
    point.distributions[1]!.add(record.queuedMs);
    const { memoryMb } = record;
    if (memoryMb === undefined) return;
    counters[BILLED]! += Math.ceil(record.durationMs) * memoryMb;
    if (record.peakMemoryBytes !== undefined)
      point.distributions[2]!.add(record.peakMemoryBytes / (memoryMb * BYTES_PER_MB));
  }

  /** A call was refused before it became an invocation. */
  throttled(name: string, version: number): void {
    this.series.ofCalls(name, version, undefined, undefined).in(this.slot).counters[THROTTLES]! += 1;
  }

  /** Something was measured. */
  measure(metric: string, labels: Labels, unit: string, value: number): void {
    this.series.ofValue(metric, labels, unit).in(this.slot).distributions[0]!.add(value);
  }
}

function countError({ counters }: Point, { status, reason }: InvocationRecord): void {
  const kind = status === 'failed' ? (reason ?? '') : status;
  counters[ERROR_PLACES.get(kind) ?? FALLBACK_ERROR]! += 1;
}
