import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freeMemory } from '../../../model/free-memory.ts';
import { Problem } from '../../../model/problem.ts';
import type { StoreLog } from '../../../store/embedded/log.ts';
import { WorkerClient } from '../../../store/embedded/rpc.ts';
import { storageProblem } from '../../../store/embedded/storage-problem.ts';
import type { PutOptions } from '../buckets.ts';
import { type DigestAlgorithm, Digests, type DigestValues, digestOf } from '../digests.ts';
import { BodyLane } from './body-lane.ts';
import type { BodyOperations } from './body-thread.ts';
import type { Segment, StoredBody } from './catalog-tables.ts';

/** Bodies up to this size live in the database. */
const SMALL_BYTES = 16 * 1024;
const MAX_THREADS = 4;
const THREAD_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };
const SWEEP_FILES = 500;

interface ReceivedBody {
  readonly bytes: number;
  readonly digests: DigestValues;
  readonly stored: StoredBody;
}

/**
 * Bodies as files `ab/ab-<run>-<number>` below a folder. A file gets its name while it is written, for nobody knows the
 * name before the database does; what it never heard of is removed at the next start.
 */
export class Bodies {
  private readonly folder: string;
  private readonly log: StoreLog;
  private readonly run = randomBytes(6).toString('hex');
  private readonly threads: WorkerClient<BodyOperations>[];
  private readonly readers = new Map<string, number>();
  private readonly doomed = new Set<string>();
  private readonly discarding = new Set<Promise<void>>();
  private count = 0;
  private closed = false;

  constructor(folder: string, log: StoreLog) {
    this.folder = folder;
    this.log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.threads = Array.from(
      { length: Math.min(MAX_THREADS, availableParallelism()) },
      () =>
        new WorkerClient<BodyOperations>({
          file: new URL('./body.worker.ts', import.meta.url),
          data: undefined,
          limits: THREAD_LIMITS,
          onCrash: (err) =>
            log.error({ err }, 'a thread that writes objects failed; it starts again with the next one'),
        }),
    );
  }

  pathOf(file: string): string {
    return join(this.folder, file.slice(0, 2), file);
  }

  /**
   * Receives a body to its end, and stores it on disk unless it is small. `bytes` is its length where known: another one is
   * `invalid_request` (`incomplete_body`). A body that fails leaves nothing.
   */
  async receive(
    body: Readable,
    options: Pick<PutOptions, 'bytes' | 'disposable'> & {
      algorithms: readonly DigestAlgorithm[];
      alwaysFile?: boolean;
    },
  ): Promise<ReceivedBody> {
    const { algorithms, bytes: expectedBytes, disposable = false, alwaysFile = false } = options;
    // It may fail before it is read; reading it tells so.
    body.on('error', () => undefined);
    let lane: { body: BodyLane; file: string } | undefined;
    if (alwaysFile || (expectedBytes ?? 0) > SMALL_BYTES) lane = this.openLane(algorithms);
    try {
      let bytes = 0;
      let head: Uint8Array[] = [];
      for await (const chunk of chunksOf(body)) {
        bytes += chunk.byteLength;
        if (bytes > (expectedBytes ?? Number.POSITIVE_INFINITY)) throw wrongLength(bytes, expectedBytes!);
        if (lane === undefined && bytes > SMALL_BYTES) {
          lane = this.openLane(algorithms);
          for (const early of head) await lane.body.add(early);
          head = [];
        }
        if (lane === undefined) head.push(chunk);
        else {
          const full = lane.body.add(chunk);
          if (disposable) freeMemory(chunk);
          if (full !== undefined) await full;
        }
      }
      if (bytes !== (expectedBytes ?? bytes)) throw wrongLength(bytes, expectedBytes!);
      if (lane !== undefined) {
        const digests = await lane.body.finish();
        return { bytes, digests, stored: { segments: [{ file: lane.file, bytes }] } };
      }
      const small = Buffer.concat(head);
      const digests = new Digests(algorithms);
      digests.update(small);
      return { bytes, digests: digests.values(), stored: { small } };
    } catch (error) {
      body.destroy();
      // Where the thread is gone or the store closes, the next start removes what is left.
      await lane?.body.abort().catch(() => undefined);
      throw storageProblem(error);
    }
  }

  /** The digest of a body that is stored. */
  async digest(body: Uint8Array | readonly Segment[], algorithm: DigestAlgorithm): Promise<string> {
    if (body instanceof Uint8Array) return digestOf(algorithm, body);
    const paths = body.map(({ file }) => this.pathOf(file));
    return (await this.nextThread().call('digest', [paths, [algorithm]]))[algorithm]!;
  }

  /** Keeps files from being removed until the returned function is called. */
  pin(segments: readonly Segment[]): () => void {
    for (const { file } of segments) this.readers.set(file, (this.readers.get(file) ?? 0) + 1);
    let pinned = true;
    return () => {
      if (!pinned) return;
      pinned = false;
      for (const { file } of segments) {
        const left = this.readers.get(file)! - 1;
        if (left > 0) this.readers.set(file, left);
        else {
          this.readers.delete(file);
          if (this.doomed.delete(file)) void this.unlink(file);
        }
      }
    };
  }

  /** Removes files that nothing refers to any more, once nobody reads them. */
  discard(files: readonly string[]): void {
    if (files.length === 0) return;
    const discarding = this.unlinkUnread(files).finally(() => this.discarding.delete(discarding));
    this.discarding.add(discarding);
  }

  private async unlinkUnread(files: readonly string[]): Promise<void> {
    // A reader that the database answered just before pins its files within this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    for (const file of files) {
      if (this.readers.has(file)) this.doomed.add(file);
      else await this.unlink(file);
    }
  }

  /** Resolves when all files that were discarded before, and that nobody reads, are gone. */
  async settled(): Promise<void> {
    await Promise.all(this.discarding);
  }

  /** Removes what a crash left: files of earlier runs that `unused` says nothing refers to. In the background; ends early on close. */
  async sweep(unused: (files: readonly string[]) => Promise<readonly string[]>): Promise<void> {
    for (const shard of await readdir(this.folder)) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      const files = (await readdir(join(this.folder, shard))).filter((file) => !file.includes(`-${this.run}-`));
      for (let at = 0; at < files.length; at += SWEEP_FILES) {
        if (this.closed) return;
        this.discard(await unused(files.slice(at, at + SWEEP_FILES)));
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private openLane(algorithms: readonly DigestAlgorithm[]): { body: BodyLane; file: string } {
    const shard = randomBytes(1).toString('hex');
    const file = `${shard}-${this.run}-${(++this.count).toString(36)}`;
    return { body: new BodyLane(this.nextThread(), this.pathOf(file), algorithms), file };
  }

  private nextThread(): WorkerClient<BodyOperations> {
    return this.threads[this.count % this.threads.length]!;
  }

  private async unlink(file: string): Promise<void> {
    try {
      await unlink(this.pathOf(file));
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.log.warn(
        { err, file },
        'the file of an object that is gone could not be removed; the next start tries again',
      );
    }
  }
}

async function* chunksOf(body: Readable): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('cancelled', 'the body ended before it was whole; send it again', { cause: error });
  }
}

function wrongLength(bytes: number, expectedBytes: number): Problem {
  const message =
    bytes > expectedBytes
      ? `the body is longer than the ${expectedBytes} bytes`
      : `the body ended after ${bytes} of the ${expectedBytes} bytes`;
  return new Problem('invalid_request', `${message} that were announced; send it again`, {
    details: { reason: 'incomplete_body' },
  });
}
