import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser, type ReadEntry } from 'tar';
import { Check } from 'typebox/value';
import { Problem } from '../../model/problem.ts';
import type { Blobs } from '../blobs.ts';
import {
  AUDIT_FILE,
  BACKUP_FORMAT,
  JOURNAL_FILE,
  MANIFEST_FILE,
  type Manifest,
  ManifestSchema,
  STATE_FILE,
} from './archive.ts';
import type { SqliteAuditTrail } from './audit-trail.ts';
import { digestOf } from './backup.ts';
import type { DataFolder } from './folder.ts';
import type { SqliteJournal } from './journal.ts';
import type { SqliteKeyValue } from './key-value.ts';
import type { SqliteQueue } from './queue.ts';
import type { SqliteRegistry } from './registry.ts';
import { withSnapshots } from './snapshots.ts';
import { isDiskFull, storageProblem } from './storage-problem.ts';

interface RestoreTarget {
  readonly registry: SqliteRegistry;
  readonly queue: SqliteQueue;
  readonly keyValue: SqliteKeyValue;
  readonly journal: SqliteJournal;
  readonly audit: SqliteAuditTrail;
  readonly blobs: Blobs;
}

/**
 * Replaces everything by a backup: it is unpacked and verified aside first; then its blobs are added, registry, queues and
 * key-values are replaced in one transaction, and the journal's file is exchanged. Until that transaction, nothing that counts has
 * changed. The audit trail stays, for a backup must not undo what was done; only where it is empty, the backup's takes its place.
 */
export async function restore(
  backup: Readable,
  folder: DataFolder,
  target: RestoreTarget,
): Promise<{ documents: number; blobs: number }> {
  const aside = join(folder.temporary, `restore-${randomUUID()}`);
  try {
    await mkdir(aside, { mode: 0o700 });
    await unpack(backup, aside);
    const { files } = await verifiedManifest(aside);
    const hasAudit = files.some(({ path }) => path === AUDIT_FILE);
    const documents = await withSnapshots(async (snapshots) => {
      await snapshots.call('prepareJournal', [join(aside, JOURNAL_FILE)]);
      if (hasAudit) await snapshots.call('prepareAudit', [join(aside, AUDIT_FILE)]);
      return snapshots.call('prepareState', [join(aside, STATE_FILE)]);
    });
    const blobs = files.filter((file) => file.path.startsWith('blobs/'));
    for (const { path } of blobs) await target.blobs.put(createReadStream(join(aside, path)));
    const before = await namesIn(target);
    await target.registry.replaceBy(join(aside, STATE_FILE));
    const { queues, spaces } = await namesIn(target);
    target.queue.replaced([...before.queues, ...queues]);
    for (const space of [...before.spaces, ...spaces]) target.keyValue.changed(space);
    await target.journal.replaceBy(join(aside, JOURNAL_FILE));
    if (hasAudit) await target.audit.adopt(join(aside, AUDIT_FILE));
    return { documents, blobs: blobs.length };
  } catch (error) {
    throw storageProblem(error);
  } finally {
    backup.destroy();
    await rm(aside, { recursive: true, force: true });
  }
}

/** Unpacks plain files of the names that a backup has; others are left out, and then missed by the manifest's check. */
async function unpack(backup: Readable, folder: string): Promise<void> {
  const entries: PassThrough[] = [];
  const writes: Promise<void>[] = [];
  const failing = new AbortController();
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      if (!isPlainFile(entry) || !isExpected(entry.path)) {
        entry.resume();
        return;
      }
      const content = new PassThrough();
      entry.pipe(content);
      const path = join(folder, entry.path);
      // Not awaited: the file's stream must be listening before the archive's fails or goes on.
      mkdirSync(dirname(path), { recursive: true });
      const write = pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      write.catch((error) => failing.abort(error));
      entries.push(content);
      writes.push(write);
    },
  });
  try {
    await pipeline(backup, parser as unknown as NodeJS.WritableStream, { signal: failing.signal });
    await Promise.all(writes);
  } catch (error) {
    for (const content of entries) content.destroy(error as Error);
    await Promise.allSettled(writes);
    if (isDiskFull(failing.signal.reason)) throw failing.signal.reason;
    throw notABackup('it is no tar archive, or its end is missing', error);
  }
}

function isPlainFile(entry: ReadEntry): boolean {
  return entry.type === 'File' || entry.type === 'OldFile';
}

function isExpected(path: string): boolean {
  return (
    [MANIFEST_FILE, STATE_FILE, JOURNAL_FILE, AUDIT_FILE].includes(path) ||
    /^blobs\/[0-9a-f]{2}\/[0-9a-f]{64}$/.test(path)
  );
}

async function verifiedManifest(folder: string): Promise<Manifest> {
  const manifest = await readManifest(join(folder, MANIFEST_FILE));
  if (manifest.format > BACKUP_FORMAT) {
    throw notABackup(`its format ${manifest.format} is of a newer version of fob`);
  }
  const paths = new Set(manifest.files.map((file) => file.path));
  if (!paths.has(STATE_FILE) || !paths.has(JOURNAL_FILE)) throw notABackup('it lacks a database');
  for (const { path, bytes, sha256 } of manifest.files) {
    const found = await stat(join(folder, path)).catch(() => undefined);
    if (found?.size !== bytes) throw notABackup(`its file '${path}' is missing or cut off`);
    if ((await digestOf(join(folder, path))) !== sha256) throw notABackup(`its file '${path}' is damaged`);
  }
  return manifest;
}

/** Queues that hold messages, and spaces that hold keys. */
async function namesIn({ queue, keyValue }: RestoreTarget): Promise<{ queues: string[]; spaces: string[] }> {
  const [queues, spaces] = await Promise.all([queue.queues(), keyValue.spaces('')]);
  return { queues, spaces: spaces.map(({ space }) => space) };
}

async function readManifest(path: string): Promise<Manifest> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw notABackup('it has no readable manifest', error);
  }
  if (!Check(ManifestSchema, manifest)) throw notABackup('its manifest is not as it should be');
  return manifest;
}

function notABackup(reason: string, cause?: unknown): Problem {
  return new Problem('invalid_request', `this is no whole backup: ${reason}; nothing was changed`, { cause });
}
