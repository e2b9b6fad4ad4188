import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Receiver } from '../testing/receiver.ts';
import { createPoster } from './post.ts';
import { createReach } from './reach.ts';

test('a receiver that never answers, or never ends its answer, is given up after a bounded time', async (t) => {
  const receiver = await Receiver.start();
  const reach = createReach(() => undefined);
  const [hasty, patient] = [createPoster(reach, 300), createPoster(reach, 3_000)];
  const drips: NodeJS.Timeout[] = [];
  t.after(async () => {
    for (const drip of drips) clearInterval(drip);
    hasty.close();
    patient.close();
    await receiver.close();
  });
  receiver.answer = ({ path }, response) => {
    if (path !== '/drips') return;
    response.writeHead(500);
    drips.push(setInterval(() => response.write('.'), 20));
  };
  const post = async (poster: typeof hasty, path: string) => {
    const startedMs = performance.now();
    const what = {
      url: `${receiver.url}${path}`,
      body: Buffer.from('{}'),
      contentType: 'application/json',
      headers: {},
    };
    const attempt = await poster.post(what, new AbortController().signal);
    assert.ok(performance.now() - startedMs < 60_000);
    return attempt;
  };
  assert.deepEqual(await post(hasty, '/hangs'), { done: false, message: 'no answer within 300 ms' });
  // Its status is known, where there is time enough for it.
  assert.deepEqual(await post(patient, '/drips'), { done: false, message: 'the answer was 500' });
});
