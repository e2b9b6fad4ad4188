import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { commitOperations } from './commits.ts';
import { documentOperations } from './documents.ts';
import { groupCommit } from './group-commit.ts';
import { keyValueOperations } from './key-values.ts';
import { messageViews } from './message-views.ts';
import { messageOperations } from './messages.ts';
import type { Operations, Reply, Request } from './rpc.ts';
import { STATE_MIGRATIONS } from './state-schema.ts';
import { queueTallies } from './tallies.ts';

test('requests that arrive together are one transaction, and a refusal concerns its caller alone', () => {
  const { answer, db } = open();
  const commits = countCommits(db);
  const replies = answer(
    ['put', 'a', '1', 0],
    ['put', 'a', '2', 0],
    ['put', 'b', '3', undefined],
    ['get', 'a'],
    ['delete', 'b', 2],
  );
  assert.deepEqual(replies.map(codeOrValue), [1, 'conflict', 2, { key: 'a', value: '1', revision: 1 }, 3]);
  assert.equal(commits(), 1);
});

test('on a full disk, the request that does not fit fails and its neighbours succeed', () => {
  const { answer, db } = open();
  answer(['put', 'before', '"kept"', undefined]);
  const pages = Object.values(db.prepare('PRAGMA page_count').get()!)[0] as number;
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const large = JSON.stringify('x'.repeat(100_000));
  const message = { id: null, attributes: null, dueAtMs: 0, group: null, deduplicationId: 'd', seenUntilMs: 9 };
  const batch = [
    { ...message, body: Buffer.from('small') },
    { ...message, deduplicationId: 'e', body: Buffer.alloc(100_000) },
  ];
  const replies = answer(
    ['put', 'small', '1', undefined],
    ['put', 'large', large, undefined],
    ['send', 'q', batch, 0],
    ['put', 'other', '2', undefined],
    ['get', 'before'],
  );
  assert.deepEqual(replies.map(codeOrValue), [
    2,
    'storage_full',
    'storage_full',
    3,
    { key: 'before', value: '"kept"', revision: 1 },
  ]);
  db.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
  const after = answer(['put', 'large', large, undefined], ['receive', 'q', 9, 1, 0], ['send', 'q', batch, 0]);
  assert.equal(codeOrValue(after[0]!), 4, 'the failed write took no revision');
  assert.deepEqual(codeOrValue(after[1]!), { messages: [], nextDueMs: undefined });
  assert.deepEqual(
    (codeOrValue(after[2]!) as { duplicate: boolean }[]).map((sent) => sent.duplicate),
    [false, false],
    'a batch that failed left no id behind',
  );
});

test('a commit that does not fit is undone wholly, its neighbours stay, and statistics with them', () => {
  const { answer, db } = open();
  const message = { id: null, attributes: null, dueAtMs: 0, group: null, deduplicationId: null, seenUntilMs: 9 };
  const small = { ...message, body: Buffer.from('small') };
  answer(['send', 'q', [small, small], 0], ['receive', 'q', 2, 100, 0], ['stats', 'q', 0]);
  const pages = Object.values(db.prepare('PRAGMA page_count').get()!)[0] as number;
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const lease = (seq: number) => ({ queue: 'q', seq, attempt: 1 });
  const write = { space: 's', key: 'k', expiresAtMs: null, expectedRevision: 0 };
  const replies = answer(
    ['send', 'q', [small], 0],
    ['commit', { leases: [lease(1)], writes: [{ ...write, value: Buffer.alloc(100_000) }], sends: [] }, 1],
    ['commit', { leases: [lease(2)], writes: [{ ...write, value: Buffer.from('v') }], sends: [] }, 1],
    ['commit', { leases: [lease(2)], writes: [], sends: [{ queue: 'q', messages: [small] }] }, 1],
    ['stats', 'q', 1],
  );
  assert.deepEqual(replies.slice(1, 4).map(codeOrValue), ['storage_full', true, false]);
  assert.deepEqual(codeOrValue(replies[4]!), {
    ready: 1,
    delayed: 0,
    leased: 1,
    oldestAgeMs: 1,
    nextDueInMs: 99,
  });
});

function open() {
  const db = new DatabaseSync(':memory:');
  for (const step of STATE_MIGRATIONS) db.exec(step);
  const tallies = queueTallies(db);
  const messages = messageOperations(db, tallies);
  const keyValues = keyValueOperations(db);
  const operations: Operations = {
    ...documentOperations(db),
    ...messages,
    ...messageViews(db, tallies),
    ...keyValues,
    ...commitOperations(messages, keyValues),
  };
  const service = groupCommit(db, operations, new Set(), tallies.forgetAll);
  const answer = (...calls: [string, ...unknown[]][]): Reply[] => {
    const requests: Request[] = calls.map(([method, ...args], id) => ({ id, method, args }));
    let answered: Reply[] = [];
    service.answer(requests, (replies) => (answered = replies));
    assert.deepEqual(
      answered.map((reply) => reply.id),
      requests.map((request) => request.id),
    );
    return answered;
  };
  return { db, answer };
}

/** Counts transactions that ended well, by what SQLite is told to do. */
function countCommits(db: DatabaseSync): () => number {
  let commits = 0;
  const exec = db.exec.bind(db);
  db.exec = (sql) => {
    exec(sql);
    if (sql === 'COMMIT') commits++;
  };
  return () => commits;
}

function codeOrValue(reply: Reply): unknown {
  if ('failure' in reply) return reply.failure.code;
  const { value } = reply;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : value;
}
