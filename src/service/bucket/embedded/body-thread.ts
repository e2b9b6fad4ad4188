import { close, closeSync, fdatasync, fsyncSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Operations } from '../../../store/embedded/rpc.ts';
import { type DigestAlgorithm, Digests, type DigestValues } from '../digests.ts';

const READ_BYTES = 1024 * 1024;
const syncData = promisify(fdatasync);
const closeFile = promisify(close);

interface OpenBody {
  readonly path: string;
  readonly file: number;
  readonly digests: Digests;
}

/** What a thread that writes bodies can be asked. A body that fails at any step is removed at once. */
export interface BodyOperations extends Operations {
  open(id: number, path: string, algorithms: readonly DigestAlgorithm[]): void;
  write(id: number, chunks: readonly Uint8Array[]): void;
  /** Resolves when the body and its name are on disk. */
  finish(id: number): Promise<DigestValues>;
  abort(id: number): void;
  /** Digests of what files hold, one after the other. */
  digest(paths: readonly string[], algorithms: readonly DigestAlgorithm[]): DigestValues;
}

/** The operations of a thread that writes bodies and computes their digests meanwhile, off the gateway's event loop. */
export function bodyOperations(): BodyOperations {
  const bodies = new Map<number, OpenBody>();

  const take = (id: number): OpenBody => {
    const body = bodies.get(id);
    if (body === undefined) throw new Error('the body failed before');
    bodies.delete(id);
    return body;
  };
  const discard = ({ file, path }: OpenBody): void => {
    closeSync(file);
    unlinkSync(path);
  };

  return {
    open(id, path, algorithms) {
      bodies.set(id, { path, file: create(path), digests: new Digests(algorithms) });
    },

    write(id, chunks) {
      const body = take(id);
      try {
        for (const chunk of chunks) {
          body.digests.update(chunk);
          for (let at = 0; at < chunk.length; ) at += writeSync(body.file, chunk, at);
        }
      } catch (error) {
        discard(body);
        throw error;
      }
      bodies.set(id, body);
    },

    async finish(id) {
      const body = take(id);
      try {
        await Promise.all([syncData(body.file), syncFolder(dirname(body.path))]);
      } catch (error) {
        discard(body);
        throw error;
      }
      await closeFile(body.file);
      return body.digests.values();
    },

    abort(id) {
      if (bodies.has(id)) discard(take(id));
    },

    digest(paths, algorithms) {
      const digests = new Digests(algorithms);
      const piece = Buffer.allocUnsafe(READ_BYTES);
      for (const path of paths) {
        const file = openSync(path, 'r');
        try {
          for (let bytes = readSync(file, piece); bytes > 0; bytes = readSync(file, piece)) {
            digests.update(piece.subarray(0, bytes));
          }
        } finally {
          closeSync(file);
        }
      }
      return digests.values();
    },
  };
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const shard = dirname(path);
  mkdirSync(shard, { recursive: true, mode: 0o700 });
  const folder = openSync(dirname(shard), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return openSync(path, 'wx', 0o600);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
