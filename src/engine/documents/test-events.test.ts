import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../model/clock.ts';
import { TEST_EVENT_LIMITS } from '../../model/test-event.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Registry } from '../../store/registry.ts';
import { FUNCTION_PREFIX } from './function-documents.ts';
import { finishRemovals, removeFunction } from './removal.ts';
import { createTestEvents, TEST_EVENT_PREFIX, type TestEvents } from './test-events.ts';

const by = 'ada';

describe('test events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fob-test-events-'));
  let store: Awaited<ReturnType<typeof openEmbeddedStore>>;
  let registry: Registry;
  let events: TestEvents;

  before(async () => {
    store = await openEmbeddedStore({ folder });
    ({ registry } = store);
    events = createTestEvents({ registry, clock: systemClock });
  });
  after(async () => {
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const make = (name: string, id = `id-${name}`) => registry.put(FUNCTION_PREFIX + name, { id, name });
  const names = async (name: string) => (await events.list(name)).map(({ document }) => document.name);

  test('are kept letter for letter, by name, for one function each', async () => {
    await make('letters');
    await make('letters2');
    const name = fc.constantFrom('a', 'b', 'B', 'a.b', '1');
    const step = fc.oneof(
      fc.record({ do: fc.constant('save' as const), name, value: fc.json({ maxDepth: 3 }), space: fc.nat(3) }),
      fc.record({ do: fc.constant('remove' as const), name }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const model = new Map<string, string>();
        for (const each of await names('letters')) await events.remove('letters', each);
        for (const each of steps) {
          if (each.do === 'remove') {
            assert.equal(await events.remove('letters', each.name), model.delete(each.name));
            continue;
          }
          const text = ' '.repeat(each.space) + each.value + '\n'.repeat(each.space);
          const { isNew } = await events.save('letters', each.name, { text, by });
          assert.equal(isNew, !model.has(each.name));
          model.set(each.name, text);
        }
        const kept = (await events.list('letters')).map(({ document }) => [document.name, document.text]);
        assert.deepEqual(
          kept,
          [...model].sort(([a], [b]) => (a < b ? -1 : 1)),
        );
        for (const [each, text] of model) assert.equal((await events.find('letters', each))?.document.text, text);
        assert.deepEqual(await names('letters2'), []);
      }),
      { numRuns: 40 },
    );
  });

  test('are refused where they are no JSON, too large, or nested too deep', async () => {
    await make('strict');
    for (const text of ['', 'no', '{"a":', `${'['.repeat(300)}${']'.repeat(300)}`])
      await assert.rejects(events.save('strict', 'bad', { text, by }), { code: 'invalid_request' });
    const largest = JSON.stringify('é'.repeat((TEST_EVENT_LIMITS.bytes - 2) / 2));
    await events.save('strict', 'largest', { text: largest, by });
    await assert.rejects(events.save('strict', 'larger', { text: `${largest} `, by }), { code: 'too_large' });
    assert.deepEqual(await names('strict'), ['largest']);
  });

  test('are not more than a function may have, however many are saved at once', async () => {
    await make('many');
    const all = Array.from({ length: TEST_EVENT_LIMITS.count + 10 }, (_, at) =>
      events.save('many', `e${at}`, { text: '1', by }),
    );
    const done = await Promise.allSettled(all);
    const refused = done.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    assert.deepEqual(refused, Array(10).fill('invalid_request'));
    assert.equal((await names('many')).length, TEST_EVENT_LIMITS.count);
    await events.save('many', 'e0', { text: '2', by });
    await events.remove('many', 'e1');
    await events.save('many', 'another', { text: '2', by });
  });

  test('change and go only where somebody has seen them, if they say so', async () => {
    await make('seen');
    const first = await events.save('seen', 'one', { text: '1', by, expectedRevision: 0 });
    const stale = { code: 'conflict', details: { name: 'one', expectedRevision: 0, actualRevision: first.revision } };
    await assert.rejects(events.save('seen', 'one', { text: '2', by, expectedRevision: 0 }), stale);
    const second = await events.save('seen', 'one', { text: '2', by: 'eve', expectedRevision: first.revision });
    await assert.rejects(events.remove('seen', 'one', first.revision), { code: 'conflict', message: /by eve/ });
    assert.equal(await events.remove('seen', 'one', second.revision), true);
    await assert.rejects(events.save('seen', 'one', { text: '3', by, expectedRevision: second.revision }), {
      code: 'conflict',
      message: /any more/,
    });
  });

  test('go with their function, and are none of a new one of its name', async () => {
    await make('gone', 'first');
    await events.save('gone', 'one', { text: '1', by });
    await make('gone', 'second');
    assert.deepEqual([await names('gone'), await events.find('gone', 'one')], [[], undefined]);
    assert.equal(await events.remove('gone', 'one'), false);
    assert.equal((await events.save('gone', 'one', { text: '2', by, expectedRevision: 0 })).isNew, true);
    await removeFunction(registry, { id: 'second', name: 'gone' });
    assert.deepEqual(await registry.list(`${TEST_EVENT_PREFIX}gone/`), []);
    for (const missing of [
      events.list('gone'),
      events.find('gone', 'one'),
      events.save('gone', 'x', { text: '1', by }),
    ])
      await assert.rejects(missing, { code: 'not_found' });
  });

  test('of a function that a node which died was removing go when it starts again', async () => {
    await make('half');
    await events.save('half', 'one', { text: '1', by });
    await registry.put('removing/half', { id: 'id-half', name: 'half' });
    await registry.delete(`${FUNCTION_PREFIX}half`);
    await finishRemovals(registry);
    assert.deepEqual(await registry.list(`${TEST_EVENT_PREFIX}half/`), []);
  });
});
