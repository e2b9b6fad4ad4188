import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import type { ServerDeps } from '../../context.ts';
import { startTestServer } from '../../testing/test-server.ts';

const watchable = { watch: () => () => {} };

test('what happens after a quiet time is told at once, and what follows is gathered', async (t) => {
  const clock = new FakeClock();
  let tell: ((record: InvocationRecord) => void) | undefined;
  const journal = {
    tail(_filter: unknown, _onLine: unknown, onRecord: typeof tell) {
      tell = onRecord;
      return () => {};
    },
  };
  const { server, port } = await startTestServer(
    {},
    {
      clock,
      store: { journal, registry: watchable, audit: watchable } as unknown as ServerDeps['store'],
      services: {
        queues: watchable,
        topics: watchable,
        errands: { watchDead: watchable.watch },
        buckets: watchable,
        keyValue: watchable,
      } as unknown as ServerDeps['services'],
      events: watchable as unknown as ServerDeps['events'],
    },
  );
  const socket = connect(port, '127.0.0.1');
  t.after(async () => {
    socket.destroy();
    await server.close();
  });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const heard = async (name: string): Promise<void> => {
    while (!text.includes(name)) await once(socket, 'data');
  };
  socket.write('GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await heard('hello');
  const ends = (name: string): void => tell!({ function: name, status: 'succeeded' } as InvocationRecord);

  ends('first');
  clock.advance(20);
  await heard('first');
  ends('second');
  clock.advance(200);
  ends('third');
  clock.advance(49);
  assert.doesNotMatch(text, /second|third/);
  clock.advance(1);
  await heard('third');
  assert.match(text, /"second":.*"third":/, 'in one event');
  clock.advance(250);
  ends('fourth');
  clock.advance(20);
  await heard('fourth');
});
