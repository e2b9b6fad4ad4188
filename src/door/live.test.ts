import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../../test/support/node.ts';

/** How long a token is good that expires while somebody listens: long enough to begin to. */
const BRIEF_MS = 6_000;

interface Happening {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of any shape, and fail where they err
  readonly data: any;
}

/** The feed as one caller hears it. */
async function listen(node: TestNode, token: string, path = '/v1/live') {
  const stopping = new AbortController();
  const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
  const response = await fetch(node.url + path, { headers, signal: stopping.signal });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const heard: Happening[] = [];
  const waiting = new Set<() => void>();
  const ended = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const event = /^event: (.*)$/m.exec(part)?.[1];
        if (event !== undefined) heard.push({ event, data: JSON.parse(/^data: (.*)$/m.exec(part)![1]!) });
      }
      for (const wake of waiting) wake();
    }
  })();
  ended.catch(() => {});
  return {
    heard,
    ended,
    /** Resolves with the first event that fits, also one that came before. */
    async until(fits: (each: Happening) => boolean): Promise<Happening> {
      for (;;) {
        const found = heard.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    close: () => stopping.abort(),
  };
}

describe('the live feed', () => {
  let node: TestNode;
  let ada: string;
  const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } });
  const deploy = async (name: string, owner: string) => {
    const body = JSON.stringify({
      code: {
        inline: 'export const handler = async (e) => { if (e.bad) throw new Error("no"); };',
        fileName: 'main.mjs',
      },
      config: { runtime: 'node', owner },
    });
    const answer = await node.request('PUT', `/v1/functions/${name}`, { ...as(ada), body });
    assert.ok(answer.status < 300, answer.text);
  };
  const user = async (name: string, roles: string[], token: string): Promise<string> => {
    const body = JSON.stringify({ name, roles, token: { label: 'test' } });
    const answer = await node.request('POST', '/v1/users', { ...as(token), body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.token.token;
  };

  before(async () => {
    node = await startTestNode({ token: 'of-the-operator' });
    ada = await user('ada', ['administrator'], 'of-the-operator');
    const role = await node.request('PUT', '/v1/roles/pay-only', {
      ...as(ada),
      body: JSON.stringify({
        statements: [{ effect: 'allow', actions: ['function:list'], resources: ['function:pay'] }],
      }),
    });
    assert.ok(role.status < 300, role.text);
  });
  after(() => node.close());

  test('tells of invocations, gathered by function, and of changes', async () => {
    const feed = await listen(node, ada);
    const { data: hello } = await feed.until(({ event }) => event === 'hello');
    assert.equal(typeof hello.version, 'string');
    await deploy('pay', 'ada');
    await feed.until(({ event, data }) => event === 'changed' && data.kind === 'function' && data.function === 'pay');
    const outcomes = [{}, {}, { bad: true }].map((payload) =>
      node.request('POST', '/v1/functions/pay/invoke', { ...as(ada), body: JSON.stringify(payload) }),
    );
    await Promise.all(outcomes);
    const sum = () =>
      feed.heard
        .filter(({ event }) => event === 'invocations')
        .map(({ data }) => data.functions.pay ?? { ended: 0, failed: 0 })
        .reduce((one, other) => ({ ended: one.ended + other.ended, failed: one.failed + other.failed }), {
          ended: 0,
          failed: 0,
        });
    await feed.until(() => sum().ended === 3);
    assert.deepEqual(sum(), { ended: 3, failed: 1 });
    await node.request('PUT', '/v1/queues/orders', { ...as(ada), body: '{}' });
    await feed.until(({ data }) => data.kind === 'queue' && data.name === 'orders');
    feed.close();
  });

  test('an answer to what is asked then says how long the node took', async () => {
    const { headers } = await node.request('GET', '/v1/functions', as(ada));
    assert.match(headers.get('server-timing') ?? '', /^node;dur=\d+\.\d$/);
  });

  test('tells nobody of what they may not see', async () => {
    const token = await user('eve', ['pay-only'], ada);
    const feed = await listen(node, token);
    await feed.until(({ event }) => event === 'hello');
    await deploy('hidden', 'ada');
    await node.request('POST', '/v1/functions/hidden/invoke', { ...as(ada), body: '{}' });
    await node.request('PUT', '/v1/queues/secretive', { ...as(ada), body: '{}' });
    // What comes after is heard, so that what was not heard before was kept back.
    await deploy('pay', 'ada');
    await node.request('POST', '/v1/functions/pay/invoke', { ...as(ada), body: '{}' });
    await feed.until(({ event, data }) => event === 'invocations' && data.functions.pay !== undefined);
    assert.doesNotMatch(JSON.stringify(feed.heard), /hidden|secretive|identity/);
    feed.close();
  });

  test('tells where messages, events, objects and values move: to whom may look at them', async () => {
    const statements = [
      { effect: 'allow', actions: ['queue:read'], resources: ['queue:mine'] },
      { effect: 'allow', actions: ['topic:read'], resources: ['topic:mine'] },
      { effect: 'allow', actions: ['bucket:list'], resources: ['bucket:mine'] },
      { effect: 'allow', actions: ['kv:list'], resources: ['kv:mine'] },
      { effect: 'allow', actions: ['event:read'], resources: ['function:mine'] },
    ];
    const put = async (path: string, body: unknown = {}) => {
      const answer = await node.request('PUT', path, { ...as(ada), body: JSON.stringify(body) });
      assert.ok(answer.status < 300, answer.text);
    };
    await put('/v1/roles/mine-only', { statements });
    const all = await listen(node, ada);
    const some = await listen(node, await user('ida', ['mine-only'], ada));
    const none = await listen(node, await user('zoe', ['pay-only'], ada));
    for (const { until } of [all, some, none]) await until(({ event }) => event === 'hello');
    for (const name of ['other', 'mine']) {
      await deploy(name, 'ada');
      await put(`/v1/queues/${name}`);
      await put(`/v1/topics/${name}`);
      await put(`/v1/buckets/${name}`);
      await put(`/v1/kv/${name}/key`);
      await put(`/v1/buckets/${name}/objects/a.txt`);
      for (const path of [`queues/${name}/messages`, `topics/${name}/publish`, `functions/${name}/events`]) {
        const answer = await node.request('POST', `/v1/${path}`, { ...as(ada), body: '{}' });
        assert.ok(answer.status < 300, answer.text);
      }
    }
    const kinds = ['queues', 'topics', 'events', 'buckets', 'spaces'];
    for (const kind of kinds) {
      for (const feed of [all, some])
        await feed.until(({ event, data }) => event === 'contents' && data[kind]?.includes('mine'));
      await all.until(({ event, data }) => event === 'contents' && data[kind]?.includes('other'));
    }
    await deploy('pay', 'ada');
    await none.until(({ event, data }) => event === 'changed' && data.function === 'pay');
    assert.doesNotMatch(JSON.stringify(some.heard), /other/);
    assert.doesNotMatch(JSON.stringify(none.heard), /contents|mine|other/);
    // A message that is taken moves as well.
    const before = all.heard.length;
    const received = await node.request('POST', '/v1/queues/mine/receive', as(ada));
    assert.equal(received.json.messages.length, 1);
    const since = (feed: typeof all, from: number) =>
      feed.heard.slice(from).some(({ data }) => data.queues?.[0] === 'mine');
    await all.until(() => since(all, before));
    for (const each of [all, some, none]) each.close();
  });

  test('tells of what stands in the audit trail, of sandboxes, and of figures while somebody asks: to whom may look', async () => {
    const role = async (name: string, actions: string[]) => {
      const body = JSON.stringify({ statements: [{ effect: 'allow', actions, resources: ['*'] }] });
      assert.ok((await node.request('PUT', `/v1/roles/${name}`, { ...as(ada), body })).status < 300);
    };
    await role('auditor', ['audit:read']);
    await role('machinist', ['node:read']);
    const [auditor, machinist, nobody] = [
      await listen(node, await user('una', ['auditor'], ada)),
      await listen(node, await user('max', ['machinist'], ada)),
      await listen(node, await user('ned', ['pay-only'], ada)),
    ];
    for (const { until } of [auditor, machinist, nobody]) await until(({ event }) => event === 'hello');
    const kinds = (feed: typeof auditor, from = 0) =>
      new Set(feed.heard.slice(from).flatMap(({ event, data }) => (event === 'news' ? data.kinds : [])));
    const hears = (feed: typeof auditor, kind: string, from = 0) => feed.until(() => kinds(feed, from).has(kind));

    // What was refused changes nothing, and stands in the trail all the same.
    const before = auditor.heard.length;
    const eve = await user('lea', ['pay-only'], ada);
    await hears(auditor, 'audit', before);
    const refused = auditor.heard.length;
    assert.equal((await node.request('GET', '/v1/audit', as(eve))).status, 403);
    await hears(auditor, 'audit', refused);

    await deploy('pay', 'ada');
    await node.request('POST', '/v1/functions/pay/invoke', { ...as(ada), body: '{}' });
    await hears(machinist, 'sandboxes');
    assert.equal(kinds(machinist).has('usage'), false, 'nobody has asked for figures');
    const sandboxes = await node.request('GET', '/v1/sandboxes?usage=true', as(ada));
    assert.equal(sandboxes.status, 200);
    await hears(machinist, 'usage');
    await nobody.until(({ event, data }) => event === 'invocations' && data.functions.pay !== undefined);
    assert.deepEqual([...kinds(nobody)], []);
    assert.deepEqual([...kinds(auditor)], ['audit']);
    assert.deepEqual([...kinds(machinist)].sort(), ['sandboxes', 'usage']);
    for (const each of [auditor, machinist, nobody]) each.close();
  });

  test('says whose it is', async () => {
    const feed = await listen(node, ada);
    const { data } = await feed.until(({ event }) => event === 'hello');
    const session = await node.request('GET', '/v1/session', as(ada));
    assert.deepEqual(data.caller, { kind: 'user', name: 'ada', tokenId: session.json.token.id });
    feed.close();
  });

  test('ends when the token is revoked, or what one may do changes', async () => {
    const token = await user('bob', ['viewer'], ada);
    const feed = await listen(node, token);
    await feed.until(({ event }) => event === 'hello');
    await node.request('PATCH', '/v1/users/bob', { ...as(ada), body: JSON.stringify({ roles: ['pay-only'] }) });
    await feed.ended;
    const again = await listen(node, token);
    await again.until(({ event }) => event === 'hello');
    const removed = await node.request('DELETE', '/v1/users/bob', as(ada));
    assert.equal(removed.status, 204);
    await again.ended;
    assert.equal((await node.request('GET', '/v1/live', as(token))).status, 401);
  });

  for (const path of ['/v1/live', '/v1/logs/tail', '/v1/alerts/stream']) {
    test(`${path} ends when the token expires, and when its owner is removed`, async () => {
      await user('tom', ['viewer'], ada);
      const issue = async (expiry: object): Promise<string> => {
        const body = JSON.stringify({ user: 'tom', ...expiry });
        const answer = await node.request('POST', '/v1/tokens', { ...as(ada), body });
        assert.equal(answer.status, 201, answer.text);
        return answer.json.token;
      };
      const staying = await listen(node, await issue({}), path);
      const expiresAt = new Date(Date.now() + BRIEF_MS).toISOString();
      const expiring = await listen(node, await issue({ expiresAt }), path);
      await expiring.ended;
      assert.equal((await node.request('DELETE', '/v1/users/tom', as(ada))).status, 204);
      await staying.ended;
    });
  }

  test('a tail shows what its reader may see now', async () => {
    const token = await user('kim', ['viewer'], ada);
    await deploy('loud', 'ada');
    const code = { inline: 'export const handler = async (e) => console.log(e.say);', fileName: 'main.mjs' };
    for (const name of ['loud', 'pay']) {
      const answer = await node.request('PUT', `/v1/functions/${name}`, { ...as(ada), body: JSON.stringify({ code }) });
      assert.ok(answer.status < 300, answer.text);
    }
    const say = (name: string, text: string) =>
      node.request('POST', `/v1/functions/${name}/invoke`, { ...as(ada), body: JSON.stringify({ say: text }) });
    const feed = await listen(node, token, '/v1/logs/tail');
    const others = await listen(node, ada, '/v1/logs/tail');
    await say('loud', 'first');
    await feed.until(({ data }) => data.text === 'first');
    const body = JSON.stringify({
      statements: [{ effect: 'allow', actions: ['logs:read'], resources: ['function:pay'] }],
    });
    assert.ok((await node.request('PUT', '/v1/roles/logs-of-pay', { ...as(ada), body })).status < 300);
    const changed = await listen(node, token);
    await node.request('PATCH', '/v1/users/kim', { ...as(ada), body: JSON.stringify({ roles: ['logs-of-pay'] }) });
    await changed.ended;
    await say('loud', 'second');
    await say('pay', 'third');
    await feed.until(({ data }) => data.text === 'third');
    await others.until(({ data }) => data.text === 'second');
    assert.ok(!feed.heard.some(({ data }) => data.text === 'second'));
    for (const each of [feed, others]) each.close();
  });
});

test('whoever listened as the operator of a node without users is cut off by the first user', async () => {
  const node = await startTestNode();
  try {
    const feeds = await Promise.all(
      ['/v1/live', '/v1/logs/tail', '/v1/alerts/stream'].map((path) => listen(node, 'none', path)),
    );
    const body = JSON.stringify({ name: 'ada', roles: ['administrator'], token: { label: 'test' } });
    const made = await node.request('POST', '/v1/users', { body, headers: { 'Content-Type': 'application/json' } });
    assert.equal(made.status, 201, made.text);
    await Promise.all(feeds.map(({ ended }) => ended));
  } finally {
    await node.close();
  }
});
