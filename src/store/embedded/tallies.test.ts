import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { messageViews } from './message-views.ts';
import { type MessageRow, messageOperations } from './messages.ts';
import { STATE_MIGRATIONS } from './state-schema.ts';
import { queueTallies } from './tallies.ts';

const message: MessageRow = {
  id: null,
  body: Buffer.from('x'),
  attributes: null,
  dueAtMs: 0,
  group: null,
  deduplicationId: null,
  seenUntilMs: 0,
};

function open() {
  const db = new DatabaseSync(':memory:');
  for (const step of STATE_MIGRATIONS) db.exec(step);
  const tallies = queueTallies(db);
  return { db, tallies, ...messageOperations(db, tallies), ...messageViews(db, tallies) };
}

test('statistics are what counting all messages gives, also where the clock jumps', () => {
  const time = fc.integer({ min: 1, max: 30 });
  const step = fc.record({
    kind: fc.constantFrom(
      'send',
      'send',
      'receive',
      'acknowledge',
      'retry',
      'release',
      'extend',
      'remove',
      'hasten',
      'purge',
      'look',
    ),
    nowMs: time,
    untilMs: time,
    group: fc.constantFrom(null, null, 'g'),
    seq: fc.integer({ min: 1, max: 8 }),
    attempt: fc.integer({ min: 1, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = open();
      const counted = store.db.prepare(
        `SELECT count(*) FILTER (WHERE due_ms <= :now) AS ready, count(*) FILTER (WHERE due_ms > :now AND leased = 0) AS delayed,
           count(*) FILTER (WHERE due_ms > :now AND leased = 1) AS leased,
           min(due_ms) FILTER (WHERE due_ms > :now) - :now AS nextDueInMs FROM messages`,
      );
      for (const { kind, nowMs, untilMs, group, seq, attempt } of steps) {
        const lease = { queue: 'q', seq, attempt };
        if (kind === 'send') store.send('q', [{ ...message, dueAtMs: Math.max(nowMs, untilMs), group }], nowMs);
        if (kind === 'receive') store.receive('q', 2, untilMs, nowMs);
        if (kind === 'acknowledge') store.acknowledge(lease, nowMs);
        if (kind === 'retry') store.retry(lease, untilMs, nowMs);
        if (kind === 'release') store.release([lease], nowMs);
        if (kind === 'extend') store.extend(lease, untilMs, nowMs);
        if (kind === 'remove') store.removeMessage('q', seq, nowMs);
        if (kind === 'hasten') store.hasten('q', seq, nowMs);
        if (kind === 'purge') store.purgeSome('q', seq);
        if (kind !== 'look') continue;
        const { oldestAgeMs: _, ...stats } = store.stats('q', nowMs);
        assert.deepEqual({ nextDueInMs: null, ...stats }, { ...counted.get({ now: nowMs }) });
      }
      store.db.close();
    }),
    { numRuns: 500 },
  );
});

test('the oldest message that is due is found behind many that are not', () => {
  const store = open();
  const delayed = Array.from({ length: 1_500 }, () => ({ ...message, dueAtMs: 1_000 }));
  store.send('q', delayed, 1);
  store.send('q', [{ ...message, dueAtMs: 5, group: 'g' }], 5);
  assert.equal(store.stats('q', 9).oldestAgeMs, 4);
  store.receive('q', 1, 2_000, 9);
  store.send('q', [{ ...message, dueAtMs: 10, group: 'g' }], 10);
  assert.equal(store.stats('q', 12).oldestAgeMs, 2, 'one that waits for its group counts');
  assert.deepEqual(store.stats('q', 1_000), {
    ready: 1_501,
    delayed: 0,
    leased: 1,
    oldestAgeMs: 999,
    nextDueInMs: 1_000,
  });
  store.db.close();
});

test('what statistics, listings and deliveries need is in indexes', () => {
  const store = open();
  const plan = (sql: string): string =>
    store.db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => row.detail)
      .join('\n');
  const due = plan(
    `SELECT body FROM messages WHERE queue = 'q' AND blocked = 0 AND due_ms <= 1 ORDER BY due_ms, seq LIMIT 1`,
  );
  assert.match(due, /USING INDEX messages_due \(queue=\? AND blocked=\? AND due_ms<\?\)/);
  assert.doesNotMatch(due, /TEMP B-TREE/);
  assert.match(
    plan(
      `SELECT count(*) FILTER (WHERE leased = 0) FROM messages WHERE queue = 'q' AND blocked IN (0, 1) AND due_ms > 1`,
    ),
    /COVERING INDEX messages_due/,
  );
  assert.doesNotMatch(plan(`SELECT body FROM messages WHERE queue = 'q' AND seq > 1 ORDER BY seq`), /TEMP B-TREE/);
  assert.match(
    plan(
      'DELETE FROM key_values WHERE (space, key) IN (SELECT space, key FROM key_values WHERE expires_ms <= 1 ORDER BY expires_ms LIMIT 5)',
    ),
    /SEARCH key_values USING PRIMARY KEY.*key_values_expiry/s,
  );
  store.db.close();
});
