/**
 * A process that owns the data folder named by its argument until it is killed. It writes documents, messages, blobs and
 * commits, several at once, and prints each that was answered: what a line names must never be lost.
 */
import { writeSync } from 'node:fs';
import { openEmbeddedStore } from '../store.ts';

const WRITERS = 8;
const store = await openEmbeddedStore({ folder: process.argv[2]! });
const answered = (line: string): void => void writeSync(1, `${line}\n`);
answered('ready');

async function write(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${process.pid}-${writer}-${n}`;
    const { digest } = await store.blobs.put(Buffer.from(name));
    answered(`blob ${digest}`);
    const revision = await store.registry.put(`document/${name}`, { name });
    answered(`document ${name} ${revision}`);
    const { messageId } = await store.queue.send('queue', { body: Buffer.from(name), deduplicationId: name });
    answered(`message ${name} ${messageId}`);
    if (n % 3 === 0) {
      await store.registry.delete(`document/${name}`);
      answered(`deleted ${name}`);
    }
  }
}

/** Turns a message of the queue `in` into one of `out` and two keys, whosever it was. */
async function commit(): Promise<void> {
  for (let n = 0; ; n++) {
    await store.queue.send('in', { body: Buffer.from(`${process.pid}-${n}`) });
    for (const { lease, body } of await store.queue.receive('in', { max: 3, leaseMs: 60_000 })) {
      const done = await store.commit([
        { kind: 'acknowledge', lease },
        { kind: 'put', space: 'one', key: `${body}`, value: body },
        { kind: 'send', queue: 'out', message: { body } },
        { kind: 'put', space: 'two', key: `${body}`, value: body },
      ]);
      if (done) answered(`committed ${body}`);
    }
  }
}

await Promise.all([commit(), ...Array.from({ length: WRITERS }, (_, writer) => write(writer))]);
