import { traceOfRecord } from '../../model/trace.ts';
import type { InvocationRecord, Journal, SpanRecord } from '../../store/journal.ts';
import { wholeMs } from './spans-of-run.ts';

/** Spans that wait for their invocations to end: of one, and of all together. */
const MAX_SPANS_OF_ONE = 200;
const MAX_SPANS = 20_000;
/** So many of each function are kept in a minute whatever the rate is: who looks at a quiet node sees everything. */
const MIN_A_MINUTE = 10;
const MAX_FUNCTIONS = 10_000;
/** Most invocations whose spans are kept in a second, for whatever reason: a function that fails all the time, or asks to be kept, is held back. */
const MAX_A_SECOND = 200;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

interface KeptSpansOptions {
  readonly journal: Pick<Journal, 'appendSpan'>;
  readonly clock: { now(): number };
  /** Of a hundred traces that are neither slow nor failed, how many are kept. */
  readonly samplePercent: number;
  /** From this on, an invocation is slow. */
  readonly slowMs: number;
  /** Hears of each invocation that is kept, with the spans of what it called; absent: nobody wants the invocations themselves. */
  readonly onKept?: (record: InvocationRecord | undefined, spans: readonly SpanRecord[]) => void;
}

/** What an invocation called so far. */
interface Pending {
  readonly spans: SpanRecord[];
  /** Calls that are under way. */
  open: number;
  failed: boolean;
  sampled: boolean;
  /** The invocation has ended, and this is what was decided. */
  kept: boolean | undefined;
}

/**
 * Holds the spans of what running invocations call until they end, and then keeps them or not: those of slow and failed
 * ones, those whose trace somebody wants kept, of the rest a sample. Bounded in every direction.
 */
export class KeptSpans {
  private readonly options: KeptSpansOptions;
  private readonly pending = new Map<string, Pending>();
  private readonly perMinute = new Map<string, number>();
  private minute = 0;
  private second = 0;
  private inSecond = 0;
  private held = 0;
  /** Spans that were not kept because there were too many. */
  dropped = 0;

  constructor(options: KeptSpansOptions) {
    this.options = options;
  }

  /** An invocation calls something; its end will come by `called`. */
  calls(invocationId: string, sampled: boolean): void {
    const known = this.pending.get(invocationId);
    if (known !== undefined) known.open++;
    else this.pending.set(invocationId, { spans: [], open: 1, failed: false, sampled, kept: undefined });
  }

  /** Something that was called has ended. */
  called(span: SpanRecord): void {
    const { invocationId } = span;
    const pending = invocationId === undefined ? undefined : this.pending.get(invocationId);
    if (pending === undefined || invocationId === undefined) {
      // Nobody knows which invocation it was, or its end is over.
      if (this.decide(span.function ?? '', span.traceId, span.error !== undefined)) this.keep([span]);
      return;
    }
    pending.open--;
    if (pending.kept !== undefined) {
      // The invocation ended without waiting for it.
      if (pending.kept) this.keep([span]);
      if (pending.open <= 0) this.pending.delete(invocationId);
      return;
    }
    if (span.error !== undefined) pending.failed = true;
    this.hold(pending, span);
  }

  /** An invocation sent these when it ended, all at once; it may have ended before. */
  sent(spans: readonly SpanRecord[]): void {
    const first = spans[0];
    if (first === undefined) return;
    const pending = this.pending.get(first.invocationId ?? '');
    if (pending !== undefined && pending.kept === undefined) for (const span of spans) this.hold(pending, span);
    else if (pending?.kept ?? this.decide(first.function ?? '', first.traceId, false))
      this.keep(spans.slice(0, MAX_SPANS_OF_ONE));
  }

  /** An invocation has ended. Called for each; it costs nothing for those that called nothing, where nobody wants to hear of them. */
  ended(record: InvocationRecord): void {
    if (this.pending.size === 0 && this.options.onKept === undefined) return;
    const { invocationId } = record;
    const pending = this.pending.get(invocationId);
    if (pending === undefined) {
      if (this.options.onKept === undefined) return;
      if (this.wants(record, false)) this.options.onKept(record, []);
      return;
    }
    this.held -= pending.spans.length;
    const kept = this.wants({ ...record, ...(pending.sampled && { sampled: true }) }, pending.failed);
    if (kept) {
      for (const span of pending.spans) this.options.journal.appendSpan(span);
      this.options.onKept?.(record, pending.spans);
    }
    if (pending.open > 0) pending.kept = kept;
    else this.pending.delete(invocationId);
  }

  private hold(pending: Pending, span: SpanRecord): void {
    if (pending.spans.length >= MAX_SPANS_OF_ONE || this.held >= MAX_SPANS) {
      this.dropped++;
      return;
    }
    this.held++;
    pending.spans.push(span);
  }

  private wants(record: InvocationRecord, failedCall: boolean): boolean {
    const special =
      failedCall || record.status !== 'succeeded' || record.sampled === true || wholeMs(record) >= this.options.slowMs;
    return this.decide(record.function, traceOfRecord(record), special);
  }

  private decide(name: string, traceId: string, special: boolean): boolean {
    const nowMs = this.options.clock.now();
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.perMinute.clear();
    }
    const wanted = special || this.isFirst(name) || inSample(traceId, this.options.samplePercent);
    if (!wanted) return false;
    const second = Math.floor(nowMs / SECOND_MS);
    if (second !== this.second) {
      this.second = second;
      this.inSecond = 0;
    }
    return ++this.inSecond <= MAX_A_SECOND;
  }

  private isFirst(name: string): boolean {
    const count = this.perMinute.get(name) ?? 0;
    if (count >= MIN_A_MINUTE || (count === 0 && this.perMinute.size >= MAX_FUNCTIONS)) return false;
    this.perMinute.set(name, count + 1);
    return true;
  }

  private keep(spans: readonly SpanRecord[]): void {
    for (const span of spans) this.options.journal.appendSpan(span);
    this.options.onKept?.(undefined, spans);
  }
}

/** The same answer for all invocations of a trace, on every node. */
export function inSample(traceId: string, percent: number): boolean {
  if (percent <= 0) return false;
  // The end of the id is random in every way of making one.
  return Number.parseInt(traceId.slice(-6), 16) < (percent / 100) * 0x1000000;
}
