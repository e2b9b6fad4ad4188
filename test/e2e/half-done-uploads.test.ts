import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { zipOf } from '../../src/engine/deploy/testing/archives.ts';
import { eventually } from '../support/eventually.ts';
import { type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';

const MB = 1_048_576;
const LARGE = 8 * MB;
const HELLO = 'export const handler = async () => "first";';
/** It is under way for as long as it takes to be killed: everything is unpacked and packed, and nothing is kept yet. */
const LOADS_FOR_MS = 120_000;
const SLOW = `export const handler = async () => "second";\nawait new Promise((done) => setTimeout(done, ${LOADS_FOR_MS}));\n`;

let folder: string;
let remove: () => Promise<void>;
const nodes: ProcessNode[] = [];

before(async () => {
  ({ folder, remove } = await temporaryFolder());
});
after(async () => {
  for (const node of nodes) await node.kill();
  await remove();
});

const up = async (): Promise<ProcessNode> => {
  const node = await startFobUp(folder, ['--load-timeout-ms', String(LOADS_FOR_MS)]);
  nodes.push(node);
  return node;
};

/** Bytes of files below these folders of the data folder. */
function bytesIn(...names: string[]): number {
  let sum = 0;
  for (const name of names) {
    for (const path of readdirSync(join(folder, name), { recursive: true }) as string[]) {
      const found = statSync(join(folder, name, path), { throwIfNoEntry: false });
      if (found?.isFile()) sum += found.size;
    }
  }
  return sum;
}

/** Begins a request, and sends some of its body. */
function begin(
  node: ProcessNode,
  method: string,
  path: string,
  sent: Buffer,
  headers: Record<string, string | number>,
) {
  const req = request(node.url + path, { method, headers });
  req.on('error', () => undefined).on('response', (res) => res.resume());
  req.write(sent);
  return req;
}

test('of uploads that kill -9 cut short nothing is left once the node has started again, and the disk is given back', async () => {
  const first = await up();
  const { client } = first;
  await client.put('hello', HELLO);
  const json = { 'Content-Type': 'application/json' };
  assert.ok((await client.request('PUT', '/v1/buckets/photos', { body: '{}', headers: json })).status < 300);
  const put = await client.request('PUT', '/v1/buckets/photos/objects/kept', { body: Buffer.alloc(MB, 1) });
  assert.ok(put.status < 300, put.text);
  assert.equal(await client.result('hello'), 'first');
  const before = bytesIn('buckets', 'blobs', 'code', 'tmp');

  const half = Buffer.alloc(LARGE / 2, 7);
  const length = { 'Content-Length': LARGE };
  for (const key of ['a', 'b']) begin(first, 'PUT', `/v1/buckets/photos/objects/${key}`, half, length);
  begin(first, 'PUT', '/v1/functions/never', half, { ...length, 'Content-Type': 'application/zip' });
  const backup = (await client.request('GET', '/v1/backup')).body;
  begin(first, 'POST', '/v1/restore', backup.subarray(0, backup.length - 1_024), { 'Content-Length': backup.length });
  const files = { 'main.js': SLOW, 'ballast.bin': Buffer.from(Array.from({ length: MB }, () => Math.random() * 256)) };
  const zip = await zipOf(files);
  begin(first, 'PUT', '/v1/functions/slow', zip, {
    'Content-Type': 'application/zip',
    'Content-Length': zip.length,
  }).end();
  const edit = Buffer.from(JSON.stringify({ files: { 'main.js': SLOW, 'more.txt': 'x'.repeat(MB) } }));
  begin(first, 'PATCH', '/v1/functions/hello/files', edit, { ...json, 'Content-Length': edit.length }).end();
  await eventually(() => {
    assert.ok(bytesIn('buckets') > MB + half.length, 'the objects are half there');
    assert.ok(bytesIn('code') > 3 * MB, 'both deployments have unpacked and packed what they got');
  }, 60_000);
  await eventually(() => assert.ok(bytesIn('tmp') > 0, 'the backup is half there'));
  await first.kill();

  const second = await up();
  await eventually(() => assert.equal(bytesIn('buckets', 'blobs', 'code', 'tmp'), before), 60_000);
  const objects = await second.client.request('GET', '/v1/buckets/photos/objects');
  assert.deepEqual(
    objects.json.objects.map(({ key }: { key: string }) => key),
    ['kept'],
  );
  const functions = (await second.client.request('GET', '/v1/functions')).json.functions;
  assert.deepEqual(
    functions.map(({ name, version }: { name: string; version: number }) => [name, version]),
    [['hello', 1]],
  );
  assert.equal(await second.client.result('hello'), 'first');
  await second.stop();
});
