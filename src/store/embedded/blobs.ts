import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, opendir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';
import type { Blobs } from '../blobs.ts';
import { storageProblem } from './storage-problem.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** Blobs as files `ab/<digest>`; each is written aside, synced, and then renamed to its place. */
export class FileBlobs implements Blobs {
  private readonly folder: string;
  private readonly temporary: string;
  private readonly writing = new Set<Promise<unknown>>();
  private closed = false;

  constructor(folder: string, temporary: string) {
    this.folder = folder;
    this.temporary = temporary;
  }

  async put(
    content: Uint8Array | Readable,
    options: { maxBytes?: number } = {},
  ): Promise<{ digest: string; bytes: number }> {
    this.checkOpen();
    const writing = this.write(content, options.maxBytes ?? Number.POSITIVE_INFINITY);
    this.writing.add(writing);
    try {
      return await writing;
    } finally {
      this.writing.delete(writing);
    }
  }

  async get(digest: string): Promise<Buffer> {
    this.checkOpen();
    const content = await readFile(this.pathOf(digest)).catch((error) => {
      throw readProblem(digest, error);
    });
    if (createHash('sha256').update(content).digest('hex') === digest) return content;
    throw new Problem('internal', `the blob ${digest} is damaged on disk; restore a backup or upload it again`, {
      details: { digest },
    });
  }

  async open(digest: string): Promise<Readable> {
    this.checkOpen();
    try {
      const file = await open(this.pathOf(digest));
      return file.createReadStream();
    } catch (error) {
      throw readProblem(digest, error);
    }
  }

  async has(digest: string): Promise<boolean> {
    this.checkOpen();
    if (!DIGEST.test(digest)) return false;
    try {
      await stat(this.pathOf(digest));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw storageProblem(error);
    }
  }

  async delete(digest: string): Promise<boolean> {
    this.checkOpen();
    if (!DIGEST.test(digest)) return false;
    try {
      await unlink(this.pathOf(digest));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw storageProblem(error);
    }
  }

  async *list(): AsyncIterable<{ digest: string; bytes: number; storedAtMs: number }> {
    this.checkOpen();
    for await (const shard of await opendir(this.folder)) {
      if (!shard.isDirectory()) continue;
      for await (const file of await opendir(join(this.folder, shard.name))) {
        if (!DIGEST.test(file.name)) continue;
        const found = await stat(join(this.folder, shard.name, file.name)).catch(() => undefined);
        if (found) yield { digest: file.name, bytes: found.size, storedAtMs: Math.floor(found.mtimeMs) };
      }
    }
  }

  /** Waits for writes under way; calls after it reject. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled(this.writing);
  }

  private checkOpen(): void {
    if (this.closed) throw new Problem('unavailable', 'the store is closed; the node is stopping');
  }

  private pathOf(digest: string): string {
    if (!DIGEST.test(digest)) {
      throw new Problem('not_found', `there is no blob '${digest}': a digest is 64 lower-case hex digits`);
    }
    return join(this.folder, digest.slice(0, 2), digest);
  }

  private async write(content: Uint8Array | Readable, maxBytes: number): Promise<{ digest: string; bytes: number }> {
    const aside = join(this.temporary, `blob-${randomUUID()}`);
    // It may fail before it is read; reading it tells so.
    if (!(content instanceof Uint8Array)) content.on('error', () => undefined);
    try {
      const file = await open(aside, 'wx', 0o600);
      let written: { digest: string; bytes: number };
      try {
        written = await copy(content, file, maxBytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.place(aside, written.digest);
      return written;
    } catch (error) {
      if (!(content instanceof Uint8Array)) content.destroy();
      await rm(aside, { force: true });
      throw storageProblem(error);
    }
  }

  /** Renames a synced file to its place. One that is there already is replaced by the same content, which also heals damage. */
  private async place(aside: string, digest: string): Promise<void> {
    const shard = join(this.folder, digest.slice(0, 2));
    await mkdir(shard, { recursive: true, mode: 0o700 });
    await rename(aside, join(shard, digest));
    await syncFolder(shard);
    await syncFolder(this.folder);
  }
}

async function copy(
  content: Uint8Array | Readable,
  file: FileHandle,
  maxBytes: number,
): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(content)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new Problem('too_large', `the content is larger than the limit of ${maxBytes} bytes`, {
        details: { maxBytes },
      });
    }
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  return { digest: hash.digest('hex'), bytes };
}

async function* chunksOf(content: Uint8Array | Readable): AsyncIterable<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  try {
    for await (const chunk of content) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('cancelled', 'the content ended before it was whole; send it again', { cause: error });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as { code?: string }).code === 'ENOENT';
}

function readProblem(digest: string, error: unknown): Problem {
  if (!isAbsent(error)) return storageProblem(error);
  return new Problem('not_found', `there is no blob ${digest}`, { cause: error, details: { digest } });
}
