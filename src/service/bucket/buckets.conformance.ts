import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter, Opened } from '../../store/conformance.ts';
import { listen } from '../../store/testing/listen.ts';
import type { Buckets, PutOptions } from './buckets.ts';

const DAY_MS = 86_400_000;
const LARGE = Buffer.from(Array.from({ length: 700_000 }, (_, n) => (n * 7 + (n >> 9)) & 255));
const text = (content: string) => Readable.from([Buffer.from(content)]);
const pieces = (content: Buffer) =>
  Readable.from(
    Array.from({ length: Math.ceil(content.length / 60_000) }, (_, n) =>
      content.subarray(n * 60_000, (n + 1) * 60_000),
    ),
  );
const md5 = (content: string | Buffer) => createHash('md5').update(content).digest('hex');

/** What every implementation of buckets must do. Parts of an upload may be small. */
export function bucketsConformance(adapter: Adapter<Buckets>): void {
  describe(`${adapter.name} buckets`, () => {
    let opened: Opened<Buckets>;
    let buckets: Buckets;
    let clock: FakeClock;
    let bucket = '';
    let number = 0;
    before(async () => {
      clock = new FakeClock();
      opened = await adapter.create(clock);
      buckets = opened.port;
    });
    after(() => opened.dispose());
    beforeEach(async () => {
      bucket = `bucket-${++number}`;
      await buckets.createBucket(bucket);
    });

    const put = (key: string, content: string, options: PutOptions = {}) =>
      buckets.put(bucket, key, text(content), options);
    const read = async (key: string, options = {}) =>
      (await buffer((await buckets.get(bucket, key, options)).body)).toString();
    const keys = async () => (await buckets.list(bucket, { limit: 1000 })).objects.map(({ key }) => key);
    const rejects = (promise: Promise<unknown>, code: string, reason?: string) =>
      assert.rejects(promise, (error: { code: string; details?: { reason?: string; what?: string } }) => {
        assert.equal(error.code, code);
        if (reason !== undefined) assert.equal(error.details?.reason ?? error.details?.what, reason);
        return true;
      });

    test('are made, found, configured and removed', async () => {
      await rejects(buckets.createBucket(bucket), 'conflict');
      for (const name of ['ab', 'Big', 'a..b', '-ab', '1.2.3.4', 'a/b', 'xn--a', '../..']) {
        await rejects(buckets.createBucket(name), 'invalid_request', 'invalid_bucket_name');
      }
      assert.equal(await buckets.findBucket('absent'), undefined);
      await rejects(buckets.removeBucket('absent'), 'not_found', 'bucket');
      await rejects(buckets.put('absent', 'k', text('x'), {}), 'not_found', 'bucket');
      await rejects(buckets.list('absent', { limit: 1 }), 'not_found', 'bucket');
      const changed = await buckets.configureBucket(bucket, { tags: { a: 'b' } });
      assert.deepEqual(changed.settings, { versioning: 'off', lifecycle: [], tags: { a: 'b' } });
      await put('k', 'x');
      await rejects(buckets.removeBucket(bucket), 'conflict');
      await buckets.remove(bucket, 'k');
      await buckets.removeBucket(bucket);
      assert.equal(await buckets.findBucket(bucket), undefined);
      assert.ok(!(await buckets.listBuckets()).some(({ name }) => name === bucket));
    });

    test('are changed and removed where they stand as they were seen, and never stand there again', async () => {
      const { revision } = (await buckets.findBucket(bucket))!;
      const writers = ['a', 'b', 'c'].map((by) => buckets.configureBucket(bucket, { tags: { by } }, revision));
      const settled = await Promise.allSettled(writers);
      const made = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      assert.equal(made.length, 1, 'one of three who have seen the same');
      assert.deepEqual(await buckets.findBucket(bucket), made[0]);
      const actualRevision = made[0]!.revision;
      assert.ok(actualRevision > revision);
      for (const each of settled) {
        if (each.status === 'fulfilled') continue;
        assert.deepEqual(each.reason.details, { name: bucket, expectedRevision: revision, actualRevision });
      }
      await rejects(buckets.removeBucket(bucket, revision), 'conflict');
      await buckets.removeBucket(bucket, actualRevision);
      assert.ok((await buckets.createBucket(bucket)).revision > actualRevision);
    });

    test('objects of any size come back, with all that was said of them', async () => {
      for (const bytes of [0, 1, 16_384, 16_385, LARGE.length]) {
        const content = LARGE.subarray(0, bytes);
        const options = {
          headers: { 'content-type': 'text/x' },
          metadata: { who: 'me' },
          tags: { t: '1' },
          checksumAlgorithm: 'SHA256' as const,
          bytes,
        };
        const stored = await buckets.put(bucket, `of/${bytes}`, pieces(content), options);
        assert.equal(stored.etag, md5(content));
        assert.equal(stored.checksums.SHA256, createHash('sha256').update(content).digest('base64'));
        const { body, ...view } = await buckets.get(bucket, `of/${bytes}`);
        assert.deepEqual(view, stored);
        assert.deepEqual([view.headers, view.metadata, view.tags], [options.headers, options.metadata, options.tags]);
        assert.deepEqual(await buffer(body), content);
        assert.deepEqual(await buckets.head(bucket, `of/${bytes}`), stored);
      }
      assert.deepEqual((await buckets.usage()).get(bucket), { objects: 5, bytes: 1 + 16_384 + 16_385 + LARGE.length });
    });

    test('digests are checked, also ones that come after the body, and known ones are right', async () => {
      const right = {
        CRC32: 'y/Q5Jg==',
        CRC32C: '4waSgw==',
        CRC64NVME: 'rosUhgp5mIg=',
        SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
      };
      for (const [algorithm, value] of Object.entries(right)) {
        const checksums = { [algorithm]: value };
        assert.deepEqual((await put('k', '123456789', { expect: { checksums } })).checksums, checksums);
        await rejects(put('wrong', '12345678', { expect: { checksums } }), 'invalid_request', 'bad_digest');
        const trailing = { algorithm: algorithm as 'CRC32', value: () => value };
        await put('k', '123456789', { expect: { trailing } });
        await rejects(put('wrong', 'x', { expect: { trailing } }), 'invalid_request', 'bad_digest');
      }
      await rejects(put('wrong', 'x', { expect: { md5: 'AAAA' } }), 'invalid_request', 'bad_digest');
      await rejects(put('wrong', 'x', { expect: { sha256Hex: '00' } }), 'invalid_request', 'bad_digest');
      const absent = { algorithm: 'CRC32' as const, value: () => undefined };
      await rejects(put('wrong', 'x', { expect: { trailing: absent } }), 'invalid_request', 'missing_trailer');
      await rejects(put('wrong', 'abc', { bytes: 2 }), 'invalid_request', 'incomplete_body');
      await rejects(
        buckets.put(bucket, 'wrong', pieces(LARGE), { bytes: LARGE.length + 1 }),
        'invalid_request',
        'incomplete_body',
      );
      assert.deepEqual(await keys(), ['k']);
    });

    test('a body that breaks off leaves what was there', async () => {
      await put('k', 'before');
      async function* broken() {
        yield LARGE.subarray(0, 100_000);
        throw new Error('the caller hung up');
      }
      await rejects(buckets.put(bucket, 'k', Readable.from(broken()), {}), 'cancelled');
      assert.equal(await read('k'), 'before');
    });

    test('keys are any text of 1 to 1,024 bytes', async () => {
      const odd = ['..', '../x', '/', '//', 'a\0b', 'ü', '😀', ' ', 'x'.repeat(1024), '\uffff'];
      for (const key of odd) await put(key, key);
      for (const key of odd) assert.equal(await read(key), key);
      const order = [...odd].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(await keys(), order);
      for (const key of ['', 'x'.repeat(1025), 'é'.repeat(513), '\ud800'])
        await rejects(put(key, 'x'), 'invalid_request');
    });

    test('ranges', async () => {
      await put('k', '0123456789');
      const range = async (range: object) => {
        const got = await buckets.get(bucket, 'k', { range } as never);
        return [(await buffer(got.body)).toString(), got.range];
      };
      assert.deepEqual(await range({ first: 2, last: 4 }), ['234', { first: 2, last: 4 }]);
      assert.deepEqual(await range({ first: 8, last: 400 }), ['89', { first: 8, last: 9 }]);
      assert.deepEqual(await range({ suffixBytes: 3 }), ['789', { first: 7, last: 9 }]);
      assert.deepEqual(await range({ suffixBytes: 30 }), ['0123456789', { first: 0, last: 9 }]);
      await rejects(range({ first: 10 }), 'invalid_range');
      await rejects(range({ suffixBytes: 0 }), 'invalid_range');
      await buckets.put(bucket, 'large', pieces(LARGE), {});
      const got = await buckets.get(bucket, 'large', { range: { first: 1_000, last: 600_000 } });
      assert.deepEqual(await buffer(got.body), LARGE.subarray(1_000, 600_001));
    });

    test('conditions of readers and writers', async () => {
      const { etag, lastModifiedMs } = await put('k', 'x');
      const when = (conditions: object) => buckets.head(bucket, 'k', { conditions });
      await when({ ifMatch: [etag] });
      await when({ ifNoneMatch: ['other'] });
      await rejects(when({ ifMatch: ['other'] }), 'precondition_failed');
      await rejects(when({ ifNoneMatch: [etag] }), 'not_modified');
      await rejects(when({ ifNoneMatch: ['*'] }), 'not_modified');
      await rejects(when({ ifModifiedSinceMs: lastModifiedMs }), 'not_modified');
      await rejects(when({ ifUnmodifiedSinceMs: lastModifiedMs - 1_000 }), 'precondition_failed');
      await rejects(put('k', 'y', { conditions: { ifNoneMatch: ['*'] } }), 'precondition_failed');
      await rejects(put('k', 'y', { conditions: { ifMatch: ['other'] } }), 'precondition_failed');
      await rejects(put('new', 'y', { conditions: { ifMatch: ['other'] } }), 'not_found');
      await put('k', 'y', { conditions: { ifMatch: [etag] } });
      await put('new', 'y', { conditions: { ifNoneMatch: ['*'] } });
    });

    test('of many who create one key at once, one does', async () => {
      const tries = Array.from({ length: 20 }, (_, n) => put('k', `${n}`, { conditions: { ifNoneMatch: ['*'] } }));
      const done = (await Promise.allSettled(tries)).map(({ status }) => status);
      assert.equal(done.filter((status) => status === 'fulfilled').length, 1);
    });

    test('readers of an object that is replaced, again and again, see one whole version', async () => {
      const contents = [LARGE, Buffer.from(LARGE).reverse()];
      await buckets.put(bucket, 'k', pieces(LARGE), {});
      const writer = async () => {
        for (let n = 0; n < 12; n++) await buckets.put(bucket, 'k', pieces(contents[n % 2]!), {});
      };
      const reader = async () => {
        for (let n = 0; n < 12; n++) {
          const { body, etag } = await buckets.get(bucket, 'k');
          assert.equal(md5(await buffer(body)), etag);
        }
      };
      await Promise.all([writer(), writer(), reader(), reader(), reader()]);
    });

    test('versions: each is kept, delete markers hide them, and the one before comes back', async () => {
      const unversioned = await put('k', 'zero');
      assert.equal(unversioned.versionId, undefined);
      await buckets.configureBucket(bucket, { versioning: 'enabled' });
      const one = await put('k', 'one');
      const two = await put('k', 'two');
      const marker = await buckets.remove(bucket, 'k');
      assert.equal(marker.deleteMarker, true);
      await rejects(buckets.head(bucket, 'k'), 'not_found', 'object');
      await rejects(buckets.head(bucket, 'k', { versionId: marker.versionId! }), 'method_not_allowed');
      await rejects(buckets.head(bucket, 'k', { versionId: 'none' }), 'not_found', 'version');
      assert.deepEqual(await keys(), []);
      assert.equal(await read('k', { versionId: one.versionId }), 'one');
      assert.equal(await read('k', { versionId: 'null' }), 'zero');
      const { versions } = await buckets.listVersions(bucket, { limit: 10 });
      assert.deepEqual(
        versions.map(({ versionId, latest, deleteMarker }) => [versionId, latest, deleteMarker]),
        [
          [marker.versionId, true, true],
          [two.versionId, false, false],
          [one.versionId, false, false],
          ['null', false, false],
        ],
      );
      await buckets.remove(bucket, 'k', { versionId: marker.versionId! });
      assert.equal(await read('k'), 'two');
      await buckets.remove(bucket, 'k', { versionId: two.versionId! });
      assert.equal(await read('k'), 'one');
      await rejects(buckets.configureBucket(bucket, { versioning: 'off' }), 'invalid_request');
      await buckets.configureBucket(bucket, { versioning: 'suspended' });
      assert.equal((await put('k', 'null again')).versionId, 'null');
      assert.equal((await buckets.listVersions(bucket, { limit: 10 })).versions.length, 2);
      assert.deepEqual(await buckets.remove(bucket, 'k'), { versionId: 'null', deleteMarker: true });
      await rejects(buckets.head(bucket, 'k'), 'not_found');
      assert.deepEqual((await buckets.usage()).get(bucket), { objects: 1, bytes: 3 });
    });

    test('uploads in parts become one object, whose parts can be read', async () => {
      const { uploadId } = await buckets.createUpload(bucket, 'm', {
        metadata: { a: 'b' },
        checksumAlgorithm: 'CRC64NVME',
      });
      const part = (n: number, content: Buffer) => buckets.putPart(bucket, 'm', uploadId, n, pieces(content), {});
      await part(2, Buffer.from('replaced'));
      const last = await part(7, LARGE.subarray(300_000));
      const first = await part(2, LARGE.subarray(0, 300_000));
      await part(9, Buffer.from('left out'));
      assert.deepEqual(
        (await buckets.listParts(bucket, 'm', uploadId)).map(({ partNumber }) => partNumber),
        [2, 7, 9],
      );
      assert.deepEqual(
        (await buckets.listUploads(bucket)).map((upload) => upload.uploadId),
        [uploadId],
      );
      const complete = (parts: { partNumber: number; etag: string }[]) =>
        buckets.completeUpload(bucket, 'm', uploadId, parts);
      await rejects(complete([last, first]), 'invalid_request', 'invalid_part_order');
      await rejects(complete([{ partNumber: 2, etag: 'x' }]), 'invalid_request', 'invalid_part');
      await rejects(complete([]), 'invalid_request', 'invalid_part');
      assert.deepEqual(await keys(), []);
      const view = await complete([first, last]);
      const etags = Buffer.concat([first, last].map(({ etag }) => Buffer.from(etag, 'hex')));
      assert.equal(view.etag, `${md5(etags)}-2`);
      assert.deepEqual(view.parts, [300_000, 400_000]);
      const whole = await buckets.put(bucket, 'whole', pieces(LARGE), { checksumAlgorithm: 'CRC64NVME' });
      assert.deepEqual([view.checksums, view.checksumType], [whole.checksums, 'FULL_OBJECT']);
      assert.deepEqual(await buffer((await buckets.get(bucket, 'm')).body), LARGE);
      const second = await buckets.get(bucket, 'm', { partNumber: 2 });
      assert.deepEqual(await buffer(second.body), LARGE.subarray(300_000));
      await rejects(buckets.head(bucket, 'm', { partNumber: 3 }), 'invalid_range');
      const across = await buckets.get(bucket, 'm', { range: { first: 299_999, last: 300_000 } });
      assert.deepEqual(await buffer(across.body), LARGE.subarray(299_999, 300_001));
      await rejects(complete([first, last]), 'not_found', 'upload');
      const other = await buckets.createUpload(bucket, 'm', {});
      await buckets.abortUpload(bucket, 'm', other.uploadId);
      await rejects(buckets.listParts(bucket, 'm', other.uploadId), 'not_found', 'upload');
    });

    test('copies share nothing with their source but the bytes', async () => {
      await buckets.put(bucket, 'from', pieces(LARGE), { metadata: { a: '1' }, tags: { t: '1' } });
      const to = { bucket, key: 'to' };
      const copy = await buckets.copy({ bucket, key: 'from' }, to, { metadata: { a: '2' }, checksumAlgorithm: 'SHA1' });
      assert.deepEqual([copy.metadata, copy.tags], [{ a: '2' }, { t: '1' }]);
      assert.equal(copy.checksums.SHA1, createHash('sha1').update(LARGE).digest('base64'));
      await buckets.copy(to, to, { metadata: { a: '3' } });
      await buckets.remove(bucket, 'from');
      assert.deepEqual(await buffer((await buckets.get(bucket, 'to')).body), LARGE);
      await rejects(buckets.copy({ bucket, key: 'from' }, to, {}), 'not_found', 'object');
      await rejects(
        buckets.copy({ ...to, conditions: { ifNoneMatch: [copy.etag] } }, { bucket, key: 'x' }, {}),
        'precondition_failed',
      );
    });

    test('every change is in the log, in order, until it is forgotten', async () => {
      const watch = listen(buckets);
      const start = (await buckets.changes(0, 100_000)).at(-1)?.sequence ?? 0;
      await put('k', 'x');
      await buckets.setTags(bucket, 'k', { a: 'b' });
      await buckets.copy({ bucket, key: 'k' }, { bucket, key: 'l' }, {});
      await buckets.remove(bucket, 'k');
      await buckets.remove(bucket, 'absent');
      const log = await buckets.changes(start, 100);
      assert.deepEqual(
        log.map(({ event, key }) => `${event} ${key}`),
        ['ObjectCreated:Put k', 'ObjectTagging:Put k', 'ObjectCreated:Copy l', 'ObjectRemoved:Delete k'],
      );
      await buckets.forgetChanges(log[1]!.sequence);
      assert.deepEqual((await buckets.changes(0, 100))[0], log[2]);
      assert.deepEqual(await watch.heard(), [bucket]);
      await buckets.createBucket('heard-of');
      assert.deepEqual(await watch.heard(), ['heard-of']);
      await buckets.removeBucket('heard-of');
      assert.deepEqual(await watch.heard(), ['heard-of']);
      watch.end();
    });

    test('lifecycle rules and unfinished uploads', async () => {
      const rule = { id: 'r', enabled: true, prefix: 'old/', expireDays: 2, expireNoncurrentDays: 1 };
      await buckets.configureBucket(bucket, { lifecycle: [rule] });
      await put('old/a', 'x');
      await put('new/a', 'x');
      const { uploadId } = await buckets.createUpload(bucket, 'u', {});
      await buckets.putPart(bucket, 'u', uploadId, 1, text('x'), {});
      assert.equal(await buckets.expire(clock.now() + 2 * DAY_MS - 1), 0);
      assert.equal(await buckets.expire(clock.now() + 2 * DAY_MS), 1);
      assert.deepEqual(await keys(), ['new/a']);
      assert.equal(await buckets.expire(clock.now() + 7 * DAY_MS), 1);
      await rejects(buckets.listParts(bucket, 'u', uploadId), 'not_found', 'upload');
      await buckets.configureBucket(bucket, { versioning: 'enabled' });
      await put('old/b', 'one');
      await put('old/b', 'two');
      await buckets.expire(clock.now() + 2 * DAY_MS);
      const { versions } = await buckets.listVersions(bucket, { prefix: 'old/', limit: 10 });
      assert.deepEqual(
        versions.map(({ deleteMarker }) => deleteMarker),
        [true, false],
      );
      await buckets.expire(clock.now() + 9 * DAY_MS);
      await buckets.expire(clock.now() + 9 * DAY_MS);
      assert.deepEqual((await buckets.listVersions(bucket, { prefix: 'old/', limit: 10 })).versions, []);
    });

    test('listings are what a simple model says, page by page', async () => {
      const unit = fc.constantFrom('a', 'b', '/', 'é', '😀', '\uffff');
      const key = fc.string({ unit, minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(key, { maxLength: 25 }),
          fc.string({ unit, maxLength: 2 }),
          fc.constantFrom('', '/', 'b/', '\uffff'),
          fc.integer({ min: 1, max: 6 }),
          async (all, prefix, delimiter, limit) => {
            const name = `model-${++number}`;
            await buckets.createBucket(name);
            await Promise.all(all.map((each) => buckets.put(name, each, text('x'), {})));
            const found: string[] = [];
            let after: string | undefined;
            do {
              const options = { prefix, delimiter, limit, ...(after !== undefined && { after }) };
              const page = await buckets.list(name, options);
              assert.ok(page.objects.length + page.commonPrefixes.length <= limit);
              found.push(...page.objects.map((object) => object.key), ...page.commonPrefixes);
              after = page.next;
            } while (after !== undefined);
            const expected = all
              .filter((each) => each.startsWith(prefix))
              .map((each) => {
                const at = delimiter === '' ? -1 : each.indexOf(delimiter, prefix.length);
                return at === -1 ? each : each.slice(0, at + delimiter.length);
              });
            assert.deepEqual(found.sort(), [...new Set(expected)].sort());
          },
        ),
        { numRuns: 40 },
      );
    });

    test('versions are what a simple model says', async () => {
      const step = fc.record({
        key: fc.constantFrom('a', 'b'),
        kind: fc.constantFrom('put', 'put', 'remove', 'purge', 'enabled', 'suspended'),
        pick: fc.nat(5),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const name = `model-${++number}`;
          await buckets.createBucket(name);
          const model: { key: string; id: string; content: string | undefined }[] = [];
          let versioning = 'off';
          for (const [n, { key, kind, pick }] of steps.entries()) {
            const replaceNull = () => {
              const at = model.findIndex((each) => each.key === key && each.id === 'null');
              if (versioning !== 'enabled' && at !== -1) model.splice(at, 1);
            };
            if (kind === 'put') {
              const { versionId = 'null' } = await buckets.put(name, key, text(`${n}`), {});
              replaceNull();
              model.unshift({ key, id: versionId, content: `${n}` });
            } else if (kind === 'remove') {
              const { versionId } = await buckets.remove(name, key);
              replaceNull();
              if (versioning !== 'off') model.unshift({ key, id: versionId!, content: undefined });
            } else if (kind === 'purge') {
              const victim = model[pick];
              if (victim === undefined) continue;
              await buckets.remove(name, victim.key, { versionId: victim.id });
              model.splice(pick, 1);
            } else {
              versioning = kind;
              await buckets.configureBucket(name, { versioning: kind as 'enabled' });
            }
          }
          const ids: string[] = [];
          let marker: { key: string; versionId?: string } | undefined;
          do {
            const page = await buckets.listVersions(name, {
              limit: 2,
              ...(marker && { after: marker.key, ...(marker.versionId && { versionIdMarker: marker.versionId }) }),
            });
            for (const each of page.versions) ids.push(`${each.key} ${each.versionId ?? 'null'} ${each.deleteMarker}`);
            marker = page.next;
          } while (marker !== undefined);
          const sorted = [...model].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
          assert.deepEqual(
            ids,
            sorted.map(({ key, id, content }) => `${key} ${id} ${content === undefined}`),
          );
          for (const key of ['a', 'b']) {
            const newest = model.find((each) => each.key === key);
            const { objects } = await buckets.list(name, { prefix: key, limit: 10 });
            assert.equal(objects.length, newest?.content === undefined ? 0 : 1);
            if (newest?.content !== undefined) {
              assert.equal((await buffer((await buckets.get(name, key)).body)).toString(), newest.content);
            }
          }
        }),
        { numRuns: 40 },
      );
    });

    test('after a restart everything is there', async () => {
      await put('small', 'x');
      await buckets.put(bucket, 'large', pieces(LARGE), { tags: { a: 'b' } });
      const before = await buckets.list(bucket, { limit: 10 });
      const changes = await buckets.changes(0, 100_000);
      const old = buckets;
      buckets = await opened.reopen();
      await rejects(old.get(bucket, 'small'), 'unavailable');
      assert.deepEqual(await buckets.list(bucket, { limit: 10 }), before);
      assert.deepEqual(await buckets.changes(0, 100_000), changes);
      assert.deepEqual(await buffer((await buckets.get(bucket, 'large')).body), LARGE);
    });
  });

  describe(`${adapter.name} buckets on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('refuse with storage_full, keep what was there, and go on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const buckets = opened.port;
        await buckets.createBucket('full');
        await buckets.put('full', 'k', text('kept'), {});
        await opened.fill();
        await assert.rejects(buckets.put('full', 'k', pieces(LARGE), {}), { code: 'storage_full' });
        assert.equal((await buffer((await buckets.get('full', 'k')).body)).toString(), 'kept');
        await opened.free();
        await buckets.put('full', 'k', pieces(LARGE), {});
        assert.deepEqual(await buffer((await buckets.get('full', 'k')).body), LARGE);
      } finally {
        await opened.dispose();
      }
    });
  });
}
