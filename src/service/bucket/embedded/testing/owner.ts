/**
 * A process that owns the buckets in the folder named by its argument until it is killed. It puts, completes and removes
 * objects, several at once, and prints each that was answered: what a line names must never be lost.
 */
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { systemClock } from '../../../../model/clock.ts';
import { openBuckets } from '../buckets.ts';

const WRITERS = 6;
const SIZES = [100, 40_000, 300_000];
const buckets = await openBuckets({ folder: process.argv[2]!, clock: systemClock, minPartBytes: 1 });
if ((await buckets.findBucket('crash')) === undefined) await buckets.createBucket('crash');
const answered = (line: string): void => void writeSync(1, `${line}\n`);
answered('ready');

async function write(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const key = `${process.pid}-${writer}-${n}`;
    const content = () => Readable.from([Buffer.alloc(SIZES[n % SIZES.length]!, n)]);
    const { etag } = await buckets.put('crash', key, content(), {});
    answered(`put ${key} ${etag}`);
    // Over and over the same key: what it replaces is removed meanwhile.
    await buckets.put('crash', `hot-${writer}`, content(), {});
    const { uploadId } = await buckets.createUpload('crash', `${key}-m`, {});
    const part = await buckets.putPart('crash', `${key}-m`, uploadId, 1, content(), {});
    const whole = await buckets.completeUpload('crash', `${key}-m`, uploadId, [part]);
    answered(`put ${key}-m ${whole.etag}`);
    if (n % 3 === 0) {
      answered(`removing ${key}`);
      await buckets.remove('crash', key);
      answered(`removed ${key}`);
    }
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
