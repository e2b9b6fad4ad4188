import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { startTestServer, type TestServer } from '../../door/testing/test-server.ts';
import { systemClock } from '../../model/clock.ts';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import type { BucketData } from '../../model/shape/event-data.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openAccessKeys } from '../../service/access/stored-access-keys.ts';
import { type EmbeddedBuckets, openBuckets } from '../../service/bucket/embedded/buckets.ts';
import type { Services } from '../../service/services.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { HookRequest, SourceContext } from '../trigger-type.ts';
import { type S3Options, S3OptionsSchema } from './options.ts';
import { s3Trigger } from './s3.ts';
import { type ListedObject, MAX_RECENT, type Seen, Sieve } from './sieve.ts';

const refused = (code: string, words: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Problem, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, words);
  return true;
};

/** A context that gathers what is accepted, and tells of each report. */
class Desk {
  readonly events: CloudEvent[] = [];
  readonly quarantined: CloudEvent[] = [];
  readonly clock = new FakeClock();
  readonly context: SourceContext<S3Options>;
  saved: unknown;
  private readonly reports: string[] = [];
  private wake = (): void => {};

  constructor(options: Partial<S3Options>) {
    const complete = Value.Default(S3OptionsSchema, { bucket: 'photos', ...options }) as S3Options;
    assert.ok(Value.Check(S3OptionsSchema, complete));
    s3Trigger.check!(complete);
    this.context = {
      trigger: { name: 'outside', function: 'f', type: 's3', options: {}, enabled: true },
      options: complete,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      signal: new AbortController().signal,
      accept: async (accepted) => void this.events.push(...accepted.map(({ event }) => event)),
      quarantine: async (event) => void this.quarantined.push(event),
      cursor: {
        load: async () => this.saved,
        // As a store keeps it.
        save: async (value) => {
          this.saved = JSON.parse(JSON.stringify(value));
        },
      },
      report: (state, error) => {
        this.reports.push(error ?? state);
        this.wake();
      },
    };
  }

  /** The next thing that the source says of itself. */
  async report(): Promise<string> {
    if (this.reports.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.reports.shift()!;
  }

  keys(): string[] {
    return this.events.splice(0).map(({ subject }) => subject!);
  }
}

describe('a bucket elsewhere that is listed', () => {
  let folder: string;
  let buckets: EmbeddedBuckets;
  let node: TestServer;
  let access: Partial<S3Options>;
  const closing: (() => Promise<void>)[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-s3-trigger-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const store = await openEmbeddedStore({ folder, clock: systemClock });
    closing.push(() => store.close());
    buckets = await openBuckets({ folder, clock: systemClock });
    closing.push(() => buckets.close());
    const log = pino({ level: 'silent' });
    const accessKeys = await openAccessKeys({ registry: store.registry, vault: store.vault, clock: systemClock, log });
    closing.push(() => accessKeys.close());
    const services = { buckets } as unknown as Services;
    node = await startTestServer({}, { services, accessKeys, store });
    closing.push(() => node.server.close());
    const { accessKeyId, secretAccessKey } = await accessKeys.create({ grants: ['bucket:*:read'] });
    access = { endpoint: node.url, accessKeyId, secretAccessKey };
  });
  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  const put = (bucket: string, key: string, text = 'x') =>
    buckets.put(bucket, key, Readable.from([Buffer.from(text)]), {});
  const poll = async (desk: Desk): Promise<string> => {
    desk.clock.advance(desk.context.options.pollMs);
    return desk.report();
  };

  test('hands on what is new since the first listing, once, also after a restart', async () => {
    await buckets.createBucket('photos');
    await put('photos', 'old.jpg');
    const desk = new Desk(access);
    let source = await s3Trigger.start!(desk.context);
    assert.deepEqual([await desk.report(), await desk.report(), desk.keys()], ['connecting', 'running', []]);

    const odd = 'in a folder/ä+b %41&<c>\u0001.jpg';
    const { etag } = await put('photos', odd, 'hello');
    assert.equal(await poll(desk), 'running');
    const [event] = desk.events.splice(0);
    assert.equal(event!.type, 'fob.bucket.object-created');
    assert.equal(event!.source, 'fob:bucket/photos');
    const { object, bucket } = event!.data as BucketData;
    assert.deepEqual([bucket.name, object.key, object.size, object.etag], ['photos', odd, 5, etag]);
    assert.equal(await poll(desk), 'running');
    assert.deepEqual(desk.keys(), []);
    await source.stop();

    await put('photos', 'while-stopped.jpg');
    source = await s3Trigger.start!(desk.context);
    assert.deepEqual([await desk.report(), await desk.report()], ['connecting', 'running']);
    assert.deepEqual(desk.keys(), ['while-stopped.jpg']);
    await put('photos', 'while-stopped.jpg', 'another');
    await poll(desk);
    assert.deepEqual(desk.keys(), ['while-stopped.jpg'], 'written again is new');
    await source.stop();
  });

  test('goes through all pages, by prefix and suffix, with what is there where that is wanted', async () => {
    await buckets.createBucket('many');
    const keys = Array.from({ length: 1_005 }, (_, at) => `in/${String(at).padStart(4, '0')}`);
    for (const key of keys) await put('many', key);
    await put('many', 'out/0000');
    const desk = new Desk({ ...access, bucket: 'many', prefix: 'in/', suffix: '4', existing: true });
    const source = await s3Trigger.start!(desk.context);
    assert.deepEqual([await desk.report(), await desk.report()], ['connecting', 'running']);
    assert.deepEqual(
      desk.keys(),
      keys.filter((key) => key.endsWith('4')),
    );
    assert.equal(new Set((desk.saved as Seen).recent).size, keys.length);
    await source.stop();
  });

  test('says what is wrong, waits longer, and goes on when it is well', async () => {
    const desk = new Desk({ ...access, bucket: 'later' });
    const source = await s3Trigger.start!(desk.context);
    assert.equal(await desk.report(), 'connecting');
    assert.match(await desk.report(), /the bucket 'later' cannot be read: .*bucket/i);
    await buckets.createBucket('later');
    desk.clock.advance(2 * desk.context.options.pollMs);
    assert.equal(await desk.report(), 'running');
    await source.stop();

    const gone = new Desk({ ...access, endpoint: 'http://127.0.0.1:1' });
    const other = await s3Trigger.start!(gone.context);
    assert.equal(await gone.report(), 'connecting');
    const said = await gone.report();
    assert.match(said, /ECONNREFUSED/);
    assert.ok(!said.includes(access.secretAccessKey!));
    await other.stop();
  });
});

describe('what was seen', () => {
  const object = (key: string, modifiedMs: number): ListedObject => ({ key, etag: 'e', size: 1, modifiedMs });
  const pass = (seen: Seen | undefined, objects: readonly ListedObject[], overlapMs = 10): [string[], Seen] => {
    const sieve = new Sieve(seen, overlapMs);
    const fresh = objects.filter((each) => sieve.isNew(each)).map(({ key }) => key);
    return [fresh, sieve.seen()];
  };

  test('an object that comes late is new within the overlap, and not beyond', () => {
    const [, seen] = pass(undefined, [object('a', 100)]);
    assert.deepEqual(pass(seen, [object('a', 100), object('b', 90)])[0], ['b']);
    assert.deepEqual(pass(seen, [object('a', 100), object('b', 89)])[0], []);
  });

  test('the memory is bounded, and what had to be forgotten is not new again', () => {
    const objects = Array.from({ length: 5 * MAX_RECENT }, (_, at) => object(`k${at}`, 1_000 + at));
    const [fresh, seen] = pass(undefined, objects, 1_000_000);
    assert.equal(fresh.length, objects.length);
    assert.equal(seen.recent.length, MAX_RECENT);
    assert.deepEqual(pass(seen, objects, 1_000_000)[0], []);
    const same = objects.map(({ key }) => object(key, 7));
    const [, crowded] = pass(undefined, same, 1_000);
    assert.deepEqual([crowded.recent.length, pass(crowded, same, 1_000)[0]], [0, []]);
  });

  test('whatever is listed when: what is newer than all before is new, and no listing has news twice', () => {
    const listing = fc.uniqueArray(fc.record({ key: fc.integer({ max: 20, min: 0 }), modifiedMs: fc.nat(60) }), {
      selector: ({ key }) => key,
    });
    fc.assert(
      fc.property(fc.array(listing, { minLength: 1, maxLength: 6 }), fc.nat(20), (listings, overlapMs) => {
        let seen: Seen | undefined;
        for (const each of listings) {
          const objects = each.map(({ key, modifiedMs }) => object(String(key), modifiedMs));
          const sieve = new Sieve(seen, overlapMs);
          const newestMs = seen?.newestMs ?? 0;
          for (const one of objects) {
            const isNew = sieve.isNew(one);
            if (one.modifiedMs > newestMs) assert.ok(isNew, 'newer than all before');
          }
          seen = sieve.seen();
          assert.deepEqual(pass(seen, objects, overlapMs)[0], [], 'nothing of it is new in the same listing again');
        }
      }),
    );
  });
});

describe('notifications', () => {
  const token = 'a token of some length';
  const record = (eventName: string, key: string, more: object = {}) => ({
    eventVersion: '2.0',
    eventSource: 'minio:s3',
    eventTime: '2026-01-31T12:00:00.000Z',
    eventName,
    s3: {
      bucket: { name: 'photos' },
      object: { key, size: 5, eTag: 'abc', sequencer: '17A2', ...more },
    },
  });
  const post = async (desk: Desk, body: unknown, authorization = `Bearer ${token}`, method = 'POST') => {
    const request: HookRequest = {
      method,
      path: '',
      query: new URLSearchParams(),
      headers: { authorization },
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    };
    return s3Trigger.receive!(request, desk.context);
  };
  const notified = () => new Desk({ mode: 'notify', token, prefix: 'a' });

  test('become events, with the same id when they come again', async () => {
    const desk = notified();
    const created = record('s3:ObjectCreated:Put', 'a%2Fb+c.jpg', { versionId: 'v1' });
    const body = { EventName: 's3:ObjectCreated:Put', Key: 'photos/a/b c.jpg', Records: [created] };
    assert.equal((await post(desk, body)).status, 200);
    await post(desk, body, token);
    await post(desk, { Records: [record('ObjectRemoved:Delete', 'a')] });
    const [first, again, removed] = desk.events;
    assert.equal(first!.id, again!.id);
    assert.deepEqual(first!.data, {
      bucket: { name: 'photos' },
      object: { key: 'a/b c.jpg', size: 5, etag: 'abc', versionId: 'v1', sequencer: '17A2' },
      eventName: 'ObjectCreated:Put',
    });
    assert.equal(removed!.type, 'fob.bucket.object-removed');
    assert.notEqual(removed!.id, first!.id);
  });

  test('of what is not wanted are answered and left', async () => {
    const desk = notified();
    const others = [record('s3:ObjectAccessed:Get', 'a'), record('s3:ObjectCreated:Put', 'b')];
    assert.equal((await post(desk, { Records: others })).status, 200);
    assert.equal((await post(desk, { Service: 'Amazon S3', Event: 's3:TestEvent' })).status, 200);
    assert.deepEqual(desk.events, []);
  });

  test('that cannot be read do not hold up the others', async () => {
    const desk = notified();
    await post(desk, { Records: [{}, null, { eventName: 1 }, record('s3:ObjectCreated:Put', 'a')] });
    assert.deepEqual([desk.events.length, desk.quarantined.length], [1, 3]);
  });

  test('are refused clearly', async () => {
    const desk = notified();
    for (const wrong of ['', 'Bearer ', 'Bearer other', `Basic ${token}`]) {
      await assert.rejects(post(desk, { Records: [] }, wrong), refused('unauthorized', /token of this notification/));
    }
    await assert.rejects(post(desk, '{'), refused('invalid_request', /no JSON/));
    await assert.rejects(post(desk, 'null'), refused('invalid_request', /no list of Records/));
    await assert.rejects(post(desk, '', token, 'GET'), refused('method_not_allowed', /POST/));
    const foreign = { ...record('s3:ObjectCreated:Put', 'a'), s3: { bucket: { name: 'x' }, object: { key: 'a' } } };
    await assert.rejects(post(desk, { Records: [foreign] }), refused('invalid_request', /not 'x'/));
    const listing = new Desk({ accessKeyId: 'a', secretAccessKey: 'b' });
    await assert.rejects(post(listing, { Records: [] }), refused('not_found', /takes no notifications/));
  });
});

test('words name a bucket, here or elsewhere', () => {
  assert.deepEqual(s3Trigger.parseWords(['photos']), { bucket: 'photos' });
  const elsewhere = { bucket: 'photos', endpoint: 'https://minio.example.com:9000' };
  assert.deepEqual(s3Trigger.parseWords(['https://minio.example.com:9000/photos']), elsewhere);
  for (const words of [[], ['a', 'b'], ['https://minio.example.com'], ['a/b']]) {
    assert.throws(() => s3Trigger.parseWords(words), refused('invalid_request', /after s3 comes a bucket/));
  }
  const complete = (options: object) => Value.Default(S3OptionsSchema, { bucket: 'photos', ...options }) as S3Options;
  assert.throws(() => s3Trigger.check!(complete({})), refused('invalid_request', /needs `accessKeyId`/));
  assert.throws(() => s3Trigger.check!(complete({ mode: 'notify' })), refused('invalid_request', /needs a `token`/));
  assert.equal(
    s3Trigger.describe(complete({ ...elsewhere, prefix: 'in/' })),
    'poll https://minio.example.com:9000/photos prefix in/',
  );
  assert.equal(s3Trigger.sample(complete({ prefix: 'in/', suffix: '.jpg' })).subject, 'in/sample.jpg');
});
