import { handOver } from './hand-over.ts';
import type { SourceContext, SourceEvent } from './trigger-type.ts';

const MAX_BATCH = 256;
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64 * 1_024 * 1_024;

/**
 * Events of a source that cannot be told to wait and does not say anything twice: they are kept in memory until they are on disk,
 * so many of them; what is beyond is lost, and said to be.
 */
export class WaitingEvents {
  private readonly entries: { event: SourceEvent; bytes: number }[] = [];
  private bytes = 0;
  private lost = 0;
  private isClosed = false;
  private next = Promise.withResolvers<void>();

  /** `bytes` is what it takes about in memory. */
  put(event: SourceEvent, bytes: number): void {
    if (this.entries.length >= MAX_WAITING || this.bytes + bytes > MAX_WAITING_BYTES) {
      this.lost++;
      return;
    }
    this.entries.push({ event, bytes });
    this.bytes += bytes;
    this.next.resolve();
  }

  /** Hands on what arrives, in order, until it is closed and empty, or the source is to stop and cannot be rid of it. */
  async handOverAll<Options>(context: SourceContext<Options>): Promise<void> {
    for (let batch = await this.first(MAX_BATCH); batch !== undefined; batch = await this.first(MAX_BATCH)) {
      if (!(await handOver(context, batch, context.signal))) return;
      for (const { bytes } of this.entries.splice(0, batch.length)) this.bytes -= bytes;
      this.reportLost(context);
    }
  }

  /** Nothing more will come. */
  close(): void {
    this.isClosed = true;
    this.next.resolve();
  }

  /** Up to so many; waits for the first. `undefined` when it is closed and empty. */
  private async first(count: number): Promise<SourceEvent[] | undefined> {
    while (this.entries.length === 0) {
      if (this.isClosed) return undefined;
      this.next = Promise.withResolvers();
      await this.next.promise;
    }
    return this.entries.slice(0, count).map(({ event }) => event);
  }

  private reportLost<Options>({ report, log }: SourceContext<Options>): void {
    if (this.lost === 0) return;
    const message = `${this.lost} messages were lost: they came faster than they could be written`;
    log.warn({ lost: this.lost }, message);
    report('running', message);
    this.lost = 0;
  }
}
