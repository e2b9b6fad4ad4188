import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkedShares } from '../../model/alias.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { readAlias } from '../documents/alias-documents.ts';

const program = fileURLToPath(new URL('./testing/alias-mover.ts', import.meta.url));
const LIVES = 8;

test('a node that is killed in the middle of moving an alias leaves what was, or what was to be', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fob-alias-crash-'));
  try {
    for (let life = 1; life <= LIVES; life++) {
      const told = await moveUntilKilled(folder, life * 7);
      const store = await openEmbeddedStore({ folder });
      try {
        const { document, revision } = (await readAlias(store.registry, { id: 'id-f', name: 'f' }, 'prod'))!;
        // At most the one move that was under way is there beside those that were told.
        assert.ok(revision === told.revision || revision === told.revision + 1, `${revision} after ${told.revision}`);
        const last = document.moves.at(-1)!;
        if (revision === told.revision) assert.equal(last.by, told.by);
        assert.deepEqual(document.versions, last.versions, 'what it names is its last move');
        assert.deepEqual(checkedShares(document.versions), document.versions);
      } finally {
        await store.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The last move that was told before it was killed, at the earliest after so many. */
async function moveUntilKilled(folder: string, moves: number): Promise<{ revision: number; by: string }> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let last: string | undefined;
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (++count === moves) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL');
  const [, revision, by] = /^(\d+) (.*)$/.exec(last!)!;
  return { revision: Number(revision), by: by! };
}
