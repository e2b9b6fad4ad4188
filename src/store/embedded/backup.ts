import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { create } from 'tar';
import { AUDIT_FILE, BACKUP_FORMAT, JOURNAL_FILE, MANIFEST_FILE, type Manifest, STATE_FILE } from './archive.ts';
import type { DataFolder } from './folder.ts';
import { withSnapshots } from './snapshots.ts';
import { storageProblem } from './storage-problem.ts';

/**
 * A copy of everything but `secret.key` as a tar stream, taken while the store is in use: a snapshot of each database, and each blob that
 * a document of the snapshot can name. What it needs on disk meanwhile goes when the stream ends or is destroyed.
 */
export async function backUp(folder: DataFolder, nowMs: number): Promise<Readable> {
  const aside = join(folder.temporary, `backup-${randomUUID()}`);
  try {
    await mkdir(aside, { mode: 0o700 });
    // Blobs that go during the snapshot are kept by the first pass, those that come by the second.
    await linkBlobs(folder.blobs, join(aside, 'blobs'));
    await withSnapshots(async (snapshots) => {
      await snapshots.call('copy', [folder.state, join(aside, STATE_FILE)]);
      await snapshots.call('copy', [folder.journal, join(aside, JOURNAL_FILE)]);
      if (existsSync(folder.audit)) await snapshots.call('copy', [folder.audit, join(aside, AUDIT_FILE)]);
    });
    const blobs = await linkBlobs(folder.blobs, join(aside, 'blobs'));
    const files: Manifest['files'] = [];
    for (const path of [STATE_FILE, JOURNAL_FILE, AUDIT_FILE]) {
      if (!existsSync(join(aside, path))) continue;
      const { size } = await stat(join(aside, path));
      files.push({ path, bytes: size, sha256: await digestOf(join(aside, path)) });
    }
    files.push(...blobs);
    const manifest: Manifest = { format: BACKUP_FORMAT, createdAt: new Date(nowMs).toISOString(), files };
    await writeFile(join(aside, MANIFEST_FILE), JSON.stringify(manifest, null, 2));
    const paths = [MANIFEST_FILE, ...files.map((file) => file.path)];
    const archived = Readable.from(archive(aside, paths), { objectMode: false });
    // A reader that leaves before the first byte never begins the archive, so it cannot clear up by itself.
    archived.once('close', () => void rm(aside, { recursive: true, force: true }).catch(() => undefined));
    return archived;
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw storageProblem(error);
  }
}

async function* archive(folder: string, paths: string[]): AsyncGenerator<Buffer> {
  const packed = create({ cwd: folder, portable: true, strict: true }, paths);
  // After its reader has left it goes on for a moment, and finds its files gone.
  packed.on('error', () => undefined);
  try {
    yield* packed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Links every blob that is not there yet, and tells all that are. */
async function linkBlobs(from: string, to: string): Promise<Manifest['files']> {
  const files: Manifest['files'] = [];
  for (const shard of await readdir(from)) {
    await mkdir(join(to, shard), { recursive: true });
    for (const digest of await readdir(join(from, shard))) {
      await link(join(from, shard, digest), join(to, shard, digest)).catch((error: { code?: string }) => {
        if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error;
      });
    }
    for (const digest of await readdir(join(to, shard))) {
      const { size } = await stat(join(to, shard, digest));
      files.push({ path: `blobs/${shard}/${digest}`, bytes: size, sha256: digest });
    }
  }
  return files;
}

/** SHA-256 of a file, as hex digits. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
