import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { pause } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import type { SpanRecord } from '../../store/journal.ts';
import { type OtlpTarget, sendOtlp } from '../otlp/client.ts';
import { otlpTraces } from './otlp-spans.ts';

const MAX_QUEUED = 20_000;
const MAX_BATCH = 512;
/** How long spans gather before they are sent. */
const GATHER_MS = 2_000;
/** How long the last ones may take when the node stops. */
const CLOSE_MS = 2_000;

interface SpanExportOptions {
  readonly target: OtlpTarget;
  readonly resource: Readonly<Record<string, string>>;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Sends spans as OTLP, in batches, from a bounded queue: what a slow collector cannot take is dropped and counted. */
export class SpanExport {
  /** Spans that were not sent: there were too many, or the collector did not take them. */
  dropped = 0;
  sent = 0;
  private readonly options: SpanExportOptions;
  private queue: SpanRecord[] = [];
  private readonly closing = new AbortController();
  private readonly stopping = new AbortController();
  private sending: Promise<void> | undefined;
  private failing = false;

  constructor(options: SpanExportOptions) {
    this.options = options;
  }

  add(spans: readonly SpanRecord[]): void {
    const room = MAX_QUEUED - this.queue.length;
    if (spans.length > room) this.dropped += spans.length - Math.max(0, room);
    for (let at = 0; at < spans.length && at < room; at++) this.queue.push(spans[at]!);
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
  }

  /** Sends what is left, for a while. */
  async close(): Promise<void> {
    this.stopping.abort();
    const cancel = this.options.clock.after(CLOSE_MS, () => this.closing.abort());
    await this.sending;
    cancel();
    this.dropped += this.queue.length;
    this.queue = [];
  }

  private async sendAll(): Promise<void> {
    const { clock, target, resource, version, log } = this.options;
    while (this.queue.length > 0 && !this.closing.signal.aborted) {
      if (this.queue.length < MAX_BATCH) await pause(clock, GATHER_MS, this.stopping.signal);
      const batch = this.queue.splice(0, MAX_BATCH);
      try {
        await sendOtlp(target, 'traces', otlpTraces(batch, resource, version), { clock, signal: this.closing.signal });
        this.sent += batch.length;
        if (this.failing) log.info('the collector takes spans again');
        this.failing = false;
      } catch (error) {
        this.dropped += batch.length;
        // Once for each time that it begins to fail.
        if (!this.failing) log.warn({ err: error }, `spans cannot be sent: ${messageOf(error)}`);
        this.failing = true;
      }
    }
  }
}
