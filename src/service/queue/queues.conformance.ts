import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter, Opened } from '../../store/conformance.ts';
import { QueueModel } from '../../store/testing/queue-model.ts';
import type { QueueChange, Queues, ReceivedMessage } from './queues.ts';

const DAY_MS = 86_400_000;

/** What every adapter of queues must do. */
export function queuesConformance(adapter: Adapter<Queues>): void {
  describe(`${adapter.name} queues`, () => {
    const clock = new FakeClock();
    let opened: Opened<Queues>;
    let queues: Queues;
    let names = 0;
    let q = '';
    before(async () => {
      opened = await adapter.create(clock);
      queues = opened.port;
    });
    after(() => opened.dispose());
    const fresh = async (settings: QueueChange = {}, ending = ''): Promise<string> => {
      q = `queue-${++names}${ending}`;
      await queues.create(q, settings);
      return q;
    };
    const send = (...texts: string[]) =>
      queues.send(
        q,
        texts.map((text) => ({ body: Buffer.from(text) })),
      );
    const receive = (max = 10, name = q): Promise<ReceivedMessage[]> => queues.receive(name, { max });
    const texts = (messages: readonly { body: Buffer }[]) => messages.map(({ body }) => body.toString());

    test('settings are made, shown, changed, and outlive a restart', async () => {
      const name = await fresh({ visibilityMs: 5_000 });
      const { settings } = (await queues.find(name))!;
      assert.deepEqual(settings, {
        fifo: false,
        visibilityMs: 5_000,
        delayMs: 0,
        retentionMs: 4 * DAY_MS,
        contentDeduplication: false,
      });
      await queues.create(name, { delayMs: 10 });
      queues = await opened.reopen();
      assert.deepEqual((await queues.find(name))!.settings, { ...settings, delayMs: 10 });
      assert.ok((await queues.list()).some((view) => view.name === name));
      assert.equal(await queues.find('none'), undefined);
    });

    test('are changed and removed where they stand as they were seen', async () => {
      const name = await fresh({ delayMs: 1 });
      await assert.rejects(queues.create(name, {}, 0), { code: 'conflict' });
      const { revision } = (await queues.find(name))!;
      const changed = await queues.create(name, { delayMs: 2 }, revision);
      await assert.rejects(queues.create(name, { delayMs: 3 }, revision), {
        code: 'conflict',
        details: { name, expectedRevision: revision, actualRevision: changed.revision },
      });
      await assert.rejects(queues.remove(name, revision), { code: 'conflict' });
      assert.equal((await queues.find(name))!.settings.delayMs, 2);
      assert.equal(await queues.remove(name, changed.revision), true);
    });

    test('wrong names and settings are refused', async () => {
      for (const name of ['', 'a b', 'a/b', '-a', 'x'.repeat(81), 'a.b', 'fifo.fifo.fifo', 'ä'])
        await assert.rejects(queues.create(name), { code: 'invalid_request' }, name);
      await fresh();
      for (const change of [
        { visibilityMs: -1 },
        { retentionMs: 1 },
        { delayMs: 0.5 },
        { contentDeduplication: true },
        { unknown: 1 },
        { deadLetter: { queue: q, maxReceives: 1 } },
      ])
        await assert.rejects(
          queues.create(q, change as QueueChange),
          { code: 'invalid_request' },
          JSON.stringify(change),
        );
      await assert.rejects(queues.create(q, { fifo: true }), { code: 'conflict' });
      await assert.rejects(queues.create(`new-${q}`, { fifo: true }), { code: 'invalid_request' });
      await assert.rejects(queues.create(q, { deadLetter: { queue: 'none', maxReceives: 1 } }), { code: 'not_found' });
      for (const call of [
        queues.send('none', [{ body: Buffer.from('') }]),
        queues.receive('none', { max: 1 }),
        queues.delete('none', ''),
        queues.peek('none', { limit: 1 }),
        queues.purge('none'),
        queues.stats('none'),
        queues.redrive('none', { ratePerSecond: 1 }),
      ])
        await assert.rejects(call, { code: 'not_found' });
    });

    test('a received message is hidden, deleted by its receipt alone, or comes back', async () => {
      await fresh({ visibilityMs: 1_000 });
      await send('a');
      const [first] = await receive();
      assert.equal(first!.attempt, 1);
      assert.deepEqual(await receive(), []);
      clock.advance(1_000);
      assert.equal(await queues.delete(q, first!.receipt), false, 'run out');
      const [second] = await receive();
      assert.equal(second!.attempt, 2);
      const other = q;
      await fresh();
      assert.equal(await queues.delete(q, second!.receipt), false, "another queue's");
      q = other;
      for (const forged of ['', 'x', second!.receipt.slice(0, -2), Buffer.from('["1","2"]').toString('base64url')])
        assert.equal(await queues.delete(q, forged), false, forged);
      assert.equal(await queues.delete(q, second!.receipt), true);
      assert.equal(await queues.delete(q, second!.receipt), false, 'done already');
      assert.deepEqual((await queues.find(q))!.counts, {
        sent: 1,
        received: 2,
        deleted: 1,
        deadLettered: 0,
        expired: 0,
      });
    });

    test('a receipt outlives a restart', async () => {
      await fresh();
      await send('a');
      const [message] = await receive();
      queues = await opened.reopen();
      assert.equal(await queues.delete(q, message!.receipt), true);
    });

    test('visibility can be changed, and given up', async () => {
      await fresh({ visibilityMs: 1_000 });
      await send('a');
      const [message] = await receive();
      assert.equal(await queues.changeVisibility(q, message!.receipt, 10_000), true);
      clock.advance(9_999);
      assert.deepEqual(await receive(), []);
      assert.equal(await queues.changeVisibility(q, message!.receipt, 0), true);
      const [again] = await queues.receive(q, { max: 1, visibilityMs: 60_000 });
      assert.equal(again!.leaseUntilMs, clock.now() + 60_000);
      assert.equal(await queues.changeVisibility(q, message!.receipt, 5), false, 'not the current one');
    });

    test('the delay is the message’s, else the queue’s', async () => {
      await fresh({ delayMs: 1_000 });
      await queues.send(q, [{ body: Buffer.from('queue') }, { body: Buffer.from('own'), delayMs: 0 }]);
      assert.deepEqual(texts(await receive()), ['own']);
      assert.equal((await queues.stats(q)).delayed, 1);
      clock.advance(1_000);
      assert.deepEqual(texts(await receive()), ['queue']);
    });

    test('a long poll ends with a message, with its time, or with its client', async () => {
      await fresh();
      const waiting = queues.receive(q, { max: 1, waitMs: 20_000 });
      await send('a');
      assert.deepEqual(texts(await waiting), ['a']);
      const client = new AbortController();
      const left = queues.receive(q, { max: 1, waitMs: 20_000, signal: client.signal });
      client.abort();
      assert.deepEqual(await left, []);
      const late = queues.receive(q, { max: 1, waitMs: 20_000 });
      clock.advance(20_000);
      assert.deepEqual(await late, []);
      await assert.rejects(queues.receive(q, { max: 1, waitMs: 20_001 }), { code: 'invalid_request' });
    });

    test('FIFO: a group keeps its order, and what is sent twice within 5 minutes comes once', async () => {
      await fresh({}, '.fifo');
      const message = (text: string, group: string, deduplicationId = text) => ({
        body: Buffer.from(text),
        group,
        deduplicationId,
      });
      await assert.rejects(queues.send(q, [{ body: Buffer.from('x'), deduplicationId: 'x' }]), {
        code: 'invalid_request',
      });
      await assert.rejects(queues.send(q, [{ body: Buffer.from('x'), group: 'g' }]), { code: 'invalid_request' });
      await queues.send(q, [message('1', 'g'), message('2', 'g'), message('3', 'h')]);
      const [again] = await queues.send(q, [message('1', 'g')]);
      assert.equal(again!.duplicate, true);
      const first = await receive();
      assert.deepEqual(texts(first), ['1', '3']);
      assert.deepEqual(await receive(), []);
      await queues.delete(q, first[0]!.receipt);
      assert.deepEqual(texts(await receive()), ['2']);
      clock.advance(300_000);
      assert.equal((await queues.send(q, [message('1', 'g')]))[0]!.duplicate, false);
      await fresh({ contentDeduplication: true }, '.fifo');
      const same = { body: Buffer.from('same'), group: 'g' };
      const sent = await queues.send(q, [same, same, { ...same, deduplicationId: 'own' }]);
      assert.deepEqual(
        sent.map(({ duplicate }) => duplicate),
        [false, true, false],
      );
      await fresh();
      await assert.rejects(queues.send(q, [same]), { code: 'invalid_request' }, 'no groups in a standard queue');
    });

    test('what was received too often moves to the dead-letter queue, and back by a redrive', async () => {
      const dead = await fresh();
      const name = await fresh({ visibilityMs: 1_000, deadLetter: { queue: dead, maxReceives: 2 } });
      await assert.rejects(queues.remove(dead), { code: 'conflict' });
      await queues.send(name, [{ body: Buffer.from('poison'), attributes: { kind: 'bad' } }]);
      for (const attempt of [1, 2]) {
        assert.deepEqual(
          (await receive()).map((each) => each.attempt),
          [attempt],
        );
        clock.advance(1_000);
      }
      await send('good');
      assert.deepEqual(texts(await receive()), ['good']);
      assert.equal((await queues.find(name))!.counts.deadLettered, 1);
      const { items } = await queues.peek(dead, { limit: 10 });
      assert.deepEqual(texts(items), ['poison']);
      assert.equal(items[0]!.attributes.kind, 'bad');
      assert.equal(items[0]!.attributes['fob-origin-queue'], name);
      assert.equal(items[0]!.attributes['fob-origin-receives'], '2');
      await queues.send(dead, [{ body: Buffer.from('of no queue') }]);
      assert.equal(await queues.redrive(dead, { ratePerSecond: 10_000 }), 1);
      const [back] = await receive();
      assert.deepEqual([back!.body.toString(), back!.attempt, back!.attributes], ['poison', 1, { kind: 'bad' }]);
      assert.deepEqual(texts((await queues.peek(dead, { limit: 10 })).items), ['of no queue']);
      assert.equal(await queues.redrive(dead, { to: name, ratePerSecond: 10_000 }), 1);
      await queues.create(name, { deadLetter: null });
      assert.equal(await queues.remove(dead), true);
    });

    test('a wait goes on where all that came was dead', async () => {
      const dead = await fresh();
      await fresh({ visibilityMs: 1, deadLetter: { queue: dead, maxReceives: 1 } });
      await send('poison');
      await receive();
      clock.advance(1);
      const waiting = queues.receive(q, { max: 1, waitMs: 20_000 });
      const moved = await queues.receive(dead, { max: 1, waitMs: 20_000 });
      assert.deepEqual(texts(moved), ['poison']);
      await send('good');
      assert.deepEqual(texts(await waiting), ['good']);
    });

    test('a redrive keeps to its rate, and stops when it is told', async () => {
      const target = await fresh();
      await fresh();
      await send('a', 'b', 'c');
      const stop = new AbortController();
      const redriving = queues.redrive(q, { to: target, ratePerSecond: 1, signal: stop.signal });
      const [first] = await queues.receive(target, { max: 3, waitMs: 20_000 });
      assert.equal(first!.body.toString(), 'a');
      assert.equal((await queues.stats(q)).ready, 2);
      stop.abort();
      assert.equal(await redriving, 1);
      assert.equal((await queues.stats(q)).ready, 2);
    });

    test('what nobody took for too long is removed and counted; what somebody works on is not', async () => {
      await fresh({ retentionMs: 60_000, visibilityMs: 100_000 });
      await send('working', 'old');
      await receive(1);
      clock.advance(60_000);
      await send('young');
      assert.equal(await queues.expire(), 0);
      clock.advance(1);
      assert.equal(await queues.expire(), 1);
      assert.equal((await queues.find(q))!.counts.expired, 1);
      assert.deepEqual(texts((await queues.peek(q, { limit: 10 })).items), ['working', 'young']);
    });

    test('a batch is stored wholly or not at all', async () => {
      await fresh();
      const large = { body: Buffer.alloc(1_048_577) };
      await assert.rejects(queues.send(q, [{ body: Buffer.from('a') }, large]), { code: 'too_large' });
      const own = { body: Buffer.from('a'), attributes: { 'fob-origin-queue': 'x' } };
      await assert.rejects(queues.send(q, [own]), { code: 'invalid_request' });
      await assert.rejects(queues.send(q, []), { code: 'invalid_request' });
      await assert.rejects(queues.send(q, [{ body: Buffer.from('a'), delayMs: -1 }]), { code: 'invalid_request' });
      assert.deepEqual((await queues.peek(q, { limit: 10 })).items, []);
      await queues.send(q, [{ body: Buffer.alloc(1_048_576) }]);
    });

    test('purge and removal leave nothing, also for a queue of the same name', async () => {
      await fresh();
      await send('a', 'b');
      assert.equal(await queues.purge(q), 2);
      await send('c');
      assert.equal(await queues.remove(q), true);
      assert.equal(await queues.remove(q), false);
      await assert.rejects(receive(), { code: 'not_found' });
      await queues.create(q);
      assert.deepEqual(await receive(), []);
    });

    test('concurrent receivers get each message once', async () => {
      await fresh();
      const sent = Array.from({ length: 200 }, (_, n) => String(n));
      await send(...sent);
      const got = (await Promise.all(Array.from({ length: 40 }, () => receive(5)))).flat();
      assert.deepEqual(texts(got).sort(), sent.sort());
      const deleted = await Promise.all(got.map(({ receipt }) => queues.delete(q, receipt)));
      assert.ok(deleted.every(Boolean));
    });

    test('behaves as the plain model does', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('send' as const), text: fc.string(), delayMs: fc.constantFrom(0, 500, 2_000) }),
        fc.record({ do: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ do: fc.constantFrom('delete' as const, 'give back' as const), pick: fc.nat() }),
        fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 1_000) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          await fresh({ visibilityMs: 1_000 });
          const model = new QueueModel(() => clock.now());
          const held: { receipt: string; lease: { id: number; attempt: number } }[] = [];
          for (const each of steps) {
            if (each.do === 'wait') clock.advance(each.ms);
            else if (each.do === 'send') {
              model.send(each.text, { delayMs: each.delayMs });
              await queues.send(q, [{ body: Buffer.from(each.text), delayMs: each.delayMs }]);
            } else if (each.do === 'receive') {
              const expected = model.receive(each.max, 1_000);
              const got = await receive(each.max);
              assert.deepEqual(
                texts(got),
                expected.map(({ text }) => Buffer.from(text).toString()),
              );
              got.forEach(({ receipt }, at) => {
                held.push({ receipt, lease: { id: expected[at]!.id, attempt: expected[at]!.attempt } });
              });
            } else if (held.length > 0) {
              const { receipt, lease } = held[each.pick % held.length]!;
              if (each.do === 'delete') assert.equal(await queues.delete(q, receipt), model.acknowledge(lease));
              else assert.equal(await queues.changeVisibility(q, receipt, 0), model.retry(lease, 0));
            }
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}
