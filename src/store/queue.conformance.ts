import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import type { LeasedMessage, NewMessage, Queue, StoredMessage } from './queue.ts';
import { listen } from './testing/listen.ts';
import { QueueModel } from './testing/queue-model.ts';

const LEASE_MS = 30_000;

/** What every queue must do. */
export function queueConformance(adapter: Adapter<Queue>): void {
  describe(`${adapter.name} queue`, () => {
    const clock = new FakeClock();
    let opened: Opened<Queue>;
    let queue: Queue;
    let names = 0;
    let q = '';
    before(async () => {
      opened = await adapter.create(clock);
      queue = opened.port;
    });
    after(() => opened.dispose());
    const fresh = (): string => (q = `queue-${++names}`);
    const receive = (max = 10, leaseMs = LEASE_MS): Promise<LeasedMessage[]> => queue.receive(q, { max, leaseMs });
    const send = async (...texts: string[]): Promise<void> => {
      for (const text of texts) await queue.send(q, message(text));
    };

    test('a message arrives as it was sent, in order of sending', async () => {
      fresh();
      const body = Buffer.from([0, 1, 254, 255]);
      const sent = await queue.send(q, { body, attributes: { type: 'ä', empty: '' }, group: 'g' });
      await send('second', '');
      const [first, second, third] = await receive();
      assert.deepEqual(first!.body, body);
      assert.deepEqual(first!.attributes, { type: 'ä', empty: '' });
      assert.equal(first!.group, 'g');
      assert.equal(first!.messageId, sent.messageId);
      assert.equal(first!.attempt, 1);
      assert.equal(first!.sentAtMs, clock.now());
      assert.equal(first!.leaseUntilMs, clock.now() + LEASE_MS);
      assert.deepEqual([second, third].map(textOf), ['second', '']);
      assert.equal(second!.group, undefined);
    });

    test('a leased message is delivered to nobody else until its lease runs out', async () => {
      fresh();
      await send('a');
      const [first] = await receive();
      assert.deepEqual(await receive(), []);
      clock.advance(LEASE_MS - 1);
      assert.deepEqual(await receive(), []);
      clock.advance(1);
      const [again] = await receive();
      assert.equal(again!.messageId, first!.messageId);
      assert.equal(again!.attempt, 2);
    });

    test('only the current lease counts', async () => {
      fresh();
      await send('a');
      const [first] = await receive();
      clock.advance(LEASE_MS);
      assert.equal(await queue.acknowledge(first!.lease), false, 'run out');
      const [second] = await receive();
      for (const stale of [first!.lease, { ...first!.lease, token: 'nonsense' }, { ...first!.lease, messageId: '?' }]) {
        assert.equal(await queue.acknowledge(stale), false);
        assert.equal(await queue.retry(stale, 0), false);
        assert.equal(await queue.extend(stale, 1), false);
      }
      assert.equal(await queue.acknowledge({ ...second!.lease, queue: 'another' }), false);
      assert.equal(await queue.acknowledge(second!.lease), true);
      assert.equal(await queue.acknowledge(second!.lease), false, 'done already');
      clock.advance(LEASE_MS * 10);
      assert.deepEqual(await receive(), []);
    });

    test('extend prolongs a lease, retry ends it', async () => {
      fresh();
      await send('a');
      const [first] = await receive();
      clock.advance(LEASE_MS - 1);
      assert.equal(await queue.extend(first!.lease, LEASE_MS), true);
      clock.advance(LEASE_MS - 1);
      assert.deepEqual(await receive(), []);
      assert.equal(await queue.retry(first!.lease, 5_000), true);
      assert.equal(await queue.acknowledge(first!.lease), false);
      assert.deepEqual(await receive(), []);
      clock.advance(5_000);
      const [second] = await receive();
      assert.equal(second!.attempt, 2);
      await queue.retry(second!.lease, 0);
      assert.equal((await receive())[0]!.attempt, 3);
    });

    test('messages come in order of their due time and then of sending', async () => {
      fresh();
      await queue.sendBatch(q, [
        { ...message('late'), delayMs: 2_000 },
        { ...message('soon'), delayMs: 1_000 },
        message('now 1'),
        message('now 2'),
      ]);
      assert.deepEqual((await receive()).map(textOf), ['now 1', 'now 2']);
      clock.advance(2_000);
      assert.deepEqual((await receive()).map(textOf), ['soon', 'late']);
    });

    test('max bounds a receive', async () => {
      fresh();
      await send('a', 'b', 'c');
      assert.deepEqual((await receive(2)).map(textOf), ['a', 'b']);
      assert.deepEqual((await receive(2)).map(textOf), ['c']);
      await assert.rejects(queue.receive(q, { max: 0, leaseMs: 1 }), { code: 'invalid_request' });
      await assert.rejects(queue.receive(q, { max: 1, leaseMs: 0 }), { code: 'invalid_request' });
    });

    test('a second message of one de-duplication id is accepted and not stored, within the window', async () => {
      fresh();
      const once = { ...message('once'), deduplicationId: 'id', deduplicationWindowMs: 1_000 };
      const first = await queue.send(q, once);
      assert.equal(first.duplicate, false);
      assert.deepEqual(await queue.send(q, once), { messageId: first.messageId, duplicate: true });
      const [got, ...others] = await receive();
      assert.equal(others.length, 0);
      await queue.acknowledge(got!.lease);
      clock.advance(999);
      assert.equal((await queue.send(q, once)).duplicate, true, 'also once it is done');
      assert.equal((await queue.send('another', { ...once })).duplicate, false, 'ids belong to their queue');
      clock.advance(1);
      assert.equal((await queue.send(q, once)).duplicate, false);
      const batch = await queue.sendBatch(q, [
        message('x'),
        { ...message('y'), deduplicationId: 'y' },
        { ...message('y'), deduplicationId: 'y' },
      ]);
      assert.deepEqual(
        batch.map((sent) => sent.duplicate),
        [false, false, true],
      );
      await queue.purge('another');
    });

    test('messages of one group are delivered one at a time, in order of sending', async () => {
      fresh();
      await queue.sendBatch(q, [
        { ...message('g1'), group: 'g', delayMs: 1_000 },
        { ...message('g2'), group: 'g' },
        { ...message('h1'), group: 'h' },
        message('free'),
        { ...message('g3'), group: 'g' },
      ]);
      assert.deepEqual((await receive()).map(textOf), ['h1', 'free'], 'g waits for its first');
      clock.advance(1_000);
      const [g1, ...none] = await receive();
      assert.deepEqual([textOf(g1!), none.length], ['g1', 0]);
      await queue.retry(g1!.lease, 1_000);
      assert.deepEqual(await receive(), [], 'a retry holds its group');
      clock.advance(1_000);
      for (const text of ['g1', 'g2', 'g3']) {
        const [next, ...others] = await receive();
        assert.deepEqual([textOf(next!), others.length], [text, 0]);
        assert.equal(await queue.acknowledge(next!.lease), true);
      }
    });

    test('a waiting receive is woken by a send', async () => {
      fresh();
      const waiting = queue.receive(q, { max: 10, leaseMs: LEASE_MS, waitMs: 60_000 });
      await send('hello');
      assert.deepEqual((await waiting).map(textOf), ['hello']);
    });

    test('a waiting receive is woken when a message, a retry or a lease falls due', async () => {
      fresh();
      await queue.send(q, { ...message('later'), delayMs: 5_000 });
      const delayed = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      assert.equal((await queue.stats(q)).delayed, 1);
      clock.advance(5_000);
      const [later] = await delayed;
      assert.equal(textOf(later!), 'later');
      const retried = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      await queue.retry(later!.lease, 0);
      assert.equal((await retried)[0]!.attempt, 2);
      const expired = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      assert.equal((await queue.stats(q)).leased, 1);
      clock.advance(LEASE_MS);
      assert.equal((await expired)[0]!.attempt, 3);
    });

    test('a waiting receive is woken when its group goes on', async () => {
      fresh();
      await queue.sendBatch(q, [
        { ...message('g1'), group: 'g' },
        { ...message('g2'), group: 'g' },
      ]);
      const [g1] = await receive();
      const waiting = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      await queue.acknowledge(g1!.lease);
      assert.deepEqual((await waiting).map(textOf), ['g2']);
    });

    test('a wait ends with nothing at its time, and when it is aborted', async () => {
      fresh();
      const timed = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 1_000 });
      clock.advance(1_000);
      assert.deepEqual(await timed, []);
      const abort = new AbortController();
      const aborted = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000, signal: abort.signal });
      abort.abort();
      assert.deepEqual(await aborted, []);
      assert.deepEqual(await queue.receive(q, { max: 1, leaseMs: 1, waitMs: 60_000, signal: abort.signal }), []);
      await send('for the next');
      assert.deepEqual((await receive()).map(textOf), ['for the next']);
    });

    test('a message taken for a receiver who left at that moment goes to the next', async () => {
      fresh();
      const abort = new AbortController();
      await send('precious');
      const leaving = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000, signal: abort.signal });
      abort.abort();
      assert.deepEqual(await leaving, []);
      const [got] = await queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      assert.equal(textOf(got!), 'precious');
      assert.equal(got!.attempt, 1);
      assert.equal(await queue.acknowledge(got!.lease), true);
    });

    test('concurrent receivers share the messages, each going to one', async () => {
      fresh();
      const receivers = Array.from({ length: 10 }, () =>
        queue.receive(q, { max: 3, leaseMs: LEASE_MS, waitMs: 60_000 }),
      );
      const texts = Array.from({ length: 30 }, (_, n) => `m${n}`);
      await Promise.all(texts.map((text) => queue.send(q, message(text))));
      const first = (await Promise.all(receivers)).flat();
      const rest: LeasedMessage[] = [];
      for (let more = await receive(); more.length > 0; more = await receive()) rest.push(...more);
      assert.deepEqual([...first, ...rest].map(textOf).sort(), texts.toSorted());
    });

    test('who watches hears of each queue in which something moved, and of no other', async () => {
      const watch = listen(queue);
      fresh();
      assert.deepEqual(await receive(), []);
      assert.equal(await queue.remove(q, '1'), false);
      assert.equal(await queue.purge(q), 0);
      assert.deepEqual(await watch.heard(), []);
      const first = async (state: StoredMessage['state']) =>
        (await queue.list(q, { limit: 10 })).items.find((item) => item.state === state)!.messageId;
      const taken = async () => (await receive(1))[0]!.lease;
      const moves: (() => Promise<unknown>)[] = [
        () => send('1', '2', '3', '4', '5'),
        () => receive(1),
        async () => queue.retry(await taken(), 60_000),
        async () => queue.extend(await taken(), LEASE_MS),
        async () => queue.acknowledge(await taken()),
        async () => queue.hasten(q, await first('delayed')),
        async () => queue.remove(q, await first('ready')),
        () => queue.purge(q),
      ];
      for (const move of moves) {
        await move();
        assert.deepEqual(await watch.heard(), [q], String(move));
      }
      const one = fresh();
      await send('a');
      fresh();
      await send('a');
      assert.deepEqual(await watch.heard(), [one, q].sort());
      watch.end();
      await send('b');
      assert.deepEqual(await watch.heard(), []);
    });

    test('stats, queues and purge tell and clear what is there', async () => {
      fresh();
      assert.deepEqual(await queue.stats(q), { ready: 0, delayed: 0, leased: 0, oldestAgeMs: 0 });
      await send('a', 'b', 'c');
      await queue.send(q, { ...message('later'), delayMs: 60_000 });
      await receive(1);
      clock.advance(2_000);
      assert.deepEqual(await queue.stats(q), {
        ready: 2,
        delayed: 1,
        leased: 1,
        oldestAgeMs: 2_000,
        nextDueInMs: LEASE_MS - 2_000,
      });
      assert.ok((await queue.queues()).includes(q));
      assert.equal(await queue.purge(q), 4);
      assert.equal(await queue.purge(q), 0);
      assert.ok(!(await queue.queues()).includes(q));
    });

    test('list and find show messages as they stand, and change nothing', async () => {
      fresh();
      const body = Buffer.from([0, 255]);
      const [first] = await queue.sendBatch(q, [
        { body, attributes: { a: 'ä' }, group: 'g' },
        { ...message('later'), delayMs: 5_000 },
        message('ready'),
      ]);
      await receive(1);
      const { items, cursor } = await queue.list(q, { limit: 10 });
      assert.equal(cursor, undefined);
      const sentAtMs = clock.now();
      assert.deepEqual(items[0], {
        messageId: first!.messageId,
        body,
        attributes: { a: 'ä' },
        group: 'g',
        state: 'leased',
        attempts: 1,
        sentAtMs,
        dueAtMs: sentAtMs + LEASE_MS,
      });
      const states = items.map((item) => [item.body.toString(), item.state, item.attempts, item.dueAtMs - sentAtMs]);
      assert.deepEqual(states.slice(1), [
        ['later', 'delayed', 0, 5_000],
        ['ready', 'ready', 0, 0],
      ]);
      for (const item of items) assert.deepEqual(await queue.find(q, item.messageId), item);
      assert.equal(await queue.find('another', first!.messageId), undefined);
      for (const id of ['', '0', '-1', '1e3', '999999', 'x']) assert.equal(await queue.find(q, id), undefined);
      assert.deepEqual((await receive()).map(textOf), ['ready']);
    });

    test('a message is found by the id that its sender gave it, in whatever queue it is', async () => {
      fresh();
      const own = { ...message('x'), id: `own-${q}`, deduplicationId: 'd' };
      const sent = await queue.send(q, own);
      assert.equal(sent.id, own.id);
      assert.deepEqual(await queue.locate(own.id), { queue: q, messageId: sent.messageId });
      const again = await queue.send(q, { ...own, id: 'of the second' });
      assert.deepEqual(again, { messageId: sent.messageId, id: own.id, duplicate: true });
      assert.equal(await queue.locate('of the second'), undefined);
      await queue.remove(q, sent.messageId);
      assert.equal(await queue.locate(own.id), undefined);
      const moved = await queue.send(`${q}-moved`, own);
      assert.deepEqual(await queue.locate(own.id), { queue: `${q}-moved`, messageId: moved.messageId });
      await queue.purge(`${q}-moved`);
      assert.equal((await queue.send(q, message('without'))).id, undefined);
    });

    test('a list goes on where its page ended, whatever happened in between', async () => {
      fresh();
      await send('a', 'b', 'c', 'd', 'e');
      const first = await queue.list(q, { limit: 2 });
      await queue.remove(q, first.items[1]!.messageId);
      await send('f');
      const second = await queue.list(q, { limit: 3, cursor: first.cursor! });
      const third = await queue.list(q, { limit: 3, cursor: second.cursor! });
      const texts = [first, second, third].map((page) => page.items.map((item) => item.body.toString()).join(''));
      assert.deepEqual([...texts, third.cursor], ['ab', 'cde', 'f', undefined]);
      for (const limit of [0, 1_001, 1.5]) {
        await assert.rejects(queue.list(q, { limit }), { code: 'invalid_request' });
      }
      await assert.rejects(queue.list(q, { limit: 1, cursor: 'nonsense' }), { code: 'invalid_request' });
    });

    test('large messages come in pages and deliveries that fit into memory', async () => {
      fresh();
      const large = { body: Buffer.alloc(3 * 1024 * 1024) };
      for (let n = 0; n < 8; n++) await queue.send(q, large);
      const page = await queue.list(q, { limit: 8 });
      assert.ok(page.items.length > 0 && page.items.length < 8 && page.cursor !== undefined);
      const received = [await receive(8), await receive(8)].map((messages) => messages.length);
      assert.ok(received[0]! > 0 && received[0]! < 8 && received[0]! + received[1]! === 8, String(received));
      await queue.purge(q);
    });

    test('a removed message is gone, its lease void, and its group goes on', async () => {
      fresh();
      await queue.sendBatch(q, [
        { ...message('g1'), group: 'g' },
        { ...message('g2'), group: 'g' },
        { ...message('g3'), group: 'g' },
      ]);
      const [g1] = await receive();
      const [, g2] = (await queue.list(q, { limit: 10 })).items;
      const waiting = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      assert.equal(await queue.remove(q, g2!.messageId), true);
      assert.equal(await queue.remove(q, g2!.messageId), false);
      assert.equal(await queue.remove('another', g1!.messageId), false);
      assert.equal(await queue.remove(q, g1!.messageId), true);
      assert.deepEqual((await waiting).map(textOf), ['g3']);
      assert.equal(await queue.acknowledge(g1!.lease), false);
      assert.deepEqual(await queue.stats(q), {
        ready: 0,
        delayed: 0,
        leased: 1,
        oldestAgeMs: 0,
        nextDueInMs: LEASE_MS,
      });
    });

    test('a delayed message is hastened, a leased one is not', async () => {
      fresh();
      const { messageId } = await queue.send(q, { ...message('later'), delayMs: 3_600_000 });
      const waiting = queue.receive(q, { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 });
      assert.equal(await queue.hasten('another', messageId), false);
      assert.equal(await queue.hasten(q, messageId), true);
      const [got] = await waiting;
      assert.equal(textOf(got), 'later');
      assert.equal(await queue.hasten(q, messageId), false, 'leased');
      await queue.retry(got!.lease, 0);
      assert.equal(await queue.hasten(q, messageId), true, 'ready');
      await queue.remove(q, messageId);
      assert.equal(await queue.hasten(q, messageId), false, 'gone');
    });

    test('a purge takes what was there before it, and no group waits for what is gone', async () => {
      fresh();
      const many = Array.from({ length: 5_000 }, (_, n) => ({ ...message('old'), group: `g${n % 7}` }));
      await queue.sendBatch(q, many);
      const purged = queue.purge(q);
      const later = Array.from({ length: 7 }, (_, n) => ({ ...message('new'), group: `g${n}` }));
      await queue.sendBatch(q, later);
      assert.ok((await purged) >= 5_000);
      const { ready } = await queue.stats(q);
      assert.equal((await receive(10)).length, ready, 'the first of each group that is left');
    });

    test('behaves as the model under any sequence of operations', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operations, { maxLength: 30 }), async (sequence) => {
          fresh();
          const model = new QueueModel(() => clock.now());
          const ids: string[] = [];
          const leases: { real: LeasedMessage; model: { id: number; attempt: number } }[] = [];
          for (const step of sequence) {
            const chosen = leases.at(step.pick % Math.max(1, leases.length));
            if (step.kind === 'advance') clock.advance(step.ms);
            if (step.kind === 'send') {
              const { messageId, duplicate } = await queue.send(q, { ...message(step.text), ...step.options });
              assert.equal(duplicate, model.send(step.text, step.options));
              if (!duplicate) ids.push(messageId);
            }
            if (step.kind === 'stats') assert.deepEqual(await queue.stats(q), model.stats());
            const id = step.pick % Math.max(1, ids.length);
            if (step.kind === 'remove') assert.equal(await queue.remove(q, ids[id] ?? '?'), model.remove(id));
            if (step.kind === 'hasten') assert.equal(await queue.hasten(q, ids[id] ?? '?'), model.hasten(id));
            if (step.kind === 'receive') {
              const got = await receive(step.max, step.ms + 1);
              const expected = model.receive(step.max, step.ms + 1);
              assert.deepEqual(
                got.map((real) => [textOf(real), real.attempt]),
                expected.map((held) => [held.text, held.attempt]),
              );
              for (const [n, real] of got.entries()) leases.push({ real, model: { ...expected[n]! } });
            }
            if (!chosen) continue;
            if (step.kind === 'acknowledge') {
              assert.equal(await queue.acknowledge(chosen.real.lease), model.acknowledge(chosen.model));
            }
            if (step.kind === 'retry') {
              assert.equal(await queue.retry(chosen.real.lease, step.ms), model.retry(chosen.model, step.ms));
            }
            if (step.kind === 'extend') {
              assert.equal(await queue.extend(chosen.real.lease, step.ms + 1), model.extend(chosen.model, step.ms + 1));
            }
          }
          assert.deepEqual(await queue.stats(q), model.stats());
          const { items } = await queue.list(q, { limit: 1_000 });
          assert.deepEqual(
            items.map(viewOf),
            model.list().map(({ id, ...view }) => ({ messageId: ids[id], ...view })),
          );
          await queue.purge(q);
        }),
        { numRuns: 60 },
      );
    });

    test('after a restart messages, leases, delays and ids seen are as before', async () => {
      fresh();
      await send('leased', 'ready');
      await queue.send(q, { ...message('delayed'), delayMs: 1_000, deduplicationId: 'd' });
      const [leased] = await receive(1);
      const waiting = queue.receive('nothing there', { max: 1, leaseMs: 1, waitMs: 60_000 });
      const old = queue;
      queue = await opened.reopen();
      assert.deepEqual(await waiting, [], 'closing ends waits');
      await assert.rejects(old.send(q, message('x')), { code: 'unavailable' });
      assert.deepEqual(await queue.stats(q), {
        ready: 1,
        delayed: 1,
        leased: 1,
        oldestAgeMs: 0,
        nextDueInMs: 1_000,
      });
      assert.equal((await queue.send(q, { ...message('delayed'), deduplicationId: 'd' })).duplicate, true);
      assert.equal(await queue.acknowledge(leased!.lease), true);
      clock.advance(1_000);
      assert.deepEqual((await receive()).map(textOf), ['ready', 'delayed']);
    });
  });

  describe(`${adapter.name} queue on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('refuses a batch wholly with storage_full and goes on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const queue = opened.port;
        await queue.send('q', message('kept'));
        await opened.fill();
        const batch = [message('small'), { body: Buffer.alloc(512 * 1024) }];
        await assert.rejects(queue.sendBatch('q', batch), { code: 'storage_full' });
        assert.equal((await queue.stats('q')).ready, 1);
        await opened.free();
        await queue.sendBatch('q', batch);
        const again = await opened.reopen();
        assert.equal((await again.stats('q')).ready, 3);
      } finally {
        await opened.dispose();
      }
    });
  });
}

const short = fc.integer({ min: 0, max: 20 });
const operations = fc.record({
  kind: fc.constantFrom(
    'send',
    'send',
    'receive',
    'receive',
    'acknowledge',
    'retry',
    'extend',
    'advance',
    'stats',
    'remove',
    'hasten',
  ),
  pick: fc.nat(),
  ms: short,
  max: fc.integer({ min: 1, max: 3 }),
  text: fc.string({ maxLength: 3 }),
  options: fc.record(
    {
      delayMs: short,
      group: fc.constantFrom('g', 'h'),
      deduplicationId: fc.constantFrom('d', 'e'),
      deduplicationWindowMs: short,
    },
    { requiredKeys: [] },
  ),
});

function message(text: string): NewMessage {
  return { body: Buffer.from(text) };
}

function viewOf({ messageId, body, state, attempts, dueAtMs }: StoredMessage) {
  return { messageId, text: body.toString(), state, attempts, dueAtMs };
}

function textOf(received: LeasedMessage | undefined): string | undefined {
  return received?.body.toString();
}
