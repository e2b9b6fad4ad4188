import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../model/clock.ts';
import { temporaryFolder } from '../../../store/testing/folder-adapter.ts';
import { writeUntilKilled } from '../../../store/testing/write-until-killed.ts';
import { openBuckets } from './buckets.ts';

const ownerProgram = fileURLToPath(new URL('./testing/owner.ts', import.meta.url));
const ROUNDS = 12;
const MAX_LINES = 150;

test(`kill -9, ${ROUNDS} times over: answered objects are there and whole, nothing is left of others, every object is in the log`, async () => {
  const { folder, remove } = temporaryFolder();
  const etags = new Map<string, string>();
  const removed = new Set<string>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const line of await writeUntilKilled(ownerProgram, folder, Math.floor(Math.random() * MAX_LINES))) {
        const [kind, key, etag] = line.split(' ') as [string, string, string];
        if (kind === 'put') etags.set(key, etag);
        else if (kind === 'removing') etags.delete(key);
        else removed.add(key);
      }
    }
    const buckets = await openBuckets({ folder, clock: systemClock });
    const listed: { key: string; bytes: number }[] = [];
    const created = new Set((await buckets.changes(0, 1_000_000)).map(({ key }) => key));
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof buckets.list>> = await buckets.list('crash', { limit: 1000, after });
      for (const object of page.objects) {
        const { body } = await buckets.get('crash', object.key);
        const content = await buffer(body);
        const md5 = createHash('md5').update(content).digest();
        const whole =
          object.parts === undefined ? md5.toString('hex') : `${createHash('md5').update(md5).digest('hex')}-1`;
        assert.equal(whole, object.etag, object.key);
        assert.ok(created.has(object.key), object.key);
        listed.push(object);
      }
      after = page.next;
    }
    const found = new Set(listed.map(({ key }) => key));
    for (const key of etags.keys()) assert.ok(found.has(key), `${key} is lost`);
    for (const key of removed) assert.ok(!found.has(key), `${key} came back`);
    assert.ok(found.size > ROUNDS, 'the writers got somewhere');
    // Closing waits until what the crashes left is looked through; removals follow.
    for (const { key, uploadId } of await buckets.listUploads('crash'))
      await buckets.abortUpload('crash', key, uploadId);
    await buckets.close();
    const again = await openBuckets({ folder, clock: systemClock });
    await again.settled();
    await again.close();
    const files = readdirSync(join(folder, 'buckets'), { recursive: true }) as string[];
    const onDisk = files.map((file) => statSync(join(folder, 'buckets', file))).filter((each) => each.isFile());
    assert.equal(
      onDisk.reduce((sum, { size }) => sum + size, 0),
      listed
        .filter(({ key, bytes }) => bytes > 16_384 || key.endsWith('-m'))
        .reduce((sum, { bytes }) => sum + bytes, 0),
    );
  } finally {
    remove();
  }
});
