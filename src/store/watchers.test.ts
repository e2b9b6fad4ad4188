import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { listen } from './testing/listen.ts';
import { below, Watchers } from './watchers.ts';

test('changes of a moment are told once, by name; what one who watches throws keeps nothing from the others', async () => {
  const failures: unknown[] = [];
  const watchers = new Watchers((error) => failures.push(error));
  watchers.changed('before anybody watches');
  let calls = 0;
  watchers.watch(() => {
    calls++;
    throw new Error('broken');
  });
  const all = listen(watchers);
  const some = listen({ watch: (onChange) => watchers.watch(below('queue/', onChange)) });
  for (let n = 0; n < 20_000; n++) watchers.changed(n % 2 === 0 ? 'queue/a' : 'topic/a');
  assert.deepEqual([await all.heard(), await some.heard()], [['queue/a', 'topic/a'], ['a']]);
  assert.equal(calls, 1);
  assert.deepEqual(failures.map(String), ['Error: broken']);
  watchers.changed('topic/b');
  watchers.changed('queue/');
  assert.deepEqual([await all.heard(), await some.heard()], [['queue/', 'topic/b'], ['']]);
  watchers.changed('queue/c');
  watchers.close();
  watchers.changed('queue/d');
  await setImmediate();
  assert.deepEqual(await all.heard(), []);
});
