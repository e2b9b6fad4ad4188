import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTriggerHarness, type TriggerHarness } from '../../../trigger/testing/harness.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

describe('triggers in the native API', () => {
  let node: TriggerHarness;
  let server: TestServer;
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ask(server, method, `/v1/triggers${path}`, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });

  before(async () => {
    node = await createTriggerHarness();
    node.add('fn');
    server = await startTestServer({}, { triggers: node.triggers, events: node.events, store: node.store });
  });
  after(async () => {
    await server?.server.close();
    await node?.dispose();
  });

  test('tell when they fire up to a time', async () => {
    await call('POST', '', { name: 'hourly', function: 'fn', type: 'schedule', words: ['rate(1 hour)'] });
    await call('POST', '', { name: 'often', function: 'fn', type: 'schedule', words: ['rate(1 minute)'] });
    const until = node.clock.now() + 24 * 3_600_000;
    const { json } = await call('GET', `?type=schedule&nextUntil=${new Date(until).toISOString()}`);
    const [hourly, often] = json.triggers as { name: string; next: number[]; nextCut?: boolean }[];
    assert.deepEqual([hourly?.nextCut, often?.nextCut], [undefined, true]);
    assert.deepEqual([hourly?.name, hourly?.next.length, often?.next.length], ['hourly', 24, 500]);
    assert.ok(hourly!.next.every((at) => at > node.clock.now() && at <= until));
    assert.equal((await call('GET', '?type=schedule')).json.triggers[0].next.length, 5);
    assert.equal((await call('GET', '?nextUntil=soon')).status, 400);
    for (const name of ['hourly', 'often']) assert.equal((await call('DELETE', `/${name}`)).status, 204);
  });

  test('are created, shown, changed and removed, under preconditions', async () => {
    const made = await call('POST', '', { function: 'fn', type: 'schedule', words: ['rate(5 minutes)'] });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json.name, 'fn-schedule');
    assert.deepEqual([made.json.options.expression, made.json.state], ['rate(5 minutes)', 'running']);
    assert.equal(
      (await call('POST', '', { name: 'fn-schedule', function: 'fn', type: 'schedule', words: ['@daily'] })).status,
      409,
    );

    const again = await call('POST', '', { function: 'fn', type: 'schedule', words: ['rate(5 minutes)'] });
    assert.deepEqual([again.status, again.json.code], [409, 'conflict'], again.text);
    assert.match(again.json.detail, /"fn-schedule" wakes fn by the same already/);
    const other = await call('POST', '', { function: 'fn', type: 'schedule', words: ['rate(6 minutes)'] });
    assert.deepEqual([other.status, other.json.name], [201, 'fn-schedule-2'], other.text);
    assert.equal((await call('DELETE', '/fn-schedule-2')).status, 204);

    const shown = await call('GET', '/fn-schedule');
    const etag = String(shown.headers.etag);
    assert.deepEqual([etag, shown.json.next.length], [`"${made.json.revision}"`, 5]);
    const patched = await call(
      'PATCH',
      '/fn-schedule',
      { filter: { source: [{ prefix: 'fob:' }] }, orderBy: '$.id' },
      { 'if-match': etag },
    );
    assert.equal(patched.status, 200, patched.text);
    assert.equal((await call('PATCH', '/fn-schedule', { enabled: false }, { 'if-match': etag })).status, 412);
    const plain = await call('PATCH', '/fn-schedule', { filter: null, enabled: false });
    assert.deepEqual([plain.json.filter, plain.json.orderBy, plain.json.state], [undefined, '$.id', 'paused']);

    assert.equal((await call('DELETE', '/fn-schedule', undefined, { 'if-match': etag })).status, 412);
    assert.equal((await call('DELETE', '/fn-schedule', undefined, { 'if-match': '*' })).status, 204);
    assert.equal((await call('DELETE', '/fn-schedule')).status, 404);
    assert.equal((await call('PATCH', '/fn-schedule', {})).status, 404);
  });

  test('are put wholly: what is not written is gone', async () => {
    const body = { function: 'fn', type: 'schedule', options: { expression: '0 9 * * *' }, orderBy: '$.id' };
    assert.equal((await call('PUT', '/nine', body, { 'if-none-match': '*' })).status, 201);
    assert.equal((await call('PUT', '/nine', body, { 'if-none-match': '*' })).status, 412);
    const put = await call('PUT', '/nine', { function: 'fn', type: 'schedule', words: ['0', '10', '*', '*', '*'] });
    assert.deepEqual([put.status, put.json.options.expression, put.json.orderBy], [200, '0 10 * * *', undefined]);
    assert.equal((await call('PUT', '/nine', { function: 'fn', type: 'topic', options: { topic: 't' } })).status, 409);
    assert.equal((await call('PUT', '/ten', body, { 'if-match': '"5"' })).status, 404);
    const all = await ask(server, 'GET', '/v1/triggers?function=fn&type=schedule');
    assert.deepEqual(
      all.json.triggers.map(({ name }: { name: string }) => name),
      ['nine'],
    );
    assert.deepEqual((await ask(server, 'GET', '/v1/triggers?function=other')).json.triggers, []);
  });

  test('refuse what does not fit, saying what', async () => {
    const refused = async (body: unknown, status: number, says: RegExp) => {
      const answer = await call('POST', '', body);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.json.detail, says);
    };
    await refused({ function: 'none', type: 'schedule', words: ['@daily'] }, 404, /no function "none"/);
    await refused({ function: 'fn', type: 'none' }, 404, /no type of trigger/);
    await refused({ function: 'fn', type: 'schedule', words: ['x'] }, 400, /no cron expression/);
    await refused({ function: 'fn', type: 'schedule', options: {} }, 400, /of type schedule needs expression/);
    const gone = { maxRetries: 1, onFailure: 'nowhere' };
    await refused(
      { function: 'fn', type: 'schedule', words: ['@daily'], delivery: gone },
      400,
      /is no destination: write/,
    );
    await refused({ function: 'fn', type: 'schedule', words: ['@daily'], name: 'no name' }, 400, /is no name: use/);
    await refused({ function: 'fn', type: 'schedule', words: ['@daily'], filter: { a: 1 } }, 400, /the filter at "a"/);
    await refused({ function: 'fn', type: 'schedule', words: ['@daily'], color: 'red' }, 400, /color/);
    await refused(
      { function: 'fn', type: 'schedule', words: ['@daily'], delivery: { maxRetries: -1 } },
      400,
      /maxRetries/,
    );
    assert.equal((await call('POST', '', '[')).status, 400);
  });

  test('tell their types, with the schemas of their options', async () => {
    const { types } = (await ask(server, 'GET', '/v1/trigger-types')).json;
    const schedule = types.find(({ name }: { name: string }) => name === 'schedule');
    assert.deepEqual(Object.keys(schedule.options.properties), [
      'expression',
      'tz',
      'jitterMs',
      'catchUp',
      'start',
      'end',
    ]);
    const webhook = types.find(({ name }: { name: string }) => name === 'webhook');
    assert.deepEqual([webhook.called, webhook.options.properties.secret.format], [true, 'secret']);
  });

  test('are tested and replayed', async () => {
    await call('PUT', '/tested', { function: 'fn', type: 'schedule', options: { expression: '0 * * * *' } });
    const tested = await call('POST', '/tested/test', {});
    assert.deepEqual([tested.json.matched, tested.json.run.status], [true, 'succeeded']);
    const event = { specversion: '1.0', id: '1', source: 's', type: 't', data: { a: 1 } };
    const dry = await call('POST', '/tested/test', { event, dryRun: true });
    assert.deepEqual([dry.json.payload.a, dry.json.run], [1, undefined]);
    assert.equal((await call('POST', '/tested/test', { event: { id: '1' } })).status, 400);
    const range = { from: String(node.clock.now()), to: String(node.clock.now() + 7_200_000) };
    assert.deepEqual((await call('POST', '/tested/replay', range)).json, { replayed: 2 });
    assert.deepEqual((await call('POST', '/tested/replay', { ...range, state: 'dead' })).json, { replayed: 0 });
    assert.equal((await call('POST', '/tested/replay', { from: '5', to: '4' })).status, 400);
    assert.equal((await call('POST', '/none/replay', range)).status, 404);
  });
});
