import type { WorkerClient } from '../../../store/embedded/rpc.ts';
import type { DigestAlgorithm, DigestValues } from '../digests.ts';
import type { BodyOperations } from './body-thread.ts';
import { giveBackSlab, type Slab, takeSlab } from './slabs.ts';

/** What may wait for the message under way to be answered. */
const PENDING_BYTES = 512 * 1024;
let lastId = 0;

/**
 * The way of one body to the thread that writes it: one message at a time, and what arrives meanwhile goes together with
 * the next. Slow senders so hold no memory, and fast ones cost few messages. The bytes go through memory that both threads
 * see: a buffer of its own for each would cost more in collecting it than the copy does.
 */
export class BodyLane {
  private readonly thread: WorkerClient<BodyOperations>;
  private readonly id = ++lastId;
  private readonly opened: Promise<void>;
  private pending: { readonly slab: Slab; bytes: number }[] = [];
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
    for (let at = 0; at < chunk.byteLength; ) {
      let last = this.pending.at(-1);
      if (last === undefined || last.bytes === last.slab.byteLength) {
        last = { slab: takeSlab(), bytes: 0 };
        this.pending.push(last);
      }
      const piece = chunk.subarray(at, at + last.slab.byteLength - last.bytes);
      last.slab.set(piece, last.bytes);
      last.bytes += piece.byteLength;
      at += piece.byteLength;
    }
    this.pendingBytes += chunk.byteLength;
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
    const pieces = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    const chunks = pieces.map(({ slab, bytes }) => slab.subarray(0, bytes));
    this.sending = this.thread
      .call('write', [this.id, chunks])
      .finally(() => release(pieces))
      .then(
        () => this.sent(),
        (error) => {
          this.failure ??= error;
          release(this.pending);
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

function release(pieces: readonly { readonly slab: Slab }[]): void {
  for (const { slab } of pieces) giveBackSlab(slab);
}
