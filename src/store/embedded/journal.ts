import type { Clock } from '../../model/clock.ts';
import { levelOfLine } from '../../model/structured-line.ts';
import type {
  EventQuery,
  EventRecord,
  InvocationQuery,
  InvocationRecord,
  Journal,
  LogCountQuery,
  LogCounts,
  LogPage,
  LogQuery,
  LogRecord,
  LogStream,
  LogStreamQuery,
  Page,
  RetentionLimits,
  SpanRecord,
} from '../journal.ts';
import { BatchWriter } from './journal-batch.ts';
import type { JournalOperations } from './journal-database.ts';
import type { StoreLog } from './log.ts';
import type { WorkerClient } from './rpc.ts';

/** A batch leaves when it is this old, or this large and the one before it is written. */
const BATCH_MS = 200;
const BATCH_ROWS = 4_000;
const BATCH_BYTES = 1024 * 1024;
/** What may wait to be written; beyond the first, log lines are dropped, beyond the second everything. */
const LOG_BACKLOG_BYTES = 24 * 1024 * 1024;
const BACKLOG_BYTES = 32 * 1024 * 1024;

interface Tail {
  readonly function: string | undefined;
  readonly onLine: (line: LogRecord) => void;
  readonly onInvocation: ((record: InvocationRecord) => void) | undefined;
}

/** The journal in `journal.db`: records are packed here and written by its thread. */
export class SqliteJournal implements Journal {
  private readonly worker: WorkerClient<JournalOperations>;
  private readonly clock: Clock;
  private readonly log: StoreLog;
  private readonly tails = new Set<Tail>();
  /** Records that were not written, since the start. */
  dropped = 0;
  private batch = new BatchWriter();
  /** Bytes and batches that the thread has not answered for. */
  private sentBytes = 0;
  private batchesUnderWay = 0;
  private failing = false;
  private closed = false;
  private cancelTimer: (() => void) | undefined;

  constructor(worker: WorkerClient<JournalOperations>, clock: Clock, log: StoreLog) {
    this.worker = worker;
    this.clock = clock;
    this.log = log;
  }

  appendInvocation(record: InvocationRecord): void {
    if (this.tails.size > 0) this.show(record.function, (tail) => tail.onInvocation?.(record));
    if (this.isFull(BACKLOG_BYTES)) return;
    this.batch.addInvocation(record);
    this.added();
  }

  appendLog(line: LogRecord): void {
    if (this.tails.size > 0) this.showLine(line);
    if (this.isFull(LOG_BACKLOG_BYTES)) return;
    this.batch.addLog(line);
    this.added();
  }

  appendEvent(record: EventRecord): void {
    if (this.isFull(BACKLOG_BYTES)) return;
    this.batch.addEvent(record);
    this.added();
  }

  appendSpan(record: SpanRecord): void {
    if (this.isFull(LOG_BACKLOG_BYTES)) return;
    this.batch.addSpan(record);
    this.added();
  }

  async flush(): Promise<void> {
    await this.ship(true);
  }

  invocation(invocationId: string): Promise<InvocationRecord | undefined> {
    this.shipUnseen();
    return this.worker.call('invocation', [invocationId]);
  }

  invocations(query: InvocationQuery): Promise<Page<InvocationRecord>> {
    this.shipUnseen();
    return this.worker.call('invocations', [query]);
  }

  logs(query: LogQuery): Promise<LogPage> {
    this.shipUnseen();
    return this.worker.call('logs', [query]);
  }

  logCounts(query: LogCountQuery): Promise<LogCounts> {
    this.shipUnseen();
    return this.worker.call('logCounts', [query]);
  }

  logStreams(query: LogStreamQuery): Promise<Page<LogStream>> {
    this.shipUnseen();
    return this.worker.call('logStreams', [query]);
  }

  events(query: EventQuery): Promise<Page<EventRecord>> {
    this.shipUnseen();
    return this.worker.call('events', [query]);
  }

  spans(of: { traceId: string } | { invocationId: string }, limit: number): Promise<SpanRecord[]> {
    this.shipUnseen();
    return this.worker.call('spans', [of, limit]);
  }

  tail(
    filter: { function?: string },
    onLine: (line: LogRecord) => void,
    onInvocation?: (record: InvocationRecord) => void,
  ): () => void {
    const tail = { function: filter.function, onLine, onInvocation };
    this.tails.add(tail);
    return () => this.tails.delete(tail);
  }

  retain({ maxAgeMs, maxBytes, logMaxAgeMs = {} }: RetentionLimits): Promise<number> {
    const nowMs = this.clock.now();
    const logsKeepFromMs = Object.entries(logMaxAgeMs).map(([name, ageMs]) => [name, nowMs - ageMs] as const);
    return this.worker.call('retain', [{ keepFromMs: nowMs - maxAgeMs, maxBytes, logsKeepFromMs }]);
  }

  async stats(): Promise<{ invocations: number; logLines: number; bytes: number; dropped: number }> {
    this.shipUnseen();
    const written = await this.worker.call('stats', []);
    return { ...written, dropped: this.dropped };
  }

  /** Puts another journal's file into the place of this one. */
  async replaceBy(path: string): Promise<void> {
    await this.worker.call('replaceJournal', [path]);
  }

  /** Writes what waits; what is appended after is dropped. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.tails.clear();
    await this.ship(true).catch((error) => this.log.error({ err: error }, 'the last records could not be written'));
  }

  private isFull(limitBytes: number): boolean {
    if (!this.closed && this.sentBytes + this.batch.bytes < limitBytes) return false;
    this.dropped++;
    return true;
  }

  /** Ships one batch at a time, so that a slow disk makes batches larger instead of more. */
  private added(): void {
    if (this.batchesUnderWay > 0) return;
    if (this.batch.rows >= BATCH_ROWS || this.batch.bytes >= BATCH_BYTES) this.shipUnseen();
    else this.cancelTimer ??= this.clock.after(BATCH_MS, () => this.shipUnseen());
  }

  private shipUnseen(): void {
    if (this.batch.rows > 0) this.ship(false).catch(() => {});
  }

  private async ship(durable: boolean): Promise<void> {
    const writer = this.batch;
    const { batch, transfer } = writer.finish();
    this.batch = new BatchWriter(writer);
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.sentBytes += writer.bytes;
    this.batchesUnderWay++;
    try {
      await this.worker.call('append', [batch, durable], transfer);
      this.failing = false;
    } catch (error) {
      this.dropped += writer.rows;
      if (!this.failing)
        this.log.warn({ err: error }, 'invocation records and log lines cannot be written and are dropped');
      this.failing = true;
      throw error;
    } finally {
      this.sentBytes -= writer.bytes;
      this.batchesUnderWay--;
      if (this.batch.rows > 0 && !this.closed) this.added();
    }
  }

  private showLine(line: LogRecord): void {
    const level = levelOfLine(line.text);
    const shown = level === undefined ? line : { ...line, level };
    this.show(line.function, (tail) => tail.onLine(shown));
  }

  private show(functionName: string, to: (tail: Tail) => void): void {
    for (const tail of this.tails) {
      if (tail.function !== undefined && tail.function !== functionName) continue;
      try {
        to(tail);
      } catch (error) {
        this.tails.delete(tail);
        this.log.error({ err: error }, 'a tail of the log failed on a line and was ended');
      }
    }
  }
}
