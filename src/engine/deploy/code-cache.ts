import { createHash, type Hash } from 'node:crypto';
import { access, chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';
import type { Blobs } from '../../store/blobs.ts';
import { readTarGz } from '../archive/tar.ts';
import type { Scratch } from './scratch.ts';
import { sealTree } from './tree.ts';
import { unpack } from './unpack.ts';

/** A tree in the blobs was within its limits when it was made; the limits may have been lowered since. */
const NO_LIMITS = { maxBytes: Number.MAX_SAFE_INTEGER, maxEntries: Number.MAX_SAFE_INTEGER };
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * The unpacked trees of code that sandboxes run, one folder each, named by the tree's digest. Only a cache: each can be made
 * again from its blob. A tree appears whole, by a rename; because a rename may reach the disk before the files do, trees
 * that a previous boot of the machine left are not trusted.
 */
export class CodeCache {
  private readonly root: string;
  private readonly blobs: Blobs;
  private readonly scratch: Scratch;
  private readonly known = new Map<string, Promise<string>>();

  private constructor(root: string, blobs: Blobs, scratch: Scratch) {
    this.root = root;
    this.blobs = blobs;
    this.scratch = scratch;
  }

  static async open(root: string, blobs: Blobs, scratch: Scratch): Promise<CodeCache> {
    const cache = new CodeCache(root, blobs, scratch);
    await mkdir(root, { recursive: true });
    // As the scratch folder: the user that functions run as passes through.
    await chmod(root, 0o711);
    await cache.distrustPreviousBoot();
    return cache;
  }

  /**
   * The host folder of a tree, made from its blob where it is not there. Callers at once share one unpacking.
   * Rejects with `not_found` where there is no such blob, with `internal` where it is damaged.
   */
  folder(treeDigest: string): Promise<string> {
    let folder = this.known.get(treeDigest);
    if (folder === undefined) {
      folder = this.ensure(treeDigest);
      this.known.set(treeDigest, folder);
      folder.catch(() => this.known.delete(treeDigest));
    }
    return folder;
  }

  /** Takes over a sealed tree that was made in the scratch folder. */
  async place(treeDigest: string, sealedFolder: string): Promise<void> {
    const folder = this.path(treeDigest);
    await rename(sealedFolder, folder).catch((error: NodeJS.ErrnoException) => {
      // Equal code is there already; the caller's copy goes with its scratch folder.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    this.known.set(treeDigest, Promise.resolve(folder));
  }

  /** Forgets that a tree is there, after it could not be used: the next `folder` looks again. */
  forget(treeDigest: string): void {
    this.known.delete(treeDigest);
  }

  async digests(): Promise<string[]> {
    return (await readdir(this.root)).filter((name) => DIGEST.test(name));
  }

  async remove(treeDigest: string): Promise<void> {
    this.known.delete(treeDigest);
    await this.scratch.discard(this.path(treeDigest));
  }

  /** A digest may come from a restored backup, and must not lead out of the cache. */
  private path(treeDigest: string): string {
    if (!DIGEST.test(treeDigest))
      throw new Problem('not_found', 'the code of this function has no valid digest: deploy it again');
    return join(this.root, treeDigest);
  }

  private async ensure(treeDigest: string): Promise<string> {
    const folder = this.path(treeDigest);
    const exists = await access(folder).then(
      () => true,
      () => false,
    );
    if (exists) return folder;
    await this.scratch
      .with(async (temporary) => {
        const tree = join(temporary, 'tree');
        await mkdir(tree);
        const hash = createHash('sha256');
        const archive = hashed(await this.blobs.open(treeDigest), hash);
        await unpack(readTarGz(Readable.from(archive), Number.MAX_SAFE_INTEGER), tree, NO_LIMITS);
        if (hash.digest('hex') !== treeDigest) throw new Error('its content does not match its digest');
        await sealTree(tree, NO_LIMITS);
        await this.place(treeDigest, tree);
      })
      .catch((error) => {
        if (error instanceof Problem && error.code === 'not_found') throw error;
        throw new Problem('internal', `the stored code ${treeDigest} is damaged: deploy the function again`, {
          cause: error,
        });
      });
    return folder;
  }

  private async distrustPreviousBoot(): Promise<void> {
    const marker = join(this.root, '.boot');
    const boot = await readFile(BOOT_ID_FILE, 'utf8').catch(() => 'unknown');
    if ((await readFile(marker, 'utf8').catch(() => undefined)) === boot) return;
    for (const digest of await this.digests()) await this.remove(digest);
    await writeFile(marker, boot);
  }
}

async function* hashed(content: Readable, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
}
