import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { LogRecord } from '../journal.ts';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { SqliteJournal } from './journal.ts';
import type { JournalOperations } from './journal-database.ts';
import { WorkerClient } from './rpc.ts';
import { openEmbeddedStore } from './store.ts';

const line: LogRecord = {
  timeMs: 1,
  function: 'f',
  version: 1,
  sandboxId: 's',
  stream: 'stdout',
  level: 'info',
  text: 'hello',
};

test('records that cannot be written are counted as dropped and told of once', async () => {
  const { folder, remove } = temporaryFolder();
  const worker = new WorkerClient<JournalOperations>({
    file: new URL('./journal.worker.ts', import.meta.url),
    data: { path: join(folder, 'missing', 'journal.db') },
    limits: {},
    onCrash: () => {},
  });
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => warnings.push(message), error() {} };
  const journal = new SqliteJournal(worker, new FakeClock(), log);
  try {
    for (let round = 0; round < 3; round++) {
      journal.appendLog(line);
      journal.appendLog(line);
      await assert.rejects(journal.flush(), { code: 'data_folder_unusable' });
    }
    assert.equal(journal.dropped, 6);
    assert.equal(warnings.length, 1);
  } finally {
    await worker.close();
    remove();
  }
});

test('a line whose time no key can hold is kept beside the newest, and the next ones follow', async () => {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder });
  try {
    const { journal } = store;
    const times = [Number.POSITIVE_INFINITY, Date.UTC(2026, 0, 1), -1e308, Number.NaN, Date.UTC(2026, 0, 2)];
    for (const timeMs of times) journal.appendLog({ ...line, timeMs });
    await journal.flush();
    assert.equal((await journal.logs({ limit: 10 })).items.length, times.length);
  } finally {
    await store.close();
    remove();
  }
});

test('a tail that throws is ended and disturbs neither the caller nor other tails', async () => {
  const { folder, remove } = temporaryFolder();
  const worker = new WorkerClient<JournalOperations>({
    file: new URL('./journal.worker.ts', import.meta.url),
    data: { path: join(folder, 'journal.db') },
    limits: {},
    onCrash: () => {},
  });
  const errors: string[] = [];
  const log = { warn() {}, error: (_: object, message: string) => errors.push(message) };
  const journal = new SqliteJournal(worker, new FakeClock(), log);
  try {
    const seen: string[] = [];
    journal.tail({}, () => {
      throw new Error('careless');
    });
    journal.tail({}, ({ text }) => seen.push(text));
    journal.appendLog(line);
    journal.appendLog(line);
    assert.deepEqual([seen.length, errors.length], [2, 1]);
    await journal.flush();
    assert.equal((await journal.logs({ limit: 10 })).items.length, 2);
  } finally {
    await worker.close();
    remove();
  }
});
