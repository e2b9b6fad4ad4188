import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Receiver } from '../testing/receiver.ts';
import { createPoster } from './post.ts';
import { createReach } from './reach.ts';

test('a receiver that never answers, or never ends its answer, is given up after a bounded time', async (t) => {
  const receiver = await Receiver.start();
  const poster = createPoster(
    createReach(() => undefined),
    300,
  );
  const drips: NodeJS.Timeout[] = [];
  t.after(async () => {
    for (const drip of drips) clearInterval(drip);
    poster.close();
    await receiver.close();
  });
  receiver.answer = ({ path }, response) => {
    if (path !== '/drips') return;
    response.writeHead(500);
    drips.push(setInterval(() => response.write('.'), 20));
  };
  const post = async (path: string) => {
    const startedMs = performance.now();
    const what = {
      url: `${receiver.url}${path}`,
      body: Buffer.from('{}'),
      contentType: 'application/json',
      headers: {},
    };
    const attempt = await poster.post(what, new AbortController().signal);
    assert.ok(performance.now() - startedMs < 10_000);
    return attempt;
  };
  assert.deepEqual(await post('/hangs'), { done: false, message: 'no answer within 300 ms' });
  // Its status is known.
  assert.deepEqual(await post('/drips'), { done: false, message: 'the answer was 500' });
});
