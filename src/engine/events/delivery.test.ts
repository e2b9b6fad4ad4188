import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Problem } from '../../model/problem.ts';
import type { DestinationRecord } from '../../model/shape/destination-record.ts';
import { createEventsHarness, DONE, type EventsHarness, FAILED, payload, returned } from './testing/harness.ts';
import { waitsAt } from './testing/waits-at.ts';

describe('an event for a function', () => {
  let h: EventsHarness;
  beforeEach(async () => {
    h = await createEventsHarness();
  });
  afterEach(() => h.dispose());
  const states = (): string[] => h.records.map((record) => record.state);
  const accept = async (...events: Parameters<EventsHarness['events']['accept']>[0]): Promise<string[]> =>
    (await h.events.accept(events)).map(({ eventId }) => eventId);
  const routedRecord = (): DestinationRecord => JSON.parse(h.routed[0]!.body.toString());

  it('is delivered once, with its payload, and recorded', async () => {
    h.put('f', () => DONE);
    const [eventId] = await accept(payload('f', { a: 1 }));
    await h.until(() => h.records.length === 1);
    assert.equal(h.runs.length, 1);
    assert.equal(Buffer.from(h.runs[0]!.payload).toString(), '{"a":1}');
    assert.deepEqual(h.runs[0]!.delivery, { eventId, lane: 'direct', attempt: 1 });
    const { state, attempts, lane, acceptedAtMs } = h.records[0]!;
    assert.deepEqual([h.records[0]!.eventId, state, attempts, lane], [eventId, 'delivered', 1, 'direct']);
    assert.equal(acceptedAtMs, h.clock.now());
    assert.deepEqual(await h.store.queue.queues(), []);
  });

  it('is tried again after one and two minutes exactly, then lies among the dead', async () => {
    h.put('f', () => FAILED);
    const [eventId] = await accept(payload('f', 1));
    for (const [run, waitMs] of [
      [1, 60_000],
      [2, 120_000],
    ] as const) {
      await waitsAt(h, eventId!, h.clock.now() + waitMs);
      const waiting = await h.events.find(eventId!);
      assert.deepEqual([waiting!.state, waiting!.attempts], ['waiting', run]);
      assert.equal(waiting!.lastError!.message, 'Error: no luck');
      h.clock.advance(waitMs - 1);
      await h.settle();
      assert.equal(h.runs.length, run, 'not a millisecond early');
      h.clock.advance(1);
    }
    await h.until(() => h.records.length === 1);
    assert.deepEqual(states(), ['dead']);
    assert.equal(h.records[0]!.attempts, 3);
    assert.deepEqual(
      h.runs.map((run) => run.delivery!.attempt),
      [1, 2, 3],
    );
    const dead = await h.events.find(eventId!);
    assert.deepEqual([dead!.state, dead!.attempts, dead!.lastError!.reason], ['dead', 3, 'exception']);
    assert.deepEqual(await h.store.keyValue.spaces('event-failures/'), [], 'nothing is left to remember');
  });

  it('ends at once where its failure is not worth another attempt', async () => {
    h.put('f', () => FAILED, { eventRetryOn: ['timed_out'] });
    await accept(payload('f', 1));
    await h.until(() => h.records.length === 1);
    assert.deepEqual([states(), h.runs.length], [['dead'], 1]);
  });

  it('is given up at its maximum age, and says so to the failure destination', async () => {
    h.put('f', () => FAILED, { eventMaxAgeMs: 90_000, onFailure: 'queue:lost' });
    const [eventId] = await accept(payload('f', { a: 1 }));
    await waitsAt(h, eventId!, h.clock.now() + 60_000);
    h.clock.advance(60_000);
    // Its next attempt would come too late: it is looked at again when it is too old.
    await waitsAt(h, eventId!, h.clock.now() + 30_000);
    h.clock.advance(30_000);
    await h.until(() => h.records.length === 1);
    assert.deepEqual([states(), h.records[0]!.attempts, h.runs.length], [['expired'], 2, 2]);
    assert.equal(h.routed[0]!.destination, 'queue:lost');
    const { requestContext, requestPayload, version } = routedRecord();
    assert.deepEqual([version, requestPayload], ['1.0', { a: 1 }]);
    assert.deepEqual(requestContext, {
      requestId: eventId,
      functionArn: 'f',
      condition: 'EventAgeExceeded',
      approximateInvokeCount: 2,
    });
  });

  it('sends its result to the success destination, and its outbox with it', async () => {
    const item = { destination: 'queue:out', body: Buffer.from('x'), contentType: 'text/plain' };
    h.put('f', () => ({ ...returned(42), outbox: [item] }) as typeof DONE, { onSuccess: 'queue:done' });
    await accept(payload('f', { a: 1 }));
    await h.until(() => h.records.length === 1);
    assert.deepEqual(
      h.routed.map(({ destination }) => destination),
      ['queue:out', 'queue:done'],
    );
    const record = JSON.parse(h.routed[1]!.body.toString()) as DestinationRecord;
    assert.deepEqual([record.requestContext.condition, record.responsePayload], ['Success', 42]);
    assert.equal((await h.store.queue.stats('routed/queue:out')).ready, 1);
  });

  it('fails where what it sent cannot leave, and is dead where its failure destination is missing', async () => {
    const item = { destination: 'queue:none', body: Buffer.from('x'), contentType: 'text/plain' };
    h.routerFailure = new Problem('not_found', 'there is no queue "none"');
    h.put('f', () => ({ ...DONE, outbox: [item] }) as typeof DONE, { eventRetries: 0, onFailure: 'queue:none' });
    const [eventId] = await accept(payload('f', 1));
    await h.until(() => h.records.length === 1);
    assert.deepEqual(states(), ['dead']);
    assert.match(h.records[0]!.message!, /what the function sent cannot leave.*could not go to queue:none/);
    assert.equal((await h.events.find(eventId!))!.state, 'dead');
  });

  it('that the function cannot be given is dead at once, and those beside it are delivered', async () => {
    h.put('f', () => returned({ batchItemFailures: [] }), { onFailure: 'queue:lost' });
    const event = (n: number) => {
      // No request has such a header.
      const request = JSON.stringify({ headers: n === 1 ? { x: { y: 1 } } : {} });
      return { specversion: '1.0', id: `e${n}`, source: 'fob:webhook/w', type: 'fob.webhook.w', request } as const;
    };
    const delivery = { batchSize: 3, batchWindowMs: 1_000 };
    await accept(
      ...[0, 1, 2].map((n) => ({
        function: 'f',
        lane: 'trigger',
        content: { kind: 'event' as const, event: event(n) },
        delivery,
      })),
    );
    await h.until(() => h.records.length === 3);
    const ends = h.records.map(({ sourceId, state, attempts }) => [sourceId, state, attempts]).sort();
    assert.deepEqual(ends, [
      ['e0', 'delivered', 1],
      ['e1', 'dead', 0],
      ['e2', 'delivered', 1],
    ]);
    assert.equal(h.records.find(({ state }) => state === 'dead')!.reason, 'unreadable');
    assert.deepEqual(routedRecord().requestPayload, event(1));
  });

  it('waits where there is no room, which is no attempt', async () => {
    h.put('f', (_request, run) => {
      if (run < 2) throw new Problem('throttled', 'busy');
      return DONE;
    });
    await accept(payload('f', 1));
    await h.until(() => h.runs.length === 1);
    await h.settle();
    h.clock.advance(100);
    await h.until(() => h.runs.length === 2);
    await h.settle();
    h.clock.advance(200);
    await h.until(() => h.records.length === 1);
    assert.deepEqual([states(), h.records[0]!.attempts], [['delivered'], 1]);
  });

  it('that would go round in circles dies at once, and not by way of its failure destination', async () => {
    h.put(
      'f',
      () => {
        throw new Problem('loop_detected', 'too long a chain');
      },
      { onFailure: 'function:f' },
    );
    await accept(payload('f', 1, { hops: 17 }));
    await h.until(() => h.records.length === 1);
    assert.deepEqual([states(), h.routed.length], [['dead'], 0]);
  });

  it('whose lease was lost does not count, and nothing leaves', async () => {
    let release = (): void => {};
    const started = new Promise<void>((resolve) => {
      release = resolve;
    });
    const item = { destination: 'queue:out', body: Buffer.from('x'), contentType: 'text/plain' };
    h.put('f', async (_request, run) => {
      if (run === 0) await started;
      return { ...DONE, outbox: [item] } as typeof DONE;
    });
    const [eventId] = await accept(payload('f', 1));
    await h.until(() => h.runs.length === 1);
    const place = await h.store.queue.locate(eventId!);
    // Somebody takes it over: here, by its removal.
    await h.store.queue.remove(place!.queue, place!.messageId);
    release();
    await h.settle();
    assert.deepEqual([h.routed, h.records], [[], []]);
  });

  it('is accepted once for one de-duplication id, and one idempotency key', async () => {
    h.put('f', () => DONE);
    const [first] = await accept(payload('f', 1, { deduplicationId: 'd' }));
    await h.until(() => h.records.length === 1);
    assert.deepEqual(await h.events.accept([payload('f', 1, { deduplicationId: 'd' })]), [
      { eventId: first, duplicate: true },
    ]);
    const keyed = payload('f', 2, { idempotency: { key: 'k' } });
    const [second, third] = await h.events.accept([keyed, keyed]);
    assert.deepEqual(third, { eventId: second!.eventId, duplicate: true });
    await h.until(() => h.records.length === 2);
    assert.deepEqual(await h.events.accept([keyed]), [third]);
    const other = payload('f', 3, { idempotency: { key: 'k' } });
    await assert.rejects(h.events.accept([other]), { code: 'idempotency_conflict' });
    assert.equal(h.runs.length, 2);
  });

  it('that cannot be is refused, and all with it', async () => {
    h.put('f', () => DONE);
    await assert.rejects(h.events.accept([payload('f', 1), payload('g', 1)]), { code: 'not_found' });
    await assert.rejects(h.events.accept([payload('f', 'x'.repeat(7_000_000))]), { code: 'too_large' });
    await assert.rejects(h.events.accept([payload('f', 1, { lane: 'a/b' })]), { code: 'invalid_request' });
    await h.settle();
    assert.equal(h.runs.length, 0);
  });
});
