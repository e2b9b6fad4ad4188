import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import Type from 'typebox';
import type { CloudEvent } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import { createTriggerHarness, FAILED, type TriggerHarness } from './testing/harness.ts';
import type { LocalSourceContext, TriggerType } from './trigger-type.ts';

interface Options extends Record<string, unknown> {
  address: string;
  password?: string;
  nested?: { tokens: string[] };
}

const happened = (id: string, data: unknown = {}, more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0',
  id,
  source: 'test',
  type: 'test.thing',
  data,
  ...more,
});

describe('triggers', () => {
  let node: TriggerHarness;
  /** Contexts of the sources that were started and not stopped. */
  const running = new Map<string, LocalSourceContext<Options>>();
  const log: string[] = [];
  let startFailure: Error | undefined;

  const type: TriggerType<Options> = {
    name: 'test',
    summary: 'a source that the test moves',
    options: Type.Object(
      {
        address: Type.String({ minLength: 1, default: 'here' }),
        password: Type.Optional(Type.String({ format: 'secret' })),
        nested: Type.Optional(Type.Object({ tokens: Type.Array(Type.String({ format: 'secret' })) })),
      },
      { additionalProperties: false },
    ),
    usualWords: ['somewhere'],
    parseWords: ([address]) => (address === undefined ? {} : { address }),
    describe: ({ address }) => address,
    check({ address }) {
      if (address === 'nowhere') throw new Problem('invalid_request', 'nobody is there');
    },
    sample: ({ address }) => happened('sample', { address }),
    async start(context) {
      const { name } = context.trigger;
      if (startFailure !== undefined) throw startFailure;
      log.push(`start ${name}`);
      running.set(name, context as LocalSourceContext<Options>);
      return {
        stop: async () => {
          log.push(`stop ${name}`);
          running.delete(name);
        },
      };
    },
    async receive({ method, path }, context) {
      if (method === 'DELETE') throw new Problem('unauthorized', 'no');
      await context.accept([{ event: happened(path) }]);
      return { status: 202, body: context.options.address };
    },
  };
  const create = (name: string, more: Record<string, unknown> = {}) =>
    node.triggers.create({ name, function: 'fn', type: 'test', ...more });
  const ids = () => node.got.map(({ event }) => event.id);

  beforeEach(async () => {
    running.clear();
    log.length = 0;
    startFailure = undefined;
    node = await createTriggerHarness({ types: [type as unknown as TriggerType] });
    node.add('fn');
  });
  afterEach(() => node.dispose());

  test('run from the moment they are made, change at once, and go on after a restart', async () => {
    const view = await create('a', { options: { address: 'x' } });
    assert.deepEqual([view.state, view.summary, view.path], ['running', 'x', '/hooks/a']);
    await running.get('a')!.accept([{ event: happened('1') }]);
    await node.until(() => ids().length === 1);

    await node.triggers.update('a', { options: { address: 'y' } });
    assert.deepEqual(log, ['start a', 'stop a', 'start a']);
    assert.equal(running.get('a')!.options.address, 'y');

    assert.equal((await node.triggers.update('a', { enabled: false })).state, 'paused');
    assert.equal(running.size, 0);
    await node.restart();
    assert.equal(running.size, 0);
    assert.equal((await node.triggers.update('a', { enabled: true })).state, 'running');
    await node.restart();
    assert.equal(running.get('a')!.options.address, 'y');

    assert.equal(await node.triggers.remove('a'), true);
    assert.equal(running.size, 0);
    assert.equal(await node.triggers.find('a'), undefined);
    assert.equal(await node.triggers.remove('a'), false);
  });

  test('a change of filter, mapping or delivery does not touch the source', async () => {
    await create('a');
    const source = running.get('a')!;
    await node.triggers.update('a', { filter: { detail: { n: [2] } }, mapping: { event: '<$>', n: '<$.data.n>' } });
    assert.deepEqual(log, ['start a']);
    await source.accept([{ event: happened('1', { n: 1 }) }, { event: happened('2', { n: 2 }) }]);
    await node.until(() => ids().length === 1);
    assert.equal(node.got[0].n, 2);
    const view = (await node.triggers.find('a'))!;
    assert.deepEqual([view.counts.accepted, view.counts.filtered], [1, 1]);
    const plain = await node.triggers.update('a', { filter: null, mapping: null });
    assert.deepEqual([plain.trigger.filter, plain.trigger.mapping], [undefined, undefined]);
    await source.accept([{ event: happened('3', { n: 1 }) }]);
    await node.until(() => ids().length === 2);
  });

  test('secrets are sealed where they lie, never shown, and kept where they come back as shown', async () => {
    const secrets = { password: 'hunter2', nested: { tokens: ['first-token', 'other-token'] } };
    const view = await create('a', { options: secrets });
    assert.deepEqual(view.trigger.options, {
      password: '(secret)',
      nested: { tokens: ['(secret)', '(secret)'] },
      address: 'here',
    });
    const stored = JSON.stringify((await node.store.registry.get('trigger/a'))!.value);
    assert.doesNotMatch(stored, /hunter2|first-token|other-token/);
    assert.equal(running.get('a')!.options.password, 'hunter2');
    await node.triggers.update('a', { options: { ...view.trigger.options, address: 'z' } });
    const { options } = running.get('a')!;
    assert.deepEqual(options, { ...secrets, address: 'z' });
    assert.equal(node.triggers.enabled('test')[0]!.options.password, 'hunter2');
    await assert.rejects(create('b', { options: { password: '(secret)' } }), { code: 'invalid_request' });
  });

  test('what does not fit is refused, saying what', async () => {
    const refused = (wanted: Record<string, unknown>, code: string, says: RegExp) =>
      assert.rejects(
        create('x', wanted),
        (error) => error instanceof Problem && error.code === code && says.test(error.message),
      );
    await refused({ function: 'none' }, 'not_found', /no function "none"/);
    await refused({ type: 'none' }, 'not_found', /no type of trigger "none"; there are test/);
    await refused({ options: { adress: 'x' } }, 'invalid_request', /no option "adress"; it has address/);
    await refused({ options: { address: 7 } }, 'invalid_request', /option "address" must be string/);
    await refused({ options: { address: 'nowhere' } }, 'invalid_request', /nobody is there/);
    await refused({ filter: { a: 'x' } }, 'invalid_request', /the filter at "a"/);
    await refused({ mapping: '<$.>' }, 'invalid_request', /the mapping/);
    await refused({ orderBy: 'x' }, 'invalid_request', /is no path/);
    await create('x');
    await refused({}, 'conflict', /a trigger "x" already/);
    await assert.rejects(node.triggers.update('none', { enabled: false }), { code: 'not_found' });
    await assert.rejects(node.triggers.update('x', { enabled: false }, 1), { code: 'precondition_failed' });
    await assert.rejects(node.triggers.remove('x', 1), { code: 'precondition_failed' });
    assert.deepEqual(log, ['start x']);
  });

  test('names are made where none is given', async () => {
    const made = async (words?: string[]) =>
      (await node.triggers.create({ function: 'fn', type: 'test', ...(words && { words }) })).trigger.name;
    assert.deepEqual(
      [await made(), await made(['photos']), await made(['rate(5 minutes)'])],
      ['fn-test', 'fn-test-photos', 'fn-test-2'],
    );
    await assert.rejects(made(['photos']), { code: 'conflict', message: /"fn-test-photos" wakes fn by the same/ });
  });

  test('an event that comes again is delivered once; order follows the key', async () => {
    await create('a', { orderBy: '$.data.customer' });
    const source = running.get('a')!;
    const event = happened('1', { customer: 'c' }, { source: 'x'.repeat(400) });
    await source.accept([{ event }]);
    await source.accept([{ event }, { event: happened('2', { customer: 'c' }) }]);
    await node.until(() => ids().length === 2);
    await node.settle();
    assert.deepEqual(ids(), ['1', '2']);
  });

  test('a cursor is kept with the events of its commit, or not at all', async () => {
    await create('a');
    const source = running.get('a')!;
    assert.equal(await source.cursor.load(), undefined);
    await source.accept([{ event: happened('1') }], { cursor: { offset: 5 } });
    await node.until(() => ids().length === 1);
    await node.settle();
    node.commitFailure = new Problem('storage_full', 'the disk is full');
    await assert.rejects(source.accept([{ event: happened('2') }], { cursor: { offset: 6 } }), {
      code: 'storage_full',
    });
    node.commitFailure = undefined;
    await node.restart();
    assert.deepEqual(await running.get('a')!.cursor.load(), { offset: 5 });
    assert.deepEqual(ids(), ['1']);
    await node.triggers.remove('a');
    await create('a');
    assert.equal(await running.get('a')!.cursor.load(), undefined);
  });

  test('what cannot be understood is a dead event, and the rest flows', async () => {
    await create('a');
    const source = running.get('a')!;
    await source.quarantine(happened('bad'), 'it is no JSON');
    await source.accept([{ event: happened('good') }]);
    await node.until(() => ids().length === 1);
    const { items } = await node.events.list({ function: 'fn', lane: 'a', state: 'dead', limit: 10 });
    assert.deepEqual(
      items.map(({ lastError }) => lastError),
      [{ reason: 'quarantined', message: 'it is no JSON' }],
    );
    assert.equal(await node.events.retry(items[0]!.eventId), true);
    await node.until(() => ids().includes('bad'));
  });

  test('events carry on how many functions called one another', async () => {
    await create('a');
    await running.get('a')!.accept([{ event: happened('1', {}, { fobhops: 4 }) }]);
    await node.until(() => ids().length === 1);
    assert.equal(node.requests[0]!.hops, 4);
  });

  test('a source that cannot be started is tried again, later each time, and hurts no other', async () => {
    startFailure = new Error('the broker is down');
    const view = await create('a');
    assert.deepEqual([view.state, view.lastError!.message], ['failed', 'the broker is down']);
    const attempts: number[] = [];
    startFailure = Object.defineProperty(new Error(), 'message', {
      get() {
        attempts.push(Math.round(node.clock.monotonicMs()));
        return 'still down';
      },
    });
    await node.pass(8_000, 250);
    const first = [...new Set(attempts)];
    assert.ok(first.length >= 2 && first.length <= 4, first.join());
    startFailure = undefined;
    const other = await create('b');
    assert.equal(other.state, 'running');
    await node.pass(60_000, 5_000);
    assert.equal((await node.triggers.find('a'))!.state, 'running');
  });

  test('what a source reports is shown', async () => {
    await create('a');
    const { report } = running.get('a')!;
    report('connecting', 'connection lost');
    const view = (await node.triggers.find('a'))!;
    assert.deepEqual(
      [view.state, view.lastError],
      ['connecting', { message: 'connection lost', atMs: node.clock.now() }],
    );
    report('running');
    assert.equal((await node.triggers.find('a'))!.state, 'running');
  });

  test('an address of its own: the type answers, and a paused one is not there', async () => {
    await create('a', { options: { address: 'x' } });
    const request = { method: 'POST', path: '/1', query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
    assert.deepEqual(await node.triggers.receive('a', request), { status: 202, body: 'x' });
    await node.until(() => ids().length === 1);
    await assert.rejects(node.triggers.receive('a', { ...request, method: 'DELETE' }), { code: 'unauthorized' });
    await node.triggers.update('a', { enabled: false });
    await assert.rejects(node.triggers.receive('a', request), { code: 'not_found' });
    await assert.rejects(node.triggers.receive('none', request), { code: 'not_found' });
  });

  test('a test leads a sample, or an event, through filter and mapping', async () => {
    await create('a', { options: { address: 'x' }, filter: { detail: { address: ['x', 'y'] } } });
    const tested = await node.triggers.test('a', {});
    assert.deepEqual([tested.matched, tested.run!.status, tested.run!.result], [true, 'succeeded', 'done']);
    assert.equal(node.got[0].address, 'x');
    assert.deepEqual(await node.triggers.test('a', { event: happened('1', { address: 'z' }) }), {
      event: happened('1', { address: 'z' }),
      matched: false,
    });
    await node.triggers.update('a', { mapping: { where: 'at <$.data.address>' } });
    const dry = await node.triggers.test('a', { event: happened('1', { address: 'y' }), dryRun: true });
    assert.deepEqual([dry.payload, dry.run], [{ where: 'at y' }, undefined]);
    assert.equal(node.got.length, 1);
  });

  test('a replay delivers dead events again; a source that cannot make events anew says so', async () => {
    let broken = true;
    node.add('fn', { eventRetries: 0 }, () =>
      broken ? FAILED : { status: 'succeeded', payload: Buffer.from('1'), contentType: 'application/json' },
    );
    await create('a');
    await running.get('a')!.accept([{ event: happened('1') }]);
    await node.until(async () => (await node.triggers.find('a'))!.counts.lost === 1);
    broken = false;
    const range = { fromMs: node.clock.now() - 1_000, toMs: node.clock.now() + 1_000 };
    await assert.rejects(node.triggers.replay('a', range), /cannot make its events anew/);
    assert.equal(await node.triggers.replay('a', { ...range, toMs: range.fromMs + 1, state: 'dead' }), 0);
    assert.equal(await node.triggers.replay('a', { ...range, state: 'dead' }), 1);
    await node.until(async () => (await node.triggers.find('a'))!.counts.delivered === 1);
    assert.equal(await node.triggers.replay('a', { ...range, state: 'dead' }), 0);
  });

  test('a document that another node wrote is followed', async () => {
    await create('a');
    const entry = (await node.store.registry.get<{ trigger: { enabled: boolean } }>('trigger/a'))!;
    const paused = { ...entry.value, trigger: { ...entry.value.trigger, enabled: false } };
    await node.store.registry.put('trigger/a', paused);
    await node.until(() => running.size === 0);
    await node.store.registry.put('trigger/a', { ...paused, trigger: { ...paused.trigger, enabled: true } });
    await node.until(() => running.size === 1);
    await node.store.registry.delete('trigger/a');
    await node.until(() => running.size === 0);
  });
});

describe("triggers of the platform's own services", () => {
  let node: TriggerHarness;
  const eventIds = () => node.got.map(({ event }) => event.id);
  const create = (name: string, type: string, options: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    node.triggers.create({ name, function: 'fn', type, options, ...more });
  const put = (key: string) => node.services.buckets.put('photos', key, Readable.from([Buffer.from(key)]), {});

  beforeEach(async () => {
    node = await createTriggerHarness();
    node.add('fn');
  });
  afterEach(() => node.dispose());

  test('a bucket: each change reaches whoever wants it, once, also over a restart', async () => {
    await assert.rejects(create('none', 'bucket', { bucket: 'photos' }), /no bucket "photos"/);
    await node.services.buckets.createBucket('photos');
    await put('before.jpg');
    await node.settle();
    node.clock.advance(1_000);
    await create('jpg', 'bucket', { bucket: 'photos', suffix: '.jpg' });
    await create('gone', 'bucket', { bucket: 'photos', prefix: 'a/', events: ['ObjectRemoved:*'] });
    await put('a/1.jpg');
    await put('a/2.png');
    await node.services.buckets.remove('photos', 'a/1.jpg');
    await node.until(() => node.got.length === 2);
    const seen = node.got.map(({ event }) => [event.type, event.subject, event.source, event.data.eventName]);
    assert.deepEqual(seen.sort(), [
      ['fob.bucket.object-created', 'a/1.jpg', 'fob:bucket/photos', 'ObjectCreated:Put'],
      ['fob.bucket.object-removed', 'a/1.jpg', 'fob:bucket/photos', 'ObjectRemoved:Delete'],
    ]);
    await node.restart();
    await put('3.jpg');
    await node.until(() => node.got.length === 3);
    await node.settle();
    assert.equal(node.got[2].event.subject, '3.jpg');
    await node.until(async () => (await node.services.buckets.changes(0, 10)).length === 0);
  });

  test('a bucket: what cannot be stored now is stored later, and a function that is gone keeps no other from it', async () => {
    node.add('other');
    await node.services.buckets.createBucket('photos');
    await create('one', 'bucket', { bucket: 'photos' });
    await node.triggers.create({ name: 'two', function: 'other', type: 'bucket', options: { bucket: 'photos' } });
    node.removeFunction('other');
    node.commitFailure = new Problem('storage_full', 'the disk is full');
    await put('x');
    await node.until(async () => (await node.triggers.find('one'))!.state === 'failed');
    node.commitFailure = undefined;
    await node.pass(3_000);
    await node.until(() => node.got.length === 1);
    await node.until(async () => (await node.triggers.find('one'))!.state === 'running');
    const { items } = await node.events.list({ function: 'other', lane: 'two', state: 'dead', limit: 10 });
    assert.match(items[0]!.lastError!.message, /no function/);
  });

  test('a bucket: a replay makes the events of the objects that it holds', async () => {
    await node.services.buckets.createBucket('photos');
    await create('jpg', 'bucket', { bucket: 'photos', prefix: 'in/' });
    await put('in/1');
    await put('out/1');
    await node.until(() => node.got.length === 1);
    const range = { fromMs: node.clock.now() - 1_000, toMs: node.clock.now() + 1_000 };
    assert.equal(await node.triggers.replay('jpg', range), 1);
    await node.until(() => node.got.length === 2);
    assert.equal(node.got[1].event.subject, 'in/1');
    assert.equal(await node.triggers.replay('jpg', { fromMs: 0, toMs: 1 }), 0);
  });

  test('a queue: messages move into the lane, in order of their group', async () => {
    await assert.rejects(create('none', 'queue', { queue: 'jobs.fifo' }), /no queue "jobs\.fifo"/);
    await node.services.queues.create('jobs.fifo');
    const message = (body: unknown, group: string) => ({
      body: Buffer.from(JSON.stringify(body)),
      group,
      deduplicationId: `${JSON.stringify(body)}`,
    });
    await node.services.queues.send('jobs.fifo', [message(1, 'g'), message(2, 'g'), message(3, 'h')]);
    await create('work', 'queue', { queue: 'jobs.fifo' });
    await node.until(() => node.got.length === 3);
    const of = (group: string) =>
      node.got.filter(({ event }) => event.messagegroup === group).map(({ event }) => event.data);
    assert.deepEqual([of('g'), of('h')], [[1, 2], [3]]);
    assert.deepEqual(await node.services.queues.stats('jobs.fifo'), {
      ready: 0,
      delayed: 0,
      leased: 0,
      oldestAgeMs: 0,
    });
  });

  test('a queue: what its trigger cannot take is dead, and those beside it are delivered', async () => {
    await node.services.queues.create('mixed');
    const bodies = ['a', 'x'.repeat(900_000), 'b'].map((text) => ({ body: Buffer.from(text) }));
    await node.services.queues.send('mixed', bodies);
    await create('work', 'queue', { queue: 'mixed' }, { mapping: Array.from({ length: 20 }, () => '<$.data>') });
    await node.until(() => node.got.length === 2);
    assert.deepEqual(node.got.map(([text]) => text).sort(), ['a', 'b']);
    const dead = await node.events.list({ function: 'fn', state: 'dead', limit: 10 });
    assert.deepEqual(
      dead.items.map(({ lastError }) => lastError?.reason),
      ['quarantined'],
    );
  });

  test('a queue: only so many leave it as the lane can take, and none is lost over a restart', async () => {
    await node.services.queues.create('jobs');
    const bodies = Array.from({ length: 1_000 }, (_, index) => ({ body: Buffer.from(String(index)) }));
    await node.services.queues.send('jobs', bodies);
    await node.events.close(0);
    await create('work', 'queue', { queue: 'jobs' });
    await node.until(async () => (await node.services.queues.stats('jobs')).ready === 800);
    await node.settle();
    assert.equal((await node.services.queues.stats('jobs')).ready, 800);
    await node.restart();
    while (node.got.length < 1_000) await node.pass(100, 20);
    assert.equal(new Set(eventIds()).size, 1_000);
  });

  test('a topic: an event reaches the lane in the commit of its publication', async () => {
    await assert.rejects(create('none', 'topic', { topic: 'news' }), /no topic "news"/);
    await node.services.topics.create('news');
    await create('reader', 'topic', { topic: 'news' }, { filter: { subject: ['a'] } });
    const event = (id: string, subject: string) => happened(id, { id }, { subject });
    node.commitFailure = new Problem('storage_full', 'the disk is full');
    await assert.rejects(node.services.topics.publish('news', [event('0', 'a')]), { code: 'storage_full' });
    node.commitFailure = undefined;
    await node.services.topics.publish('news', [event('1', 'a'), event('2', 'b')]);
    await node.until(() => node.got.length === 1);
    await node.settle();
    assert.deepEqual([node.got[0].event.id, node.got[0].event.fobtopic], ['1', 'news']);
    assert.equal((await node.triggers.find('reader'))!.counts.filtered, 1);
    node.removeFunction('fn');
    await node.services.topics.publish('news', [event('3', 'a')]);
    const { items } = await node.events.list({ function: 'fn', lane: 'reader', state: 'dead', limit: 10 });
    assert.equal(items.length, 1);
  });
});
