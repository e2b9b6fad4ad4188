import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import type { DoorContext } from '../../context.ts';
import { StreamSeats } from '../../stream-seats.ts';
import { eventText, streamEvents } from './event-stream.ts';

const MIB = 1_048_576;

test('a reader that stops reading is let go with one mebibyte waiting, and others go on', async (t) => {
  const endless = new Set<() => void>();
  const context = {
    lifecycle: { endless, streams: new StreamSeats('streams', 9, 9) },
    clock: new FakeClock(),
  } as unknown as DoorContext;
  const sends = new Set<(text: string) => void>();
  const waiting: (() => number)[] = [];
  const server = createServer((_, res) => {
    waiting.push(() => res.writableLength);
    streamEvents(context, res, (send) => {
      sends.add(send);
      server.emit('subscribed');
      return () => {
        sends.delete(send);
        server.emit('unsubscribed');
      };
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const open = async () => {
    const subscribed = once(server, 'subscribed');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    t.after(() => socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await subscribed;
    return socket;
  };
  await open();
  const reading = await open();
  let received = 0;
  reading.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });

  const value = 'x'.repeat(60_000);
  let sent = 0;
  let most = 0;
  while (sends.size === 2) {
    for (const send of sends) send(eventText('log', value));
    sent += value.length;
    most = Math.max(most, ...waiting.map((bytes) => bytes()));
    assert.ok(sent < 64 * MIB, 'it is let go');
    await setImmediate();
  }
  assert.ok(most > MIB / 2 && most < MIB + 2 * value.length, `${most} bytes waited`);
  assert.deepEqual([sends.size, endless.size], [1, 1]);
  while (received < sent) await once(reading, 'data');
  for (const send of sends) send(eventText('log', 'the last'));
  // Behind the end of what came before.
  let end = '';
  while (!/event: log\ndata: "the last"\n\n/.test(end)) end = (end + (await once(reading, 'data'))[0]).slice(-200);
});

test('one large event waits, and those after it do not', async (t) => {
  const context = {
    lifecycle: { endless: new Set(), streams: new StreamSeats('streams', 9, 9) },
    clock: new FakeClock(),
  } as unknown as DoorContext;
  const server = createServer((_, res) => {
    streamEvents(context, res, (send) => {
      for (let n = 0; n < 3; n++) send(eventText('log', 'x'.repeat(8 * MIB)));
      assert.ok(res.writableLength < 9 * MIB, `${res.writableLength} bytes wait`);
      return () => server.emit('unsubscribed');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const unsubscribed = once(server, 'unsubscribed');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await unsubscribed;
});
