import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Colour, readPng, writePng } from './png.ts';
import { openWorkshop, soon, type Workshop } from './workshop.ts';

const RED: Colour = [230, 20, 30];
const BLUE: Colour = [10, 40, 220];

describe('blueprints of storage and time', { skip: process.platform !== 'linux' }, () => {
  let workshop: Workshop;

  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop?.close());

  test('s3-get-object-python: an upload over S3 runs it, which reads the metadata and may read nothing else', async (context) => {
    if (workshop.noPackages) return context.skip(workshop.noPackages);
    const { fob, json, make, s3, delivered } = workshop;
    const values = { name: 's3-upload-meta', bucket: 'serops-we', prefix: 'in/', suffix: '.html' };
    await make('s3-get-object-python', values);
    const { config } = await json('show', 's3-upload-meta');
    assert.deepEqual([config.memoryMb, config.timeoutMs, config.role], [256, 10_000, 's3-upload-meta']);
    const role = await json('execution-role', 'show', 's3-upload-meta');
    assert.deepEqual(role.grants, ['bucket:serops-we:read']);

    for (const Key of ['in/a page, and more.html', 'in/a.txt', 'out/a.html']) {
      const ContentType = 'text/html; charset=utf-8';
      await s3.send(new PutObjectCommand({ Bucket: 'serops-we', Key, Body: '<p>hello', ContentType }));
    }
    await delivered('s3-upload-meta', 's3-upload-meta-uploaded', 1);
    const [run, ...others] = await json('runs', 's3-upload-meta');
    assert.deepEqual([run.status, run.door, run.lane, others], ['succeeded', 'events', 's3-upload-meta-uploaded', []]);
    const log = await fob('logs', 's3-upload-meta', '--text', 'content type');
    assert.match(log, /CONTENT TYPE: text\/html; charset=utf-8/);

    // The role is for this bucket alone.
    await fob('bucket', 'create', 'not-granted');
    await fob('trigger', 'add', 's3-upload-meta', 'bucket', 'not-granted', '--name', 'others', '--retries', '0');
    await s3.send(new PutObjectCommand({ Bucket: 'not-granted', Key: 'x', Body: 'x' }));
    await soon(async () => {
      const { events } = await json('events', 's3-upload-meta', '--state', 'dead');
      assert.match(events[0]?.message ?? '', /Access ?Denied/i);
    });
  });

  test('image-thumbnail: a picture is scaled, and what is none is told', async (context) => {
    if (workshop.noPackages) return context.skip(workshop.noPackages);
    const { json, make, s3, delivered } = workshop;
    await make('image-thumbnail', { name: 'thumbs', size: '64' });
    const Bucket = 'thumbs-pictures';
    const picture = { width: 300, height: 150, at: (x: number) => (x < 150 ? RED : BLUE) };
    const small = { width: 8, height: 20, at: () => BLUE };
    const pictures = { 'holiday/a b.png': writePng(picture), 'small.png': writePng(small) };
    for (const [Key, Body] of Object.entries(pictures)) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: 'image/png' }));
    }
    await delivered('thumbs', 'thumbs-uploaded', 2);
    const made = async (Key: string) => {
      const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: 'thumbs-small', Key }));
      assert.equal(ContentType, 'image/png');
      return readPng(Buffer.from(await Body!.transformToByteArray()));
    };
    const thumbnail = await made('holiday/a b.png');
    assert.deepEqual([thumbnail.width, thumbnail.height], [64, 32]);
    assert.deepEqual([thumbnail.at(4, 16), thumbnail.at(60, 16)], [RED, BLUE]);
    const kept = await made('small.png');
    assert.deepEqual([kept.width, kept.height, kept.at(4, 10)], [8, 20, BLUE]);

    await s3.send(new PutObjectCommand({ Bucket, Key: 'notes.png', Body: 'just words' }));
    await soon(async () => {
      const { events } = await json('events', 'thumbs', '--state', 'waiting');
      assert.match(events[0]?.message ?? '', /notes\.png is no picture that can be read/);
    });
  });

  test('cron-report: the schedule runs it when it says, each time once, and the queue hears of it', async () => {
    const { fob, json, make, sample, node, object } = workshop;
    const target = await make('cron-report', { name: 'daily', tz: 'Europe/Berlin' });
    assert.match(await sample('daily', target), /: 0 objects, 0 bytes\n$/);
    const { next } = await json('trigger', 'show', 'daily-due');
    const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    assert.deepEqual([...new Set(next.map((ms: number) => berlin.format(ms)))], ['06:30']);
    await node.client.request('PUT', '/v1/buckets/daily-inbox/objects/note', { body: 'twelve bytes' });

    const often = ['apply', '--yes', '--file', `${target}/fob.yaml`, '--var', 'expression=* * * * * *'];
    await fob(...often);
    const told: string[] = [];
    while (told.length < 2) {
      for (const { body } of await json('queue', 'receive', 'daily-done', '--wait', '20s', '--delete')) {
        const { requestPayload, responsePayload } = JSON.parse(body);
        assert.equal(responsePayload, `${requestPayload.scheduledTime}: 1 objects, 12 bytes\n`);
        told.push(requestPayload.scheduledTime);
      }
    }
    await fob('trigger', 'pause', 'daily-due');
    assert.equal(new Set(told).size, told.length);
    for (const time of told)
      assert.equal(await object('daily-reports', `${time}.txt`), `${time}: 1 objects, 12 bytes\n`);
  });
});
