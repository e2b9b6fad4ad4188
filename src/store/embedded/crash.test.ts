import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Store } from '../store.ts';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { writeUntilKilled } from '../testing/write-until-killed.ts';
import { openEmbeddedStore } from './store.ts';

const ownerProgram = fileURLToPath(new URL('./testing/owner.ts', import.meta.url));
const ROUNDS = 20;
const MAX_LINES = 400;

test(`what was answered survives kill -9, ${ROUNDS} times over`, async () => {
  const { folder, remove } = temporaryFolder();
  const answered = new Set<string>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const line of await writeUntilKilled(ownerProgram, folder, Math.floor(Math.random() * MAX_LINES)))
        answered.add(line);
      const store = await openEmbeddedStore({ folder });
      try {
        await expectAll(store, answered);
        await expectNoHalfCommit(store, answered);
      } finally {
        await store.close();
      }
    }
    for (const kind of ['document', 'message', 'committed']) {
      const lines = [...answered].filter((line) => line.startsWith(kind)).length;
      assert.ok(lines > ROUNDS, `the writers got somewhere: ${lines} of ${kind}`);
    }
  } finally {
    remove();
  }
});

async function expectAll(store: Store, answered: ReadonlySet<string>): Promise<void> {
  const documents = new Map((await store.registry.list('document/')).map((entry) => [entry.key.slice(9), entry]));
  const expectOne = async (line: string): Promise<void> => {
    const [kind, name, number] = line.split(' ') as [string, string, string];
    if (kind === 'blob') assert.equal(await store.blobs.has(name), true, line);
    if (kind === 'deleted') assert.equal(documents.has(name), false, line);
    if (kind === 'document' && !mayBeDeleted(name)) assert.equal(documents.get(name)?.revision, Number(number), line);
    if (kind === 'message') {
      const again = await store.queue.send('queue', { body: Buffer.alloc(0), deduplicationId: name });
      assert.deepEqual(again, { messageId: number, duplicate: true }, line);
    }
  };
  await Promise.all([...answered].map(expectOne));
  const { ready } = await store.queue.stats('queue');
  assert.ok(ready >= [...answered].filter((line) => line.startsWith('message')).length);
}

async function expectNoHalfCommit(store: Store, answered: ReadonlySet<string>): Promise<void> {
  const bodies = (items: { body: Buffer }[]): string[] => items.map((item) => `${item.body}`);
  const out = (await all((page) => store.queue.list('out', page), bodies)).sort();
  const keys = (items: { key: string }[]): string[] => items.map((item) => item.key);
  for (const space of ['one', 'two']) {
    assert.deepEqual((await all((page) => store.keyValue.list(space, page), keys)).sort(), out, space);
  }
  assert.equal(new Set(out).size, out.length, 'none was committed twice');
  const waiting = new Set(await all((page) => store.queue.list('in', page), bodies));
  assert.deepEqual(
    out.filter((name) => waiting.has(name)),
    [],
    'what was committed waits no more',
  );
  const committed = new Set(out);
  for (const line of answered) {
    const [kind, name] = line.split(' ') as [string, string];
    if (kind === 'committed') assert.ok(committed.has(name), line);
  }
}

/** What all pages hold. */
async function all<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<{ items: T[]; cursor?: string }>,
  namesOf: (items: T[]) => string[],
): Promise<string[]> {
  const names: string[] = [];
  for (let page: { limit: number; cursor?: string } | undefined = { limit: 1_000 }; page; ) {
    const { items, cursor }: { items: T[]; cursor?: string } = await read(page);
    names.push(...namesOf(items));
    page = cursor === undefined ? undefined : { limit: 1_000, cursor };
  }
  return names;
}

/** Every third document is deleted; a deletion may be done and its answer cut off. */
function mayBeDeleted(name: string): boolean {
  return Number(name.split('-')[2]) % 3 === 0;
}
