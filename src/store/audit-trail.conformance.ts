import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { AuditEntry, AuditQuery, AuditTrail, NewAuditEntry } from './audit-trail.ts';
import { AUDIT_OUTCOMES } from './audit-trail.ts';
import type { Adapter, Opened } from './conformance.ts';

const START_MS = Date.UTC(2026, 10, 29);

/** What every adapter of the audit trail does. */
export function auditTrailConformance(adapter: Adapter<AuditTrail>): void {
  describe(`${adapter.name} audit trail`, () => {
    let opened: Opened<AuditTrail>;
    let trail: AuditTrail;
    let clock: FakeClock;

    before(async () => {
      clock = new FakeClock(START_MS);
      opened = await adapter.create(clock);
      trail = opened.port;
    });
    after(() => opened.dispose());

    test('numbers entries, and shows them newest first, page by page', async () => {
      assert.deepEqual(await trail.verify(), { intact: true, entries: 0 });
      for (let n = 1; n <= 5; n++) trail.append(entry({ subject: `function:f${n}`, details: { n } }));
      const first = await trail.query({ limit: 3 });
      assert.deepEqual(numbersOf(first.items), [5, 4, 3]);
      assert.deepEqual([first.items[0]!.details, first.items[0]!.outcome], [{ n: 5 }, 'done']);
      const second = await trail.query({ limit: 3, cursor: first.cursor! });
      assert.deepEqual(numbersOf(second.items), [2, 1]);
      assert.equal(second.cursor, undefined);
    });

    test('goes on with its chain after it was opened again', async () => {
      const before = await trail.verify();
      trail = await opened.reopen();
      assert.deepEqual(await trail.verify(), before);
      trail.append(entry({ from: { address: '127.0.0.1', tokenId: 'abc' }, outcome: 'denied' }));
      await trail.flush();
      const verdict = await trail.verify(before.head);
      assert.deepEqual([verdict.intact, verdict.entries, verdict.head!.sequence], [true, 6, 6]);
      const [newest] = (await trail.query({ limit: 1 })).items;
      assert.deepEqual(newest!.from, { address: '127.0.0.1', tokenId: 'abc' });
      assert.equal(newest!.hash, verdict.head!.hash);
    });

    test('says when a noted entry is not what it was', async () => {
      const { head } = await trail.verify();
      for (const noted of [
        { ...head!, hash: 'f'.repeat(64) },
        { ...head!, sequence: 99 },
      ]) {
        const { intact, broken } = await trail.verify(noted);
        assert.equal(intact, false);
        assert.equal(broken?.sequence, noted.sequence);
      }
    });

    test('takes a copy of what it is given', async () => {
      const details: Record<string, unknown> = { was: 1 };
      trail.append(entry({ details }));
      details.was = 2;
      assert.deepEqual((await trail.query({ limit: 1 })).items[0]!.details, { was: 1 });
    });

    test('tells soon of entries, once for those of a moment, and finds them', async () => {
      const told = Promise.withResolvers<void>();
      let times = 0;
      const end = trail.watch(() => {
        times++;
        told.resolve();
      });
      for (let n = 0; n < 3; n++) trail.append(entry({ subject: 'function:told', details: { n } }));
      await told.promise;
      assert.deepEqual(
        (await trail.query({ subject: 'function:told', limit: 9 })).items.map(({ details }) => details.n),
        [2, 1, 0],
      );
      end();
      trail.append(entry());
      await trail.flush();
      assert.equal(times, 1);
    });

    test('refuses limits and cursors that make no sense', async () => {
      for (const limit of [0, -1, 1.5, 1_001])
        await assert.rejects(trail.query({ limit }), { code: 'invalid_request' });
      await assert.rejects(trail.query({ limit: 1, cursor: 'x' }), { code: 'invalid_request' });
    });

    test('removes what is older than it should be, up to the first that stays, and its chain holds', async () => {
      const { head, entries } = await trail.verify();
      clock.advance(10_000);
      trail.append(entry({ timeMs: clock.now() }));
      // A clock that jumped back: the entry before it is younger, and nothing behind that one goes.
      trail.append(entry({ timeMs: START_MS }));
      assert.equal(await trail.retain({ maxAgeMs: 5_000 }), entries);
      const verdict = await trail.verify(head);
      assert.deepEqual([verdict.intact, verdict.entries, verdict.anchor], [true, 2, head]);
      trail = await opened.reopen();
      assert.deepEqual(await trail.verify(), verdict);
      assert.equal(await trail.retain({ maxAgeMs: -1 }), 2);
      const emptied = await trail.verify();
      assert.deepEqual([emptied.intact, emptied.entries, emptied.head], [true, 0, verdict.head]);
    });

    test('finds what a query is after, as a list that is filtered does', async () => {
      const clockMs = clock.now();
      await fc.assert(
        fc.asyncProperty(fc.array(entries, { maxLength: 30 }), queries, async (given, query) => {
          await trail.retain({ maxAgeMs: -1_000_000 });
          for (const each of given) trail.append({ ...each, timeMs: clockMs + each.timeMs });
          const wanted: AuditQuery = {
            ...query,
            ...(query.fromMs !== undefined && { fromMs: clockMs + query.fromMs }),
            ...(query.toMs !== undefined && { toMs: clockMs + query.toMs }),
          };
          const found: AuditEntry[] = [];
          for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
            const page = await trail.query({ ...wanted, ...(cursor !== undefined && { cursor }) });
            found.push(...page.items);
            cursor = page.cursor;
          }
          const expected = given.filter((each) => matches(each, query)).reverse();
          assert.deepEqual(
            found.map(({ details }) => details),
            expected.map(({ details }) => details),
          );
          assert.equal((await trail.verify()).intact, true);
        }),
        { numRuns: 30 },
      );
    });
  });

  describe(`${adapter.name} audit trail on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('keeps what it cannot write until there is space', async () => {
      const clock = new FakeClock(START_MS);
      const opened = await adapter.createSmall!(clock);
      try {
        const trail = opened.port;
        trail.append(entry({ subject: 'before' }));
        await trail.flush();
        await opened.fill();
        const details = { text: 'x'.repeat(100_000) };
        for (let n = 0; n < 20; n++) trail.append(entry({ subject: 'during', details }));
        await assert.rejects(trail.flush(), { code: 'storage_full' });
        await opened.free();
        trail.append(entry({ subject: 'after' }));
        await trail.flush();
        const { items } = await trail.query({ limit: 100 });
        assert.deepEqual([items.length, items[0]!.subject, items.at(-1)!.subject], [22, 'after', 'before']);
        assert.equal((await trail.verify()).intact, true);
      } finally {
        await opened.dispose();
      }
    });
  });
}

function entry(given: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return { timeMs: START_MS, actor: 'ada', action: 'function:deploy', subject: 'function:f', details: {}, ...given };
}

function numbersOf(items: readonly AuditEntry[]): number[] {
  return items.map(({ sequence }) => sequence);
}

const actors = fc.constantFrom('ada', 'bob');
const actions = fc.constantFrom('function:deploy', 'function:read', 'policy:write');
const subjects = fc.constantFrom('function:a', 'function:b?', 'function:[c]', '*');
const times = fc.integer({ min: 0, max: 20 });
const entries = fc.record({
  timeMs: times,
  actor: actors,
  action: actions,
  subject: subjects,
  outcome: fc.constantFrom(...AUDIT_OUTCOMES),
  details: fc
    .dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { maxKeys: 3 })
    .map((given) => JSON.parse(JSON.stringify(given)) as Record<string, unknown>),
});
const queries = fc.record(
  {
    actor: actors,
    action: fc.constantFrom('function:deploy', 'function:*', '*:write'),
    subject: fc.constantFrom('function:a', 'function:b?', 'function:[c]', 'function:[*', '*:b?*'),
    outcome: fc.constantFrom(...AUDIT_OUTCOMES),
    fromMs: times,
    toMs: times,
    limit: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ['limit'] },
);

function matches(each: NewAuditEntry, query: AuditQuery): boolean {
  const like = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || new RegExp(`^${pattern.replace(/[.?[\]:]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);
  return (
    (query.actor === undefined || each.actor === query.actor) &&
    like(query.action, each.action) &&
    like(query.subject, each.subject) &&
    (query.outcome === undefined || each.outcome === query.outcome) &&
    each.timeMs >= (query.fromMs ?? 0) &&
    each.timeMs < (query.toMs ?? Number.POSITIVE_INFINITY)
  );
}
