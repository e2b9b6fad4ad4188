import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from './call.ts';
import { addToOutbox } from './outbox.ts';

test('a function whose access list keeps the sender out is sent nothing, whatever the sender was granted', () => {
  const call = { function: { name: 'front' }, outboxBytes: 0 } as unknown as Call;
  const send = (
    destination: string,
    keptOut = (caller: string, target: string) => caller === 'front' && target === 'pay',
  ) =>
    addToOutbox(
      call,
      encodeEmit({ destination, contentType: 'application/json' }, Buffer.from('1')),
      ['function:*', 'queue:pay'],
      keptOut,
    );
  for (const destination of ['function:pay', 'function:pay:prod']) {
    const refused = send(destination);
    assert.equal(refused?.status, 'failed');
    assert.match(JSON.stringify(refused), /access list does not allow it/);
  }
  assert.equal(send('function:other'), undefined);
  assert.equal(send('queue:pay'), undefined, 'it is about functions alone');
  assert.equal(call.outbox?.length, 2);
});

/** As a driver packs it: the length of the meta, the meta, the content. */
function encodeEmit(meta: object, content: Buffer): Buffer {
  const text = Buffer.from(JSON.stringify(meta));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, text, content]);
}
