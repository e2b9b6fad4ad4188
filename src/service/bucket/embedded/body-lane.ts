import type { WorkerClient } from '../../../store/embedded/rpc.ts';
import type { DigestAlgorithm, DigestValues } from '../digests.ts';
import type { BodyOperations } from './body-thread.ts';

/** What may wait for the message under way to be answered. */
const PENDING_BYTES = 512 * 1024;
let lastId = 0;

/**
 * The way of one body to the thread that writes it: one message at a time, and what arrives meanwhile goes together with
 * the next. Slow senders so hold no memory, and fast ones cost few messages.
 */
export class BodyLane {
  private readonly thread: WorkerClient<BodyOperations>;
  private readonly id = ++lastId;
  private readonly opened: Promise<void>;
  private pending: Uint8Array<ArrayBuffer>[] = [];
  private pendingBytes = 0;
  private sending: Promise<void> | undefined;
  private failure: unknown;

  constructor(thread: WorkerClient<BodyOperations>, path: string, algorithms: readonly DigestAlgorithm[]) {
    this.thread = thread;
    this.opened = thread.call('open', [this.id, path, algorithms]).catch((error) => {
      this.failure ??= error;
    });
  }

  /** Takes a copy of the chunk; await what it returns before the next one. Throws where an earlier one could not be written. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    const copy = new Uint8Array(Buffer.allocUnsafeSlow(chunk.byteLength).buffer);
    copy.set(chunk);
    this.pending.push(copy);
    this.pendingBytes += copy.byteLength;
    if (this.sending === undefined) this.send();
    return this.pendingBytes < PENDING_BYTES ? undefined : this.sending;
  }

  /** Resolves when the whole is on disk. */
  async finish(): Promise<DigestValues> {
    while (this.sending !== undefined) await this.sending;
    await this.opened;
    if (this.failure !== undefined) throw this.failure;
    return this.thread.call('finish', [this.id]);
  }

  async abort(): Promise<void> {
    while (this.sending !== undefined) await this.sending;
    await this.thread.call('abort', [this.id]);
  }

  private send(): void {
    const chunks = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    const buffers = chunks.map((chunk) => chunk.buffer);
    this.sending = this.thread.call('write', [this.id, chunks], buffers).then(
      () => this.sent(),
      (error) => {
        this.failure ??= error;
        this.pending = [];
        this.sending = undefined;
      },
    );
  }

  private sent(): void {
    if (this.pending.length > 0) this.send();
    else this.sending = undefined;
  }
}
