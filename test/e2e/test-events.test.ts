import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runFob } from '../../src/cli/testing/run-fob.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const TEXT = '{\n  "amount": 9007199254740993.0,\n  "who": "Zoë"\n}\n';
const EVENTS = '/v1/functions/pay/test-events';

describe('test events of a function', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const tokens: Record<string, string> = {};
  const as = (who: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    node.request(method, path, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  const deploy = (name: string) => {
    const code = { inline: 'export const handler = (event) => event;', fileName: 'main.mjs' };
    return as('ada', 'PUT', `/v1/functions/${name}`, { code, config: { owner: 'ada' } });
  };
  const fob = (...words: string[]) =>
    runFob(words, { environment: { FOB_URL: node.url, FOB_TOKEN: tokens.ada! }, input: TEXT });

  before(async () => {
    node = await startTestNode();
    const first = await node.request('POST', '/v1/users', {
      body: JSON.stringify({ name: 'ada', roles: ['administrator'], token: {} }),
      headers: { 'content-type': 'application/json' },
    });
    tokens.ada = first.json.token.token;
    const invokes = { effect: 'allow', actions: ['function:invoke'] };
    assert.ok((await as('ada', 'PUT', '/v1/roles/caller', { statements: [invokes] })).status < 300);
    const both = { effect: 'allow', actions: ['function:invoke', 'function:read'] };
    assert.ok((await as('ada', 'PUT', '/v1/roles/tester', { statements: [both] })).status < 300);
    for (const [name, roles] of Object.entries({ vic: ['viewer'], cal: ['caller'], tom: ['tester'], eve: [] })) {
      const made = await as('ada', 'POST', '/v1/users', { name, roles, token: {} });
      assert.equal(made.status, 201, made.text);
      tokens[name] = made.json.token.token;
    }
    const made = await deploy('pay');
    assert.equal(made.status, 201, made.text);
  });
  after(() => node?.close());

  test('are kept as they were written, and told by whom and when', async () => {
    const made = await as('tom', 'PUT', `${EVENTS}/big`, { text: TEXT }, { 'if-none-match': '*' });
    assert.equal(made.status, 201, made.text);
    const shown = await as('ada', 'GET', `${EVENTS}/big`);
    assert.deepEqual(shown.json, made.json);
    assert.equal(shown.headers.get('etag'), `"${shown.json.revision}"`);
    assert.partialDeepStrictEqual(shown.json, { function: 'pay', name: 'big', text: TEXT, updatedBy: 'tom' });
    const { text, ...facts } = shown.json;
    assert.equal(facts.bytes, Buffer.byteLength(text));
    const { id } = (await as('ada', 'GET', '/v1/functions/pay')).json;
    for (const which of ['pay', id]) {
      const listed = await as('ada', 'GET', `/v1/functions/${which}/test-events`);
      assert.deepEqual(listed.json, { testEvents: [facts] }, 'a list has no texts');
    }
    assert.equal((await as('tom', 'PUT', `${EVENTS}/big`, { text: TEXT })).status, 200);
  });

  test('are seen by who sees the settings, and written by who may run it, too', async () => {
    for (const [who, reads, writes] of [
      ['vic', 200, 403],
      ['cal', 403, 403],
      ['eve', 403, 403],
      ['tom', 200, 200],
    ] as const) {
      assert.equal((await as(who, 'GET', EVENTS)).status, reads, who);
      assert.equal((await as(who, 'GET', `${EVENTS}/big`)).status, reads, who);
      assert.equal((await as(who, 'PUT', `${EVENTS}/big`, { text: TEXT })).status, writes, who);
      if (writes === 403) assert.equal((await as(who, 'DELETE', `${EVENTS}/big`)).status, 403, who);
    }
  });

  test('say what is wrong with one', async () => {
    for (const [name, body, status, words] of [
      ['-bad', { text: '1' }, 400, /is no name of a test event/],
      ['bad', { text: 'no' }, 400, /a test event is JSON/],
      ['bad', { text: '1', more: 1 }, 400, /more/],
      ['bad', {}, 400, /text/],
      ['bad', { text: JSON.stringify('x'.repeat(300_000)) }, 413, /at most 262144 bytes/],
    ] as const) {
      const refused = await as('ada', 'PUT', `${EVENTS}/${encodeURIComponent(name)}`, body);
      assert.equal(refused.status, status, refused.text);
      assert.match(refused.json.detail, words);
    }
    for (const [method, path] of [
      ['GET', `${EVENTS}/none`],
      ['DELETE', `${EVENTS}/none`],
      ['GET', '/v1/functions/none/test-events'],
    ] as const)
      assert.equal((await as('ada', method, path)).status, 404);
    const { testEvents } = (await as('ada', 'GET', EVENTS)).json;
    assert.deepEqual(
      testEvents.map(({ name }: { name: string }) => name),
      ['big'],
    );
  });

  test('are saved, listed, printed, run and removed by the command line', async () => {
    const saved = await fob('event', 'save', 'pay', 'from-file', '--data', '-');
    assert.equal(saved.code, 0, saved.stderr);
    const again = await fob('event', 'save', 'pay', 'from-file', '--data', '1', '--new');
    assert.equal(again.code, 5, again.stderr);
    assert.equal((await fob('event', 'show', 'pay', 'from-file')).stdout, TEXT);
    const listed = await fob('event', 'list', 'pay');
    assert.match(listed.stdout, /^EVENT +SIZE +SAVED +BY\nbig .* tom\nfrom-file .* ada\n$/);
    const json = JSON.parse((await fob('event', 'list', 'pay', '--json')).stdout);
    assert.deepEqual(
      json.map(({ name }: { name: string }) => name),
      ['big', 'from-file'],
    );
    const run = await fob('call', 'pay', '--saved', 'from-file');
    assert.deepEqual(JSON.parse(run.stdout), JSON.parse(TEXT), run.stderr);
    const mixed = await fob('call', 'pay', '--saved', 'from-file', 'a=1');
    assert.deepEqual([mixed.code, mixed.stdout], [2, '']);
    const none = await fob('call', 'pay', '--saved', 'none');
    assert.equal(none.code, 3);
    assert.match(none.stderr, /no test event "none"/);
    const removed = await fob('event', 'rm', 'pay', 'from-file', 'none');
    assert.equal(removed.code, 3);
    assert.match(removed.stdout, /from-file is removed/);
  });

  test('are told by the feed, with their function, when they come and when they go', async () => {
    const stopping = new AbortController();
    const headers = { authorization: `Bearer ${tokens.vic}`, accept: 'text/event-stream' };
    const response = await fetch(`${node.url}/v1/live`, { headers, signal: stopping.signal });
    const feed = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let heard = '';
    const until = async (words: string) => {
      while (!heard.includes(words)) heard += (await feed.next()).value;
      heard = heard.slice(heard.indexOf(words) + words.length);
    };
    const told = `event: changed\ndata: ${JSON.stringify({ kind: 'test-event', name: 'pay/told', function: 'pay' })}`;
    await until('event: hello');
    await as('ada', 'PUT', `${EVENTS}/told`, { text: '1' });
    await until(told);
    await as('ada', 'DELETE', `${EVENTS}/told`);
    await until(told);
    stopping.abort();
  });

  test('stand in the audit trail', async () => {
    const { entries } = (await as('ada', 'GET', '/v1/audit?action=function:test-event')).json;
    const newest = entries.slice(0, 2).map(({ actor, subject, details }: Record<string, unknown>) => ({
      actor,
      subject,
      details,
    }));
    const of = (how: string) => ({ actor: 'ada', subject: 'function:pay', details: { testEvent: 'told', how } });
    assert.deepEqual(newest, [of('removed'), of('saved')]);
  });

  test('are in a backup, and go with their function', async () => {
    const backup = await fetch(`${node.url}/v1/backup`, { headers: { authorization: `Bearer ${tokens.ada}` } });
    const saved = Buffer.from(await backup.arrayBuffer());
    assert.equal((await as('ada', 'DELETE', '/v1/functions/pay')).status, 204);
    assert.equal((await deploy('pay')).status, 201);
    assert.deepEqual((await as('ada', 'GET', EVENTS)).json, { testEvents: [] });
    const restored = await node.request('POST', '/v1/restore', {
      body: saved,
      headers: { authorization: `Bearer ${tokens.ada}`, 'content-type': 'application/x-tar' },
    });
    assert.ok(restored.status < 300, restored.text);
    assert.equal((await as('ada', 'GET', `${EVENTS}/big`)).json.text, TEXT);
  });
});
