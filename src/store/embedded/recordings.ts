import { existsSync } from 'node:fs';
import type { Clock } from '../../model/clock.ts';
import { MAX_PART_BYTES, type RecordedPart, type Recording, type Recordings } from '../recordings.ts';
import type { StoreLog } from './log.ts';
import type { RecordingOperations } from './recordings-database.ts';
import type { WorkerClient } from './rpc.ts';

const BATCH_MS = 200;
/** What may wait to be written. */
const BACKLOG_BYTES = 32 * 1024 * 1024;
/** A recording's share of that, besides its parts. */
const RECORDING_BYTES = 500;

/** Recordings in `recordings.db`, whose thread starts with the first of them: most nodes have none. */
export class SqliteRecordings implements Recordings {
  private readonly worker: WorkerClient<RecordingOperations>;
  private readonly path: string;
  private readonly clock: Clock;
  private readonly log: StoreLog;
  private waiting: Recording[] = [];
  private waitingBytes = 0;
  private sentBytes = 0;
  private dropped = 0;
  private cancelTimer: (() => void) | undefined;
  private writing: Promise<void> = Promise.resolve();
  private failing = false;
  private closed = false;

  constructor(worker: WorkerClient<RecordingOperations>, path: string, clock: Clock, log: StoreLog) {
    this.worker = worker;
    this.path = path;
    this.clock = clock;
    this.log = log;
  }

  record(recording: Recording): void {
    const { payload, result } = recording;
    const bytes = RECORDING_BYTES + keptBytes(payload) + (result === undefined ? 0 : keptBytes(result));
    if (this.closed || this.waitingBytes + this.sentBytes + bytes > BACKLOG_BYTES) {
      this.dropped++;
      return;
    }
    this.waiting.push({ ...recording, payload: kept(payload), ...(result !== undefined && { result: kept(result) }) });
    this.waitingBytes += bytes;
    this.cancelTimer ??= this.clock.after(BATCH_MS, () => void this.flush().catch(() => {}));
  }

  async find(invocationId: string): Promise<Recording | undefined> {
    await this.flush().catch(() => {});
    return this.isEmpty() ? undefined : this.worker.call('find', [invocationId]);
  }

  flush(): Promise<void> {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.waiting.length === 0) return this.writing;
    const batch = this.waiting;
    const bytes = this.waitingBytes;
    this.waiting = [];
    this.waitingBytes = 0;
    this.sentBytes += bytes;
    const written = this.worker.call('write', [batch]).then(
      () => {
        this.sentBytes -= bytes;
        this.failing = false;
      },
      (error: unknown) => {
        this.sentBytes -= bytes;
        this.dropped += batch.length;
        if (!this.failing) this.log.warn({ err: error }, 'recordings cannot be written and are dropped');
        this.failing = true;
        throw error;
      },
    );
    this.writing = written.catch(() => {});
    return written;
  }

  async retain({ maxAgeMs, maxBytes }: { maxAgeMs: number; maxBytes: number }): Promise<number> {
    return this.isEmpty() ? 0 : this.worker.call('retain', [this.clock.now() - maxAgeMs, maxBytes]);
  }

  async forget(nameOfFunction: string): Promise<number> {
    await this.flush().catch(() => {});
    return this.isEmpty() ? 0 : this.worker.call('forget', [nameOfFunction]);
  }

  async stats(): Promise<{ recordings: number; bytes: number; dropped: number }> {
    await this.flush().catch(() => {});
    const written = this.isEmpty() ? { recordings: 0, bytes: 0 } : await this.worker.call('stats', []);
    return { ...written, dropped: this.dropped };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.flush().catch(() => {});
    this.closed = true;
  }

  /** Whether there was never anything to write: then no thread is started to say so. */
  private isEmpty(): boolean {
    return !existsSync(this.path);
  }
}

function keptBytes({ content }: RecordedPart): number {
  return content === undefined || content.byteLength > MAX_PART_BYTES ? 0 : content.byteLength;
}

/** A copy of its own: what a request or a frame holds is used again. */
function kept({ contentType, bytes, content }: RecordedPart): RecordedPart {
  if (content === undefined || content.byteLength > MAX_PART_BYTES) return { contentType, bytes };
  return { contentType, bytes, content: Uint8Array.from(content) };
}
