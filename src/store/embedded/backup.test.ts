import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { create, list } from 'tar';
import { formatId, newId } from '../../model/id.ts';
import type { Change } from '../registry.ts';
import type { Store } from '../store.ts';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { listen } from '../testing/listen.ts';
import { openEmbeddedStore } from './store.ts';

describe('backup and restore', () => {
  const { folder: base, remove } = temporaryFolder();
  after(remove);
  let folders = 0;
  let folder = '';
  let store: Store;
  beforeEach(async () => {
    folder = join(base, `data-${++folders}`);
    store = await openEmbeddedStore({ folder });
  });
  afterEach(() => store.close());
  const backUp = async (): Promise<Buffer> => buffer(await store.backup());
  const restore = (backup: Buffer) => store.restore(Readable.from(chunked(backup)));

  test('a backup restored into a fresh folder is the same store', async () => {
    const { invocationId, digest } = await fill(store);
    const backup = await backUp();
    await store.close();
    store = await openEmbeddedStore({ folder: `${folder}-fresh` });
    assert.deepEqual(await restore(backup), { documents: 20, blobs: 1 });
    assert.equal((await store.registry.list('function/')).length, 20);
    assert.deepEqual((await store.registry.get('function/7'))?.value, { n: 7 });
    assert.equal((await store.blobs.get(digest)).toString(), 'code');
    assert.equal((await store.journal.invocation(invocationId))?.function, 'hello');
    assert.equal((await store.journal.logs({ text: 'restored', limit: 10 })).items.length, 1);
    const [event] = (await store.journal.events({ function: 'hello', limit: 10 })).items;
    assert.equal(event?.invocationId, invocationId);
    assert.equal((await store.keyValue.get('s', 'k'))?.value.toString(), 'restored');
    assert.deepEqual(await store.keyValue.spaces(''), [{ space: 's', keys: 2 }]);
    const again = await store.queue.send('q', { body: Buffer.alloc(0), deduplicationId: 'once' });
    assert.equal(again.duplicate, true);
    const delivered = await store.queue.receive('q', { max: 10, leaseMs: 1_000 });
    assert.deepEqual(
      delivered.map((message) => message.body.toString()),
      ['leased at the time', 'waiting'],
    );
    const next = await store.queue.send('q', { body: Buffer.alloc(0) });
    assert.ok(!delivered.some((message) => message.messageId === next.messageId));
  });

  test('watchers of a store in use see the difference, in order', async () => {
    await fill(store);
    const backup = await backUp();
    await store.registry.put('function/7', 'changed');
    await store.registry.delete('function/8');
    const last = await store.registry.put('function/new', 1);
    const seen: Change[] = [];
    store.registry.watch('', (change) => seen.push(change));
    await restore(backup);
    assert.deepEqual(
      seen.map(({ kind, key, revision }) => [kind, key, revision]),
      [
        ['delete', 'function/new', last + 1],
        ['put', 'function/7', last + 2],
        ['put', 'function/8', last + 3],
      ],
    );
    assert.ok((await store.registry.put('function/7', 2)) > last + 3);
  });

  test('who watches queues and spaces hears of those that were there, and of those that are', async () => {
    await fill(store);
    const backup = await backUp();
    await store.queue.send('gone', { body: Buffer.alloc(0) });
    await store.keyValue.put('gone', 'k', Buffer.alloc(0));
    const queues = listen(store.queue);
    const spaces = listen(store.keyValue);
    await restore(backup);
    assert.deepEqual(await queues.heard(), ['gone', 'q']);
    assert.deepEqual(await spaces.heard(), ['gone', 's']);
  });

  test('a restored key stands at a revision that it never had', async () => {
    const revisions = new Set([await store.keyValue.put('s', 'a', Buffer.from('old'))]);
    const backup = await backUp();
    const expectedRevision = await store.keyValue.put('s', 'a', Buffer.from('new'));
    await store.keyValue.put('s', 'since', Buffer.from('x'));
    revisions.add(expectedRevision);
    await restore(backup);
    const entry = await store.keyValue.get('s', 'a');
    assert.equal(entry?.value.toString(), 'old');
    assert.ok(!revisions.has(entry.revision));
    assert.equal(await store.keyValue.get('s', 'since'), undefined);
    await assert.rejects(store.keyValue.put('s', 'a', Buffer.alloc(0), { expectedRevision }), { code: 'conflict' });
    const next = await store.keyValue.put('s', 'a', Buffer.alloc(0), { expectedRevision: entry.revision });
    assert.ok(next > entry.revision);
    const last = await backUp();
    for (let n = 0; n < 2; n++) await restore(last);
    assert.ok((await store.keyValue.get('s', 'a'))!.revision > next);
  });

  test('a document that is restored elsewhere stands at a revision that it had nowhere', async () => {
    let last = 0;
    for (let n = 0; n < 20; n++) last = await store.registry.put('a', n);
    const backup = await backUp();
    await store.close();
    store = await openEmbeddedStore({ folder: `${folder}-elsewhere` });
    await restore(backup);
    const entry = await store.registry.get('a');
    assert.ok(entry!.revision > last, `${entry!.revision}`);
  });

  test('statistics of a queue are those of the restored one', async () => {
    await store.queue.send('q', { body: Buffer.from('x') });
    const backup = await backUp();
    await store.queue.sendBatch('q', [{ body: Buffer.from('y') }, { body: Buffer.from('z'), delayMs: 60_000 }]);
    assert.equal((await store.queue.stats('q')).delayed, 1);
    await restore(backup);
    const { ready, delayed, leased } = await store.queue.stats('q');
    assert.deepEqual([ready, delayed, leased], [1, 0, 0]);
  });

  test('a waiting receiver gets what a restore brought', async () => {
    await store.queue.send('q', { body: Buffer.from('from the backup') });
    const backup = await backUp();
    await store.queue.purge('q');
    const waiting = store.queue.receive('q', { max: 1, leaseMs: 1_000, waitMs: 600_000 });
    await restore(backup);
    assert.equal((await waiting)[0]?.body.toString(), 'from the backup');
  });

  test('a reader that leaves in the middle of a backup harms nothing', async () => {
    for (let n = 0; n < 300; n++) await store.blobs.put(Buffer.from(`code ${n}`));
    const left = await store.backup();
    await once(left, 'readable');
    left.read(512);
    left.destroy();
    await once(left, 'close');
    const backup = await backUp();
    assert.equal((await restore(backup)).blobs, 300);
  });

  test('a backup taken while writers write is consistent', async () => {
    let writing = true;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; writing; n++) {
        const { digest } = await store.blobs.put(Buffer.from(`code ${writer} ${n}`));
        await store.registry.put(`a/${writer}`, { n, digest });
        await store.registry.put(`b/${writer}`, { n, digest });
      }
    };
    const writers = [0, 1, 2].map(write);
    const backup = await backUp();
    writing = false;
    await Promise.all(writers);
    await restore(backup);
    for (const { key, value } of await store.registry.list<{ n: number; digest: string }>('a/')) {
      const b = (await store.registry.get<{ n: number }>(key.replace('a', 'b')))?.value.n ?? -1;
      assert.ok(value.n - b === 0 || value.n - b === 1, `${key} is at ${value.n}, its twin at ${b}`);
      assert.equal(await store.blobs.has(value.digest), true);
    }
  });

  test('damaged, cut off and foreign backups are refused and change nothing', async () => {
    await fill(store);
    const backup = await backUp();
    await store.registry.put('function/since', 1);
    const revision = (await store.registry.get('function/since'))?.revision;
    const flipped = (at: number): Buffer => {
      const copy = Buffer.from(backup);
      copy[at]! ^= 0xff;
      return copy;
    };
    const bad: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'no tar': Buffer.from('this is no tar archive'.repeat(100)),
      zeroes: Buffer.alloc(10_240),
      'without a manifest': await tarOf({ 'fob.db': Buffer.from('x') }),
      'with an empty manifest': await tarOf({ 'manifest.json': Buffer.from('{}') }),
      'with a link': await tarOf({ 'manifest.json': '/etc/passwd' }),
    };
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const at = Math.floor(backup.length * share);
      bad[`cut off at ${at}`] = backup.subarray(0, at);
      if (backup[at] !== undefined && isContent(backup, at)) bad[`flipped at ${at}`] = flipped(at);
    }
    for (const [what, content] of Object.entries(bad)) {
      await assert.rejects(restore(content), { code: 'invalid_request', message: /nothing was changed/ }, what);
    }
    assert.equal((await store.registry.get('function/since'))?.revision, revision);
    assert.equal((await store.registry.list('function/')).length, 21);
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
  });

  test('a source that fails before it is read changes nothing', async () => {
    await store.registry.put('function/1', 'kept');
    const source = new Readable({ read() {} });
    const restored = store.restore(source);
    source.destroy(new Error('the caller went away'));
    await assert.rejects(restored, { code: 'invalid_request', message: /nothing was changed/ });
    assert.equal((await store.registry.get('function/1'))?.value, 'kept');
  });

  test('a source that fails changes nothing', async () => {
    const backup = await backUp();
    await store.registry.put('kept', 1);
    async function* failing() {
      yield backup.subarray(0, 2_000);
      throw new Error('the caller hung up');
    }
    await assert.rejects(store.restore(Readable.from(failing())), { code: 'invalid_request' });
    assert.equal((await store.registry.get('kept'))?.value, 1);
  });

  test('it leaves nothing beside the data, also when nobody reads it to the end', async () => {
    await fill(store);
    await backUp();
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    const abandoned = await store.backup();
    const closed = new Promise((resolve) => abandoned.once('close', resolve));
    abandoned.once('data', () => abandoned.destroy());
    await closed;
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    const unread = await store.backup();
    const [aside] = readdirSync(join(folder, 'tmp'));
    const gone = watched(join(folder, 'tmp', aside!));
    unread.destroy();
    await gone;
    await restore(await backUp());
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    for (const file of ['fob.db', 'journal.db']) assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file);
  });

  test('it is a tar of a manifest, two databases and the blobs under their digests', async () => {
    const { digest } = await fill(store);
    const entries: string[] = [];
    const archive = list({ onReadEntry: (entry) => entries.push(entry.path) });
    archive.end(await backUp());
    assert.deepEqual(entries, ['manifest.json', 'fob.db', 'journal.db', `blobs/${digest.slice(0, 2)}/${digest}`]);
    assert.equal(digest, createHash('sha256').update('code').digest('hex'));
  });
});

async function fill(store: Store): Promise<{ invocationId: string; digest: string }> {
  for (let n = 0; n < 20; n++) await store.registry.put(`function/${n}`, { n });
  const { digest } = await store.blobs.put(Buffer.from('code'));
  await store.queue.send('q', { body: Buffer.from('leased at the time'), deduplicationId: 'once' });
  await store.queue.send('q', { body: Buffer.from('waiting') });
  await store.queue.receive('q', { max: 1, leaseMs: 600_000 });
  const invocationId = formatId(newId());
  const about = { function: 'hello', version: 1, sandboxId: 's' };
  store.journal.appendInvocation({
    ...about,
    invocationId,
    door: 'fob',
    status: 'succeeded',
    startedAtMs: Date.now(),
    queuedMs: 0,
    durationMs: 1,
    coldStart: false,
    payloadBytes: 0,
    resultBytes: 0,
  });
  await store.keyValue.put('s', 'k', Buffer.from('restored'));
  await store.keyValue.put('s', 'other', Buffer.alloc(100_000), { expiresAtMs: Date.now() + 600_000 });
  store.journal.appendEvent({
    eventId: formatId(newId()),
    function: 'hello',
    lane: 'direct',
    state: 'delivered',
    attempts: 1,
    acceptedAtMs: Date.now(),
    endedAtMs: Date.now(),
    invocationId,
  });
  store.journal.appendLog({ ...about, timeMs: Date.now(), stream: 'stdout', level: 'info', text: 'to be restored' });
  return { invocationId, digest };
}

function* chunked(content: Buffer): Iterable<Buffer> {
  for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
}

/** A tar of files with their content, and of links where that is a path. */
async function tarOf(files: Record<string, Buffer | string>): Promise<Buffer> {
  const { folder, remove } = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') symlinkSync(content, join(folder, name));
    else writeFileSync(join(folder, name), content);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: folder }, Object.keys(files))) chunks.push(chunk);
  remove();
  return Buffer.concat(chunks);
}

/** Whether a byte of a tar is no padding: flipping that would change nothing that counts. */
function isContent(archive: Buffer, at: number): boolean {
  return archive.subarray(at - (at % 512), at - (at % 512) + 512).some((byte) => byte !== 0);
}

/** Resolves when a folder is gone. */
async function watched(path: string): Promise<void> {
  for await (const _change of watch(dirname(path))) if (!existsSync(path)) return;
}
