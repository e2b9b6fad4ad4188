import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Blobs } from './blobs.ts';
import type { Adapter, Opened } from './conformance.ts';

/** What every blob store must do. */
export function blobsConformance(adapter: Adapter<Blobs>): void {
  describe(`${adapter.name} blobs`, () => {
    let opened: Opened<Blobs>;
    let blobs: Blobs;
    before(async () => {
      opened = await adapter.create(new FakeClock());
      blobs = opened.port;
    });
    after(() => opened.dispose());

    test('any bytes come back, whole and as a stream, under their SHA-256', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 5 }), async (chunks) => {
          const content = Buffer.concat(chunks);
          const digest = digestOf(content);
          const streamed = await blobs.put(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
          assert.deepEqual(streamed, { digest, bytes: content.length });
          assert.deepEqual(await blobs.put(content), streamed);
          assert.deepEqual(await blobs.get(digest), content);
          assert.deepEqual(await buffer(await blobs.open(digest)), content);
        }),
        { numRuns: 20 },
      );
    });

    test('what is absent is not found, whatever the name', async () => {
      for (const digest of ['0'.repeat(64), '', '../../etc/passwd', 'A'.repeat(64), `${'0'.repeat(63)}\0`]) {
        await assert.rejects(blobs.get(digest), { code: 'not_found' });
        await assert.rejects(blobs.open(digest), { code: 'not_found' });
        assert.equal(await blobs.has(digest), false);
        assert.equal(await blobs.delete(digest), false);
      }
    });

    test('content over the limit is refused, its source is let go, and nothing is kept', async () => {
      const before = await listed(blobs);
      await assert.rejects(blobs.put(Buffer.alloc(11), { maxBytes: 10 }), { code: 'too_large' });
      let ended = false;
      async function* endless() {
        try {
          for (;;) yield Buffer.alloc(64 * 1024, 1);
        } finally {
          ended = true;
        }
      }
      await assert.rejects(blobs.put(Readable.from(endless()), { maxBytes: 1_000_000 }), { code: 'too_large' });
      assert.equal(ended, true);
      assert.deepEqual(await listed(blobs), before);
      assert.equal((await blobs.put(Buffer.alloc(10, 7), { maxBytes: 10 })).bytes, 10);
    });

    test('a source that fails leaves nothing', async () => {
      const before = await listed(blobs);
      async function* failing() {
        yield Buffer.from('first half');
        throw new Error('the caller hung up');
      }
      await assert.rejects(blobs.put(Readable.from(failing())), { code: 'cancelled' });
      assert.deepEqual(await listed(blobs), before);
    });

    test('a source that fails before it is read leaves nothing', async () => {
      const before = await listed(blobs);
      const content = new Readable({ read() {} });
      const put = blobs.put(content);
      content.destroy(new Error('the caller hung up'));
      await assert.rejects(put, { code: 'cancelled' });
      assert.deepEqual(await listed(blobs), before);
    });

    test('the same content from many writers at once is one blob', async () => {
      const content = Buffer.from('from everybody');
      const puts = Array.from({ length: 20 }, (_, n) => blobs.put(n % 2 ? content : Readable.from([content])));
      const digests = new Set((await Promise.all(puts)).map((put) => put.digest));
      assert.deepEqual([...digests], [digestOf(content)]);
      const all = await listed(blobs);
      assert.equal(all.filter((digest) => digest === digestOf(content)).length, 1);
    });

    test('a deleted blob is gone and can come again', async () => {
      const { digest } = await blobs.put(Buffer.from('comes and goes'));
      assert.equal(await blobs.has(digest), true);
      assert.equal(await blobs.delete(digest), true);
      assert.equal(await blobs.delete(digest), false);
      assert.equal(await blobs.has(digest), false);
      await blobs.put(Buffer.from('comes and goes'));
      assert.equal(await blobs.has(digest), true);
    });

    test('list tells the digest, size and time of each', async () => {
      const { digest } = await blobs.put(Buffer.from('listed'));
      for await (const blob of blobs.list()) {
        assert.ok(Number.isInteger(blob.storedAtMs));
        if (blob.digest === digest) assert.equal(blob.bytes, 6);
      }
      assert.ok((await listed(blobs)).includes(digest));
    });

    test('after a restart every blob is there', async () => {
      const { digest } = await blobs.put(Buffer.from('kept'));
      const before = await listed(blobs);
      const old = blobs;
      blobs = await opened.reopen();
      await assert.rejects(old.get(digest), { code: 'unavailable' });
      assert.deepEqual(await listed(blobs), before);
      assert.equal((await blobs.get(digest)).toString(), 'kept');
    });
  });

  describe(`${adapter.name} blobs on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('refuses with storage_full, keeps nothing of it, and goes on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const blobs = opened.port;
        const kept = await blobs.put(Buffer.from('kept'));
        await opened.fill();
        await assert.rejects(blobs.put(Buffer.alloc(512 * 1024, 1)), { code: 'storage_full' });
        assert.deepEqual(await listed(blobs), [kept.digest]);
        await opened.free();
        const { digest } = await blobs.put(Buffer.alloc(512 * 1024, 1));
        assert.deepEqual(await listed(blobs), [kept.digest, digest].sort());
      } finally {
        await opened.dispose();
      }
    });
  });
}

async function listed(blobs: Blobs): Promise<string[]> {
  const digests: string[] = [];
  for await (const blob of blobs.list()) digests.push(blob.digest);
  return digests.sort();
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
