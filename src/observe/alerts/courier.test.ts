import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { AlertChannel, Notification } from '../../model/alert.ts';
import { systemClock } from '../../model/clock.ts';
import { createPoster } from '../../service/errand/post.ts';
import { createReach } from '../../service/errand/reach.ts';
import { Receiver } from '../../service/testing/receiver.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import type { Channels } from './channels.ts';
import { Courier } from './courier.ts';

const log = pino({ level: 'silent' });
const notification = (id: string) => ({ id, type: 'alert.firing', title: id, text: id }) as unknown as Notification;

test('a receiver that never answers does not hold back the messages to others', { timeout: 20_000 }, async (t) => {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder, clock: systemClock });
  const receiver = await Receiver.start();
  receiver.answer = ({ path }, response) => void (path === '/well' && response.end());
  const poster = createPoster(createReach(() => undefined));
  const channels = {
    open: (name: string): AlertChannel => ({ kind: 'webhook', url: `${receiver.url}/${name}` }) as AlertChannel,
    attempted: async () => {},
    waiting: new Map<string, number>(),
  } as unknown as Channels;
  const carriers = {
    post: poster.post,
    connect: () => Promise.reject(new Error('not here')),
    sendToFunction: () => Promise.reject(new Error('not here')),
  };
  const courier = new Courier({ queue: store.queue, channels, carriers, clock: systemClock, log });
  t.after(async () => {
    await courier.close();
    poster.close();
    await receiver.close();
    await store.close();
    remove();
  });

  await courier.send(Array.from({ length: 50 }, (_, n) => ({ channel: 'hangs', notification: notification(`h${n}`) })));
  courier.start();
  assert.equal((await receiver.next()).path, '/hangs');
  await courier.send([{ channel: 'well', notification: notification('w') }]);
  for (let hung = 1; ; hung++) {
    const { path } = await receiver.next();
    if (path === '/well') break;
    assert.ok(hung < 8, 'the receiver that hangs gets a few at once');
  }
});
