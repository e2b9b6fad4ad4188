import type { Clock } from '../../model/clock.ts';
import type { AuditEntry, AuditMark, AuditQuery, AuditTrail, AuditVerdict, NewAuditEntry } from '../audit-trail.ts';
import type { Page } from '../journal.ts';
import { Watchers } from '../watchers.ts';
import type { AuditOperations } from './audit-database.ts';
import type { StoreLog } from './log.ts';
import type { WorkerClient } from './rpc.ts';

/** Entries wait this long for others to be written with them. */
const BATCH_MS = 20;
/** After a failure. */
const RETRY_MS = 1_000;
const MAX_BATCH = 1_000;
/** What may wait while nothing can be written. */
const MAX_WAITING = 10_000;

/** The trail in `audit.db`, whose thread starts with the first entry or question: a node where nothing is changed has none. */
export class SqliteAuditTrail implements AuditTrail {
  private readonly worker: WorkerClient<AuditOperations>;
  private readonly clock: Clock;
  private readonly log: StoreLog;
  private readonly watchers: Watchers;
  private waiting: NewAuditEntry[] = [];
  private dropped = 0;
  private writing: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  private failing = false;
  private closed = false;

  constructor(worker: WorkerClient<AuditOperations>, clock: Clock, log: StoreLog) {
    this.worker = worker;
    this.clock = clock;
    this.log = log;
    this.watchers = new Watchers((error) => log.error({ err: error }, 'who watches the audit trail failed'));
  }

  append(entry: NewAuditEntry): void {
    if (this.closed || this.waiting.length >= MAX_WAITING) {
      this.dropped++;
      return;
    }
    // As it is now: who appends may go on with the object.
    this.waiting.push({ ...entry, details: JSON.parse(JSON.stringify(entry.details)) as NewAuditEntry['details'] });
    this.writeLater(BATCH_MS);
    this.watchers.changed('');
  }

  async flush(): Promise<void> {
    await this.writing?.catch(() => {});
    await this.write();
  }

  async query(query: AuditQuery): Promise<Page<AuditEntry>> {
    await this.settle();
    return this.worker.call('query', [query]);
  }

  async verify(expected?: AuditMark): Promise<AuditVerdict> {
    await this.settle();
    return this.worker.call('verify', [expected]);
  }

  retain(limits: { maxAgeMs: number }): Promise<number> {
    return this.worker.call('retain', [this.clock.now() - limits.maxAgeMs]);
  }

  watch(onAppend: () => void): () => void {
    return this.watchers.watch(onAppend);
  }

  /** Takes over a backup's trail where this one is empty; false where it is not. */
  async adopt(path: string): Promise<boolean> {
    await this.settle();
    return this.worker.call('adopt', [path]);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.flush().catch((error) => this.log.error({ err: error }, 'the last audit entries could not be written'));
    this.closed = true;
    this.watchers.close();
    this.cancelTimer?.();
  }

  /** What waits is written before a question, and the question is asked even where it cannot be. */
  private async settle(): Promise<void> {
    if (this.waiting.length > 0 || this.writing !== undefined) await this.flush().catch(() => {});
  }

  private writeLater(afterMs: number): void {
    this.cancelTimer ??= this.clock.after(afterMs, () => {
      this.cancelTimer = undefined;
      this.write().catch(() => {});
    });
  }

  private write(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, MAX_BATCH);
      try {
        await this.worker.call('append', [batch]);
      } catch (error) {
        if (!this.failing) this.log.error({ err: error }, 'audit entries cannot be written and wait');
        this.failing = true;
        if (!this.closed) this.writeLater(RETRY_MS);
        throw error;
      }
      this.failing = false;
      this.waiting.splice(0, batch.length);
      if (this.dropped > 0) {
        const details = { entries: this.dropped };
        this.dropped = 0;
        this.append({ timeMs: this.clock.now(), actor: 'fob', action: 'audit.drop', subject: '*', details });
      }
    }
  }
}
