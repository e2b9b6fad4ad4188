import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import { cloudEvent, createEventsHarness, DONE, FAILED, returned } from './testing/harness.ts';

const TIMED_OUT = { status: 'timed_out', error: { type: 'TimeoutError', message: 'slow', stack: '' } } as const;

/** What a run does; the events of a batch that are named, by their place. */
const step = fc.oneof(
  fc.constantFrom('done', 'failed', 'timed out', 'throttled', 'nonsense'),
  fc.nat({ max: 9 }).map((place) => ({ name: place })),
);

test('whatever happens, every accepted event ends exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.array(fc.record({ key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), dropped: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.record({
        batchSize: fc.integer({ min: 1, max: 5 }),
        maxRetries: fc.integer({ min: 0, max: 3 }),
        maxAgeMs: fc.constantFrom(1_000, 200_000, 86_400_000),
      }),
      async (script, wanted, delivery) => {
        const h = await createEventsHarness();
        try {
          h.put('f', (request, run) => {
            const does = script[run] ?? 'done';
            if (does === 'done') return DONE;
            if (does === 'failed') return FAILED;
            if (does === 'timed out') return TIMED_OUT;
            if (does === 'nonsense') return returned({ batchItemFailures: 7 });
            if (does === 'throttled') throw new Problem('throttled', 'busy');
            const seen = JSON.parse(Buffer.from(request.payload).toString());
            const ids = (seen.Records ?? [seen]).map((event: { id: string }) => event.id);
            return returned({ batchItemFailures: [{ itemIdentifier: ids[does.name % ids.length] }] });
          });
          const accepted = await h.events.accept(
            wanted.map(({ key }, n) => cloudEvent('f', `e${n}`, { delivery, ...(key !== undefined && { key }) })),
          );
          for (const [n, { dropped }] of wanted.entries())
            if (dropped) await h.events.drop(accepted[n]!.eventId, 'somebody');
          // Time passes in small steps, as long as anything waits for it.
          for (let steps = 0; (await h.store.queue.queues()).some((queue) => queue.startsWith('event/')); steps++) {
            assert.ok(steps < 2_000, 'an event never ends');
            await h.settle();
            h.clock.advance(5_000);
          }
          await h.until(() => h.records.length >= accepted.length);
          await h.events.close(0);
          const ends = new Map(accepted.map(({ eventId }) => [eventId, [] as string[]]));
          for (const { eventId, state } of h.records) ends.get(eventId)!.push(state);
          // One end each, but that a dead one may be dropped.
          for (const states of ends.values())
            assert.match(states.join(), /^(delivered|dropped|(dead|expired)(,dropped)?)$/);
          const lost = [...ends].filter(([, states]) => states.length === 1 && /dead|expired/.test(states[0]!));
          const dead = await h.events.list({ function: 'f', state: 'dead', limit: 100 });
          assert.deepEqual(dead.items.map(({ eventId }) => eventId).sort(), lost.map(([eventId]) => eventId).sort());
          assert.deepEqual(await h.store.keyValue.spaces('event-failures/'), []);
        } finally {
          await h.dispose();
        }
      },
    ),
    { numRuns: 15 },
  );
});
