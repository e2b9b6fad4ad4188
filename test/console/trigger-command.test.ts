import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type OptionSchema as CliSchema, type TypeView, typeNamed } from '../../src/cli/trigger/api.ts';
import { readTypeArguments } from '../../src/cli/trigger/type-options.ts';
import { triggerCommand } from '../../src/console/ui/trigger-form/command.ts';
import { draftOf } from '../../src/console/ui/trigger-form/draft.ts';
import {
  faultsOf,
  type OptionSchema,
  withDefaults,
  withoutDefaults,
} from '../../src/console/ui/trigger-form/schema.ts';
import { runFob } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked } from './function-support.ts';

/** Options of each kind as somebody may fill them in, other ones than the usual. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  schedule: { expression: '0 9 * * MON-FRI', tz: 'Europe/Berlin', jitterMs: 1_500 },
  http: { path: '/users/{id}', methods: ['GET', 'PUT'], auth: 'none', requiredHeaders: ['X-One', 'X-Two'] },
  webhook: { provider: 'hmac', secret: '', idHeader: 'X-Delivery' },
  bucket: { bucket: 'photos', events: ['ObjectRemoved:*'], prefix: 'in/', suffix: '.jpg' },
  s3: { bucket: 'photos', endpoint: 'https://minio.example.com', accessKeyId: 'key', secretAccessKey: '' },
  queue: { queue: 'jobs.fifo' },
  topic: { topic: 'orders' },
  completion: { of: 'resize', on: 'failure' },
  mqtt: { url: 'mqtts://broker.example.com:8883', topic: 'sensors/+/t', qos: 2, username: 'me' },
  amqp: { url: 'amqp://localhost', queue: 'orders', declare: true },
  redis: { url: 'redis://localhost', subject: 'orders', claimAfterMs: 5_000 },
  nats: { url: 'nats://localhost', subject: 'orders.>', stream: 'ORDERS' },
  postgres: { url: 'postgres://localhost/shop', mode: 'changes', tables: ['public.orders', 'public.lines'] },
  kafka: { brokers: 'a.example.com:9092,b.example.com:9092', topics: ['orders'], fromBeginning: true },
};

describe('the command that the console shows for a trigger', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  let types: TypeView[];
  before(async () => {
    node = await startTestNode({ prewarmed: 0 });
    types = (await node.request('GET', '/v1/trigger-types')).json.types;
  });
  after(() => node.close());

  test('there is one for every kind', () => {
    assert.deepEqual(types.map(({ name }) => name).sort(), Object.keys(OPTIONS).sort());
  });

  for (const [type, options] of Object.entries(OPTIONS)) {
    test(`${type}: the command line makes the same options of it`, async () => {
      const view = typeNamed(types, type);
      const schema = view.options as OptionSchema & CliSchema;
      const secrets = Object.keys(options).filter((name) => options[name] === '');
      assert.deepEqual(
        Object.keys(faultsOf(schema, withDefaults(schema, options))),
        secrets.filter(isDemanded(schema)),
      );
      const words = triggerCommand(
        { name: '', type, options, filter: '', delivery: {}, enabled: true },
        schema,
        'hello',
      );
      assert.deepEqual(words.slice(0, 4), ['trigger', 'add', 'hello', type]);
      const read = await readTypeArguments(view, words.slice(4));
      // The node makes options of the words, and a sample of those.
      const sample = await node.request('POST', `/v1/trigger-types/${type}/sample`, {
        body: JSON.stringify({ words: read.words, options: read.options }),
      });
      assert.equal(sample.status, 200, sample.text);
      const given = withoutDefaults(schema, options);
      for (const name of Object.keys(read.options)) assert.deepEqual(read.options[name], given[name], name);
      const named = Object.values(given).flat().map(String);
      const all = `${read.words.join(' ')} ${JSON.stringify(read.options)}`;
      for (const value of named) assert.ok(all.includes(value), `${value} is not in: fob ${words.join(' ')}`);
    });
  }

  test('filters and delivery are written as options of every kind', () => {
    const words = triggerCommand(
      {
        name: 'work',
        type: 'queue',
        options: { queue: 'jobs' },
        filter: '{ "data": { "a": [1] } }',
        delivery: { batchSize: 10, batchWindowMs: 2_000, onFailure: 'queue:failed' },
        enabled: false,
      },
      typeNamed(types, 'queue').options as OptionSchema,
      'hello',
    );
    assert.deepEqual(words.slice(5), [
      ...['--filter', '{"data":{"a":[1]}}', '--batch', '10', '--window', '2000ms', '--on-failure', 'queue:failed'],
      ...['--name', 'work', '--paused'],
    ]);
  });

  test('the command for a trigger that is there changes it, and keeps what the form does not show', async () => {
    await asked(node, 'PUT', '/v1/functions/hello', { code: { inline: 'exports.handler = async () => 1;' } });
    await asked(node, 'PUT', '/v1/buckets/photos');
    const before = { function: 'hello', type: 'bucket', options: { bucket: 'photos', suffix: '.jpg' } };
    const mapping = { key: '<$.data.object.key>' };
    await asked(node, 'PUT', '/v1/triggers/looks', { ...before, mapping, orderBy: '$.data.bucket.name' });
    const there = (await node.request('GET', '/v1/triggers/looks')).json;
    const draft = { ...draftOf(there), options: { bucket: 'photos', suffix: '.png' } };
    const words = triggerCommand(draft, typeNamed(types, 'bucket').options as OptionSchema, 'hello', true);
    const run = await runFob(words, { environment: { FOB_URL: node.url } });
    assert.equal(run.code, 0, run.stderr);
    const after = (await node.request('GET', '/v1/triggers/looks')).json;
    assert.deepEqual(
      [after.options.suffix, after.mapping, after.orderBy, after.enabled],
      ['.png', mapping, '$.data.bucket.name', true],
    );
    const nameless = await runFob([...words.slice(0, 5), '--replace'], { environment: { FOB_URL: node.url } });
    assert.equal(nameless.code, 2);
    assert.match(nameless.stderr, /--name/);
  });
});

function isDemanded(schema: OptionSchema): (name: string) => boolean {
  return (name) => schema.required?.includes(name) === true && schema.properties?.[name]?.default === undefined;
}
