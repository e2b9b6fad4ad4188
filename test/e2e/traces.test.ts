import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

/** Calls another function, writes an object, and says which context it has. */
const FRONT = `const fob = require('fob');
exports.handler = async (event, context) => {
  const back = await fob.call('back', event);
  const url = process.env.FOB_URL + '/v1/buckets/photos/objects/' + event.key;
  if (event.key) await fetch(url, { method: 'PUT', body: 'x', headers: { 'Content-Type': 'text/plain' } });
  return { back, traceparent: context.traceparent, tracestate: context.tracestate };
};`;
const BACK = `exports.handler = async (event, context) => { if (event.fail) throw new Error('no'); return context.traceparent; };`;
/** Says that it belongs to another trace, and tries to read it. */
const HOSTILE = `exports.handler = async ({ traceparent, traceId }) => {
  const at = process.env.FOB_URL;
  const headers = { 'Content-Type': 'application/json', traceparent };
  const called = await fetch(at + '/v1/functions/back/invoke', { method: 'POST', body: '{}', headers });
  const read = await fetch(at + '/v1/traces/' + traceId, { headers });
  const map = await fetch(at + '/v1/map');
  return [called.status, read.status, map.status];
};`;
const TRACE = (n: number) => n.toString(16).padStart(32, 'a');
const PARENT = 'b7ad6b7169203331';
const header = (traceId: string, flags = '01') => `00-${traceId}-${PARENT}-${flags}`;

interface Row {
  readonly spanId: string;
  readonly depth: number;
  readonly what: string;
  readonly name: string;
  readonly error?: string;
  readonly attributes: Record<string, unknown>;
}

describe('traces', () => {
  let node: TestNode;
  let client: Client;
  const json = { 'Content-Type': 'application/json' };

  before(async () => {
    node = await startTestNode();
    client = createClient(node.url);
    const grants = ['function:back:invoke', 'bucket:photos:write'];
    const javascript = { runtime: 'node', handler: 'main.handler' };
    await client.request('PUT', '/v1/buckets/photos');
    await client.put('back', BACK, javascript);
    await client.put('thumb', BACK, javascript);
    await client.put('front', FRONT, { ...javascript, grants });
    await client.put('many', FRONT, { ...javascript, grants, sandboxConcurrency: 8 });
    await client.put('hostile', HOSTILE, { ...javascript, grants });
    const trigger = { function: 'thumb', type: 'bucket', name: 'on-photo', options: { bucket: 'photos' } };
    const added = await client.request('POST', '/v1/triggers', { body: JSON.stringify(trigger), headers: json });
    assert.equal(added.status, 201, added.text);
  });
  after(() => node?.close());

  const invoke = (name: string, event: object, headers: Record<string, string> = {}) =>
    client.request('POST', `/v1/functions/${name}/invoke`, {
      body: JSON.stringify(event),
      headers: { ...json, ...headers },
    });
  const trace = async (id: string): Promise<{ traceId: string; invocations: number; errors: number; spans: Row[] }> => {
    const answer = await client.request('GET', `/v1/traces/${id}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  /** What a path answers once it is there. */
  const known = (path: string) =>
    eventually(async () => {
      const answer = await client.request('GET', path);
      assert.equal(answer.status, 200);
      return answer;
    });
  /** What caused what, without phases. */
  const tree = (spans: readonly Row[]) =>
    spans.filter(({ what }) => what !== 'phase').map(({ name, depth }) => `${'  '.repeat(depth)}${name}`);

  test('a function that calls another and writes an object, which wakes a third, are one trace', async () => {
    const traceId = TRACE(1);
    const answer = await invoke(
      'front',
      { key: 'a.jpg' },
      { traceparent: header(traceId), tracestate: 'vendor=opaque' },
    );
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('fob-trace-id'), traceId);
    assert.match(answer.json.traceparent, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    assert.equal(answer.json.tracestate, 'vendor=opaque');
    assert.match(answer.json.back, new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    const whole = await eventually(async () => {
      const found = await trace(traceId);
      assert.equal(found.invocations, 3);
      return found;
    });
    assert.deepEqual(tree(whole.spans), [
      'front',
      '  invoke function:back',
      '    back',
      '  put bucket:photos',
      '    event of on-photo',
      '      thumb',
    ]);
    const phases = whole.spans.filter(({ what }) => what === 'phase').map(({ name }) => name);
    assert.ok(phases.includes('cold start: load') && phases.includes('run'), phases.join());
    const put = whole.spans.find(({ name }) => name.startsWith('put'))!;
    assert.equal(put.attributes.item, 'a.jpg');
    assert.equal(put.attributes.httpStatus, 200);
    // Any part of it leads to it.
    const id = answer.headers.get('fob-invocation-id')!;
    assert.equal((await trace(id)).traceId, traceId);
    const record = (await client.request('GET', `/v1/invocations/${id}`)).json;
    assert.equal(record.traceId, traceId);
    assert.equal(record.parentSpanId, PARENT);
    assert.ok(record.memoryMb === 128 && record.loadMs > 0, JSON.stringify(record));
  });

  test('a call that comes without a trace, or with what is none, begins its own', async () => {
    for (const traceparent of [
      undefined,
      'nonsense',
      `00-${'0'.repeat(32)}-${PARENT}-01`,
      `${header(TRACE(2))}-more`,
    ]) {
      const answer = await invoke('front', {}, traceparent === undefined ? {} : { traceparent });
      const id = answer.headers.get('fob-invocation-id')!;
      assert.equal(answer.headers.get('fob-trace-id'), null);
      const { traceId, spans } = await trace(id);
      assert.equal(traceId, id.replaceAll('-', ''));
      assert.deepEqual(tree(spans), ['front', '  invoke function:back', '    back']);
      assert.equal(answer.json.back.slice(3, 35), traceId);
    }
  });

  test('calls that run in one sandbox at once each have their own trace', async () => {
    const ids = Array.from({ length: 8 }, (_, n) => TRACE(100 + n));
    await invoke('many', {});
    await Promise.all(ids.map((id) => invoke('many', {}, { traceparent: header(id) })));
    for (const id of ids)
      assert.deepEqual(tree((await trace(id)).spans), ['many', '  invoke function:back', '    back']);
  });

  test('an event is in the trace of whoever sent it, with all of its attempts', async () => {
    const traceId = TRACE(3);
    const sent = await client.request('POST', '/v1/functions/back/events', {
      body: '{"fail":true}',
      headers: { ...json, traceparent: header(traceId, '00') },
    });
    assert.equal(sent.status, 202, sent.text);
    const { eventId } = sent.json;
    const first = await known(`/v1/traces/${eventId}`);
    assert.equal(first.json.traceId, traceId);
    assert.deepEqual(tree(first.json.spans).slice(0, 2), ['event', '  back']);
    assert.equal(first.json.spans[1].error, 'Error: no');
    // It would fail again a minute later, between what others do.
    await eventually(async () => assert.equal((await client.request('DELETE', `/v1/events/${eventId}`)).status, 204));
    // Without a trace, the event begins one.
    const own = await client.request('POST', '/v1/functions/back/events', { body: '{}', headers: json });
    const begun = await known(`/v1/traces/${own.json.eventId}`);
    assert.equal(begun.json.traceId, own.json.eventId.replaceAll('-', ''));
  });

  test('CloudEvents bring their trace along', async () => {
    await client.request('PUT', '/v1/topics/news');
    const trigger = { function: 'thumb', type: 'topic', name: 'on-news', options: { topic: 'news' } };
    await client.request('POST', '/v1/triggers', { body: JSON.stringify(trigger), headers: json });
    const publish = (id: string, more: object, headers: Record<string, string> = {}) =>
      client.request('POST', '/v1/topics/news/events', {
        body: JSON.stringify({ specversion: '1.0', id, source: '/test', type: 't', ...more }),
        headers: { 'Content-Type': 'application/cloudevents+json', ...headers },
      });
    await publish('1', { traceparent: header(TRACE(4)) }, { traceparent: header(TRACE(5)) });
    await publish('2', {}, { traceparent: header(TRACE(6)) });
    for (const traceId of [TRACE(4), TRACE(6)]) {
      const { json: found } = await known(`/v1/traces/${traceId}`);
      assert.deepEqual(tree(found.spans), ['event of on-news', '  thumb']);
    }
    assert.equal((await client.request('GET', `/v1/traces/${TRACE(5)}`)).status, 404);
  });

  test('a function can join any trace by saying so, and learns nothing of it', async () => {
    const victim = await invoke('back', {});
    const id = victim.headers.get('fob-invocation-id')!;
    const traceId = id.replaceAll('-', '');
    const traceparent = `00-${traceId}-${traceId.slice(16)}-01`;
    const hostile = await invoke('hostile', { traceparent, traceId });
    assert.deepEqual(hostile.json, [200, 403, 403]);
    assert.deepEqual(tree((await trace(traceId)).spans), ['back', '  invoke function:back', '    back', '  get api']);
    const own = await trace(hostile.headers.get('fob-invocation-id')!);
    assert.deepEqual(tree(own.spans).slice(0, 1), ['hostile']);
  });

  test('traces are listed: those that failed, those of a function', async () => {
    const failed = await invoke('back', { fail: true });
    assert.equal(failed.status, 502);
    const id = failed.headers.get('fob-invocation-id')!;
    await invoke('front', {});
    const list = async (query: string) => (await client.request('GET', `/v1/traces?${query}`)).json;
    const { traces } = await list('failed=true&function=back&limit=1');
    assert.deepEqual(
      traces.map((each: { invocationId: string; error: string }) => [each.invocationId, each.error]),
      [[id, 'Error: no']],
    );
    const first = await list('failed=true&limit=1');
    assert.equal(first.traces[0].invocationId, id);
    const second = await list(`failed=true&limit=1&cursor=${first.cursor}`);
    assert.ok(second.traces[0].startedAtMs <= first.traces[0].startedAtMs && second.traces[0].invocationId !== id);
    const all = await list('function=front&limit=1000');
    assert.ok(all.traces.length >= 5 && all.traces.every((each: { function: string }) => each.function === 'front'));
    assert.equal((await client.request('GET', '/v1/traces/none')).status, 404);
  });

  test('the map has what happened', async () => {
    const { json: map } = await client.request('GET', '/v1/map?window=1h&function=front');
    const edges = map.edges.map(({ from, to, kind, calls }: Record<string, unknown>) => [
      from,
      to,
      kind,
      Number(calls) > 0,
    ]);
    for (const edge of [
      ['door:native', 'function:front', 'calls', true],
      ['function:front', 'function:back', 'calls', true],
      ['function:front', 'bucket:photos', 'uses', true],
      ['bucket:photos', 'trigger:on-photo', 'feeds', true],
      ['trigger:on-photo', 'function:thumb', 'wakes', true],
    ])
      assert.ok(
        edges.some((each: unknown[]) => JSON.stringify(each) === JSON.stringify(edge)),
        `${edge} in ${JSON.stringify(edges)}`,
      );
    const wrong = await client.request('GET', '/v1/map?window=9d');
    assert.equal(wrong.status, 400);
    assert.match(wrong.json.detail, /1m to 6h/);
    const isMeant = ({ from, to }: Record<string, unknown>) => from === 'function:front' && to === 'function:back';
    const { calls } = map.edges.find(isMeant);
    const course = await client.request('GET', '/v1/map/course?from=function:front&to=function:back');
    const sum = course.json.steps.reduce((all: number, step: { calls: number }) => all + step.calls, 0);
    assert.equal(sum, calls, course.text);
    const ofNothing = await client.request('GET', '/v1/map/course');
    assert.equal(ofNothing.status, 400);
    assert.match(ofNothing.json.detail, /"from", "to", or both/);
  });
});
