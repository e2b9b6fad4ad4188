import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../model/clock.ts';
import { checkEvent } from '../model/cloudevents.ts';
import { Problem } from '../model/problem.ts';
import { sampleOf } from './sample.ts';
import type { TypeHost } from './type-host.ts';
import { loadTypes } from './types.ts';

// A sample asks nothing of the node that it is made on.
const types = await loadTypes({ services: {}, clock: systemClock, log: pino({ level: 'silent' }) } as TypeHost);

describe('samples', () => {
  for (const type of types.values()) {
    test(`of ${type.name} are events, in each shape`, () => {
      const { event, handler, callme } = sampleOf(type, {});
      assert.deepEqual(checkEvent(structuredClone(event)), event);
      assert.ok(handler !== null && typeof handler === 'object');
      assert.deepEqual((callme as { event: unknown }).event !== undefined, true);
      const several = sampleOf(type, { batch: 2 });
      assert.equal((several.callme as { events: unknown[] }).events.length, 2);
    });
  }

  test('say what they are asked to say', () => {
    const bucket = types.get('bucket')!;
    const { event, handler } = sampleOf(bucket, {
      words: ['serops-we'],
      options: { prefix: 'in/', suffix: '.txt' },
      data: { object: { key: 'in/report.txt', size: 42 }, __proto__: { polluted: true } },
    });
    assert.equal(event.subject, 'in/sample.txt');
    const { bucket: where, object } = event.data as { bucket: { name: string }; object: Record<string, unknown> };
    assert.deepEqual([where.name, object.key, object.size], ['serops-we', 'in/report.txt', 42]);
    const record = (handler as { Records: { s3: { object: { key: string } } }[] }).Records[0]!;
    assert.equal(record.s3.object.key, 'in/report.txt');
  });

  test('are what a mapping makes of them', () => {
    const bucket = types.get('bucket')!;
    const asked = { words: ['serops-we'], options: { prefix: 'in/' }, mapping: { from: '<$.data.bucket.name>' } };
    const { handler, callme } = sampleOf(bucket, asked);
    assert.deepEqual([handler, callme], [{ from: 'serops-we' }, { from: 'serops-we' }]);
    assert.throws(
      () => sampleOf(bucket, { words: ['serops-we'], mapping: '<$.>' }),
      (error) => error instanceof Problem && error.code === 'invalid_request',
    );
  });

  test('of what does not fit the type are refused in its words', () => {
    const refused = (name: string, request: object, words: RegExp) =>
      assert.throws(
        () => sampleOf(types.get(name)!, request),
        (error) => error instanceof Problem && error.code === 'invalid_request' && words.test(error.message),
      );
    refused('mqtt', { words: ['x'] }, /the broker with a topic/);
    refused('bucket', { words: ['a', 'b'] }, /name one bucket/);
    refused('bucket', { options: { nothing: 1 } }, /no option "nothing"/);
  });
});
