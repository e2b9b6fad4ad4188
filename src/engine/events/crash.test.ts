import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./testing/node-that-dies.ts', import.meta.url));
const LATER_MS = 60_000;

/** Lives once, until it dies at a step or has nothing left to do; what it said. */
async function live(folder: string, dieAt: string, count: number, laterMs: number): Promise<string[]> {
  const args = [program, folder, dieAt, String(count), String(laterMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) output += chunk;
  const [, signal] = await exited;
  assert.equal(signal === 'SIGKILL', dieAt !== 'never' && dieAt !== 'call', `${dieAt}: ${output}`);
  return output.split('\n').slice(0, -1);
}

for (const [step, runs, ofThem] of [
  ['claimed', 1, 'it had not run'],
  ['ran', 2, 'nobody knows that it ran'],
  // The commit was on its way to the disk: it holds, or it does not.
  ['committing', undefined, 'it had run, and was or was not stored'],
  ['committed', 1, 'it was done'],
] as const) {
  test(`an event whose node dies when it has ${step} is delivered, and what it sends leaves once: ${ofThem}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fob-crash-'));
    try {
      const first = await live(folder, step, 1, 0);
      const second = await live(folder, 'never', 0, LATER_MS);
      const lines = [...first, ...second];
      const ran = lines.filter((line) => line === 'ran event').length;
      if (runs === undefined) assert.ok(ran === 1 || ran === 2, lines.join());
      else assert.equal(ran, runs, lines.join());
      assert.equal(lines.at(-1), 'sent 1');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('a call with a key whose node dies is run by the one that repeats it, and what it sends leaves once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fob-crash-'));
  try {
    await live(folder, 'call-ran', 0, 0);
    assert.deepEqual(await live(folder, 'call', 0, LATER_MS), ['ran call', 'answered false', 'sent 1']);
    assert.deepEqual(await live(folder, 'call', 0, LATER_MS), ['answered true', 'sent 1']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
