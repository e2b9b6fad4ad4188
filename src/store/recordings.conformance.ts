import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { formatId, newId } from '../model/id.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import { MAX_PART_BYTES, type Recording, type Recordings } from './recordings.ts';

const part = (text: string, contentType = 'application/json') => {
  const content = new TextEncoder().encode(text);
  return { contentType, bytes: content.length, content };
};

function recording(atMs: number, more: Partial<Recording> = {}): Recording {
  return {
    invocationId: formatId(newId(atMs)),
    function: 'fn',
    version: 3,
    recordedAtMs: atMs,
    payload: part('{"name":"Ada"}'),
    payloadKind: 'json',
    status: 'succeeded',
    result: part('42'),
    ...more,
  };
}

/** What every store of recordings must do. */
export function recordingsConformance(adapter: Adapter<Recordings>): void {
  describe(`${adapter.name} recordings`, () => {
    const clock = new FakeClock();
    const startMs = clock.now();
    let opened: Opened<Recordings>;
    let recordings: Recordings;
    before(async () => {
      opened = await adapter.create(clock);
      recordings = opened.port;
    });
    after(() => opened.dispose());

    test('where nothing was recorded, nothing is found', async () => {
      assert.equal(await recordings.find(recording(startMs).invocationId), undefined);
      assert.equal(await recordings.retain({ maxAgeMs: 0, maxBytes: 0 }), 0);
      assert.deepEqual(await recordings.stats(), { recordings: 0, bytes: 0, dropped: 0 });
    });

    test('what was recorded is found at once, as it was, also after what it was made of has changed', async () => {
      const payload = Buffer.from('{"name":"Ada"}');
      const one = recording(startMs, {
        payload: { contentType: 'application/json', bytes: payload.length, content: payload },
      });
      recordings.record(one);
      const { result: _, ...failed } = recording(startMs, {
        status: 'failed',
        errorType: 'ValueError',
        errorMessage: 'ä\n"',
        payloadKind: 'binary',
      });
      recordings.record(failed);
      payload.fill(0);
      assert.equal(
        Buffer.from((await recordings.find(one.invocationId))!.payload.content!).toString(),
        '{"name":"Ada"}',
      );
      assert.deepEqual(plain(await recordings.find(failed.invocationId)), plain(failed));
    });

    test('of a part that is too large, only its size is kept', async () => {
      const content = new Uint8Array(MAX_PART_BYTES + 1);
      const large = recording(startMs, {
        result: { contentType: 'application/octet-stream', bytes: content.length, content },
      });
      recordings.record(large);
      assert.deepEqual((await recordings.find(large.invocationId))!.result, {
        contentType: 'application/octet-stream',
        bytes: content.length,
      });
    });

    test('the oldest go by age, and by the size of all; those of a function when it is forgotten', async () => {
      const old = recording(startMs - 10_000);
      const middle = recording(startMs, { payload: part(`"${'x'.repeat(100_000)}"`) });
      const other = recording(startMs, { function: 'other' });
      for (const each of [old, middle, other]) recordings.record(each);
      await recordings.flush();
      assert.equal(await recordings.retain({ maxAgeMs: 5_000, maxBytes: 10_000_000 }), 1);
      assert.equal(await recordings.find(old.invocationId), undefined);
      assert.equal(await recordings.forget('other'), 1);
      assert.equal(await recordings.find(other.invocationId), undefined);
      assert.notEqual(await recordings.find(middle.invocationId), undefined);
      assert.ok((await recordings.retain({ maxAgeMs: 5_000, maxBytes: 1 })) > 0);
      assert.equal(await recordings.find(middle.invocationId), undefined);
      assert.equal((await recordings.stats()).recordings, 0);
    });
  });
}

/** Bytes of whatever kind compare as bytes. */
function plain(value: Recording | undefined): unknown {
  return JSON.parse(JSON.stringify(value, (_key, each) => (each instanceof Uint8Array ? [...each] : each)));
}
