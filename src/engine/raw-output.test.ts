import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '../model/testing/fake-clock.ts';
import { RawOutput } from './raw-output.ts';

function output(maxBytes: number) {
  const stream = new PassThrough();
  const lines: string[] = [];
  const raw = new RawOutput(stream, { maxBytes, clock: new FakeClock(), onLine: (text) => void lines.push(text) });
  /** Resolves when it was read. */
  const write = async (data: string | Buffer) => {
    await new Promise<void>((done) => stream.write(data, () => done()));
    await new Promise((done) => setImmediate(done));
  };
  return { raw, lines, write };
}

test('says at once that the limit is reached, and what was dropped when another call starts', async () => {
  const { raw, lines, write } = output(10);
  await write('0123456\nend');
  assert.deepEqual(lines, ['0123456']);
  await write('less\n');
  assert.deepEqual(lines, [
    '0123456',
    'end',
    '[fob] output limit of 10 bytes reached: what follows is dropped, and counted',
  ]);
  await write('more\n');
  assert.equal(lines.length, 3);
  raw.reset();
  assert.equal(lines[3], '[fob] output limit of 10 bytes reached: 10 more bytes dropped');
  await write('anew\n');
  assert.deepEqual(lines.slice(4), ['anew']);
});

test('keeps a character whole that comes in two pieces', async () => {
  const { lines, write } = output(100);
  const bytes = Buffer.from('a ü\n');
  await write(bytes.subarray(0, 3));
  await write(bytes.subarray(3));
  assert.deepEqual(lines, ['a ü']);
});
