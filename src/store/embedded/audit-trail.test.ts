import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { openEmbeddedStore } from './store.ts';

const ENTRIES = 12;

test('any entry that is changed, removed or put elsewhere shows', async () => {
  const { folder, remove } = temporaryFolder();
  try {
    let store = await openEmbeddedStore({ folder });
    for (let n = 0; n < ENTRIES; n++) {
      store.audit.append({ timeMs: n, actor: `a${n}`, action: 'x:y', subject: `s${n}`, details: { n } });
    }
    await store.close();
    const db = new DatabaseSync(join(folder, 'audit.db'));
    const columns = ['time_ms', 'actor', 'action', 'subject', 'outcome', 'text', 'hash'];
    const number = fc.integer({ min: 1, max: ENTRIES });
    const tampering = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), at: number, column: fc.constantFrom(...columns) }),
      fc.record({ kind: fc.constant('remove' as const), at: number }),
      fc
        .record({ kind: fc.constant('swap' as const), at: number, other: number })
        .filter(({ at, other }) => at !== other),
      fc.record({ kind: fc.constant('forget' as const), at: number }),
    );
    store = await openEmbeddedStore({ folder });
    try {
      assert.deepEqual((await store.audit.verify()).entries, ENTRIES);
      await fc.assert(
        fc.asyncProperty(tampering, async (how) => {
          const kept = db.prepare('SELECT * FROM entries').all() as Record<string, string | number>[];
          db.exec('BEGIN');
          const { at } = how;
          if (how.kind === 'change') {
            const now = kept[at - 1]![how.column]!;
            const changed =
              typeof now === 'number' ? now + 1 : how.column === 'text' ? now.replace('x:y', 'x:z') : `${now}!`;
            db.prepare(`UPDATE entries SET ${how.column} = ? WHERE sequence = ?`).run(changed, at);
          } else if (how.kind === 'remove') {
            db.prepare('DELETE FROM entries WHERE sequence = ?').run(at);
          } else if (how.kind === 'forget') {
            // The oldest go, as if by retention, with a mark of the wrong hash.
            db.prepare('DELETE FROM entries WHERE sequence <= ?').run(at);
            db.prepare("INSERT INTO marks VALUES ('anchor', ?, ?)").run(at, 'e'.repeat(64));
          } else {
            const { other } = how;
            db.prepare('UPDATE entries SET sequence = -1 WHERE sequence = ?').run(at);
            db.prepare('UPDATE entries SET sequence = ? WHERE sequence = ?').run(at, other);
            db.prepare('UPDATE entries SET sequence = ? WHERE sequence = -1').run(other);
          }
          db.exec('COMMIT');
          const { intact, broken } = await store.audit.verify();
          db.exec("BEGIN; DELETE FROM entries; DELETE FROM marks WHERE name = 'anchor'");
          const insert = db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
          for (const row of kept) insert.run(...Object.values(row));
          db.exec('COMMIT');
          assert.equal(intact, false, JSON.stringify(how));
          assert.ok(broken!.sequence >= 1 && broken!.sequence <= ENTRIES + 1, JSON.stringify(broken));
        }),
        { numRuns: 200 },
      );
      assert.equal((await store.audit.verify()).intact, true);
    } finally {
      db.close();
      await store.close();
    }
  } finally {
    remove();
  }
});

test('what was flushed survives kill -9, and the chain holds', async () => {
  const { folder, remove } = temporaryFolder();
  const program = fileURLToPath(new URL('./testing/audit-writer.ts', import.meta.url));
  try {
    let flushed = 0;
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.split('\n').length > 5 + round) child.kill('SIGKILL');
      });
      assert.deepEqual(await exited, [null, 'SIGKILL']);
      flushed = Math.max(flushed, ...text.split('\n').slice(0, -1).map(Number));
      const store = await openEmbeddedStore({ folder });
      try {
        const { intact, entries, broken } = await store.audit.verify();
        assert.equal(intact, true, JSON.stringify(broken));
        assert.ok(entries >= flushed, `${entries} of ${flushed} entries are there`);
      } finally {
        await store.close();
      }
    }
  } finally {
    remove();
  }
});

test('entries that earlier versions kept in the journal begin the chain', async () => {
  const { folder, remove } = temporaryFolder();
  try {
    await (await openEmbeddedStore({ folder })).close();
    const journal = new DatabaseSync(join(folder, 'journal.db'));
    journal.exec(`INSERT INTO audit VALUES (4096, 'fob', 'trigger.skip', 'trigger/t', '{"count":1}')`);
    journal.close();
    const store = await openEmbeddedStore({ folder });
    store.audit.append({ timeMs: 1, actor: 'ada', action: 'x:y', subject: 's', details: {} });
    const { items } = await store.audit.query({ limit: 10 });
    assert.deepEqual(
      items.map(({ sequence, actor, details }) => [sequence, actor, details]),
      [
        [2, 'ada', {}],
        [1, 'fob', { count: 1 }],
      ],
    );
    await store.close();
  } finally {
    remove();
  }
});

test('a backup holds the trail, and restoring it undoes nothing that was done since', async () => {
  const one = temporaryFolder();
  const other = temporaryFolder();
  try {
    const store = await openEmbeddedStore({ folder: one.folder });
    const append = (subject: string) =>
      store.audit.append({ timeMs: 1, actor: 'ada', action: 'x:y', subject, details: {} });
    append('before');
    const backup = await store.backup();
    const copy: Buffer[] = [];
    for await (const chunk of backup) copy.push(chunk as Buffer);
    append('after');
    const { Readable } = await import('node:stream');
    await store.restore(Readable.from(copy));
    assert.deepEqual(
      (await store.audit.query({ limit: 10 })).items.map(({ subject }) => subject),
      ['after', 'before'],
    );
    await store.close();
    const fresh = await openEmbeddedStore({ folder: other.folder });
    await fresh.restore(Readable.from(copy));
    assert.deepEqual(
      (await fresh.audit.query({ limit: 10 })).items.map(({ subject }) => subject),
      ['before'],
    );
    assert.equal((await fresh.audit.verify()).intact, true);
    await fresh.close();
  } finally {
    one.remove();
    other.remove();
  }
});
