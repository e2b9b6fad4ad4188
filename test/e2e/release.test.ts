import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const GOOD = (version: number) => `export function handler() { return ${version}; }\n`;
const BROKEN = 'export function handler() { throw new Error("no stock"); }\n';
/** Says what its request was, as a function URL shows it. */
const PATH = 'export function handler({ rawPath }) { return { statusCode: 200, body: rawPath }; }\n';

describe('versions, aliases and releases on a real node', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  let data: string;

  const open = async () => {
    node = await startTestNode({ data });
  };
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'fob-release-'));
    await open();
  });
  after(async () => {
    await node.close();
    await rm(data, { recursive: true, force: true });
  });

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    node.request(method, `/v1/functions/${path}`, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  const put = async (name: string, inline: string) => {
    const answer = await send('PUT', name, { code: { inline }, config: { runtime: 'node', handler: 'main.handler' } });
    assert.ok(answer.status < 300, answer.text);
    return answer.json.version as number;
  };
  const alias = async (path: string, ...shares: [version: number, weight: number][]) => {
    const answer = await send('PUT', path, { versions: shares.map(([version, weight]) => ({ version, weight })) });
    assert.ok(answer.status < 300, answer.text);
    return answer;
  };
  const call = (target: string, headers: Record<string, string> = {}) => send('POST', `${target}/invoke`, {}, headers);

  test('a call names a version or an alias at every door, and its record says which', async () => {
    await put('shop', GOOD(1));
    await put('shop', GOOD(2));
    await put('shop', GOOD(3));
    const { headers } = await alias('shop/aliases/prod', [2, 100]);
    assert.match(headers.get('etag')!, /^"\d+"$/);

    const answer = await call('shop:prod');
    assert.deepEqual(
      [answer.text, answer.headers.get('fob-version'), answer.headers.get('fob-alias')],
      ['2', '2', 'prod'],
    );
    assert.equal((await call('shop:1')).text, '1');
    assert.equal((await call('shop:LATEST')).text, '3');
    assert.equal((await call('shop')).text, '3');
    assert.equal((await call('shop%3Aprod')).text, '2');
    assert.equal((await node.request('GET', '/f/shop%3Aprod')).text, '2');
    assert.equal((await node.request('GET', '/api/call/shop:prod')).json.result, 2);
    assert.equal((await node.request('GET', '/f/shop:1')).text, '1');
    assert.equal((await node.request('GET', '/f/shop:prod/any/where?x=1')).text, '2');
    for (const [target, message] of [
      ['shop:beta', /has no alias \\"beta\\"/],
      ['shop:9', /has no version 9/],
      ['shap:prod', /no function/],
    ] as const) {
      const missing = await call(target);
      assert.equal(missing.status, 404);
      assert.match(missing.text, message);
      assert.equal((await node.request('GET', `/f/${target}`)).status, 404);
    }

    const id = answer.headers.get('fob-invocation-id');
    const record = (await node.request('GET', `/v1/invocations/${id}`)).json;
    assert.deepEqual([record.function, record.version, record.alias], ['shop', 2, 'prod']);
    const byNumber = (await call('shop:1')).headers.get('fob-invocation-id');
    const other = (await node.request('GET', `/v1/invocations/${byNumber}`)).json;
    assert.deepEqual([other.version, other.alias], [1, undefined]);
    const shown = (await send('GET', 'shop')).json;
    assert.deepEqual(shown.aliases, [{ name: 'prod', versions: [{ version: 2, weight: 100 }] }]);
    assert.equal((await send('GET', 'shop:1/code')).text, GOOD(1));
  });

  test('a version takes requests as its own code does, whatever serves', async () => {
    await put('page', PATH);
    await send('PUT', 'page', {
      code: { inline: 'def callme(name="x"):\n    return name\n' },
      config: { runtime: 'python', handler: 'main.callme' },
    });
    assert.equal((await node.request('GET', '/f/page:1/deep/path')).text, '/deep/path');
    assert.equal((await node.request('GET', '/f/page:LATEST?name=ann')).text, 'ann');
  });

  test('a function calls another one by its alias, and a route leads to one', async () => {
    await put('target', GOOD(1));
    await put('target', GOOD(2));
    await alias('target/aliases/prod', [1, 100]);
    const caller =
      "const fob = require('fob');\nexports.handler = async () => { fob.invoke('target:2', {}); return fob.call('target:prod'); };\n";
    const code = {
      code: { inline: caller, fileName: 'main.cjs' },
      config: { runtime: 'node', handler: 'main.handler' },
    };
    const made = await send('PUT', 'caller', {
      ...code,
      config: { ...code.config, grants: ['function:target:invoke'] },
    });
    assert.ok(made.status < 300, made.text);
    assert.equal((await call('caller')).text, '1');
    await eventually(async () => {
      const { invocations } = (await node.request('GET', '/v1/invocations?function=target')).json;
      assert.deepEqual(
        invocations.map((each: { version: number; alias?: string }) => [each.version, each.alias]).sort(),
        [
          [1, 'prod'],
          [2, undefined],
        ],
      );
    });
    const python =
      'import fob\n\ndef handler(event, context):\n    fob.invoke("target:prod", {})\n    return fob.call("target:2")\n';
    const config = { runtime: 'python', handler: 'main.handler', grants: ['function:target'] };
    assert.ok((await send('PUT', 'snake', { code: { inline: python }, config })).status < 300);
    assert.equal((await call('snake')).text, '2');
    const route = { function: 'target:prod', type: 'http', options: { path: '/shop/{item}', auth: 'none' } };
    const added = await node.request('POST', '/v1/triggers', { body: JSON.stringify(route) });
    assert.equal(added.status, 201, added.text);
    assert.equal((await node.request('GET', '/shop/tea')).text, '1');
    await alias('target/aliases/prod', [2, 100]);
    assert.equal((await node.request('GET', '/shop/tea')).text, '2');
  });

  test('a deployment leaves the sandboxes of a version that is called by its number alone', async () => {
    await put('keep', GOOD(1));
    assert.equal((await call('keep:1')).headers.get('fob-cold-start'), 'true');
    await put('keep', GOOD(2));
    assert.equal((await call('keep')).text, '2');
    const again = await call('keep:1');
    assert.deepEqual([again.text, again.headers.get('fob-cold-start')], ['1', 'false']);
  });

  test('shared calls go to both, and a key stays with one', async () => {
    await put('split', GOOD(1));
    await put('split', GOOD(2));
    await alias('split/aliases/ab', [1, 50], [2, 50]);
    const answers = await Promise.all(Array.from({ length: 60 }, () => call('split:ab')));
    assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(['1', '2']));
    for (const key of ['ann', 'bob', 'cy']) {
      const texts = await Promise.all(
        Array.from({ length: 10 }, () => call('split:ab', { 'Fob-Sticky-Key': key }).then(({ text }) => text)),
      );
      assert.equal(new Set(texts).size, 1);
      assert.equal((await node.request('GET', '/f/split:ab', { headers: { 'Fob-Sticky-Key': key } })).text, texts[0]);
    }
    const sticky = {
      versions: [
        { version: 1, weight: 50 },
        { version: 2, weight: 50 },
      ],
      stickyBy: 'cookie:session',
    };
    assert.equal((await send('PUT', 'split/aliases/ab', sticky)).status, 200);
    const byCookie = await Promise.all(
      Array.from({ length: 10 }, () => call('split:ab', { Cookie: 'a=1; session=ann' }).then(({ text }) => text)),
    );
    assert.equal(new Set(byCookie).size, 1);
    for (const [body, status] of [
      [
        {
          versions: [
            { version: 1, weight: 90 },
            { version: 2, weight: 9 },
          ],
        },
        400,
      ],
      [{ versions: [{ version: 7, weight: 100 }] }, 404],
      [{ versions: [] }, 400],
    ] as const)
      assert.equal((await send('PUT', 'split/aliases/ab', body)).status, status);
    assert.equal((await send('PUT', 'split/aliases/7', sticky)).status, 400);
    assert.equal((await send('PUT', 'split/aliases/latest', sticky)).status, 400);
  });

  test('an event is run by the version that its alias names when it is delivered', async () => {
    await put('later', GOOD(1));
    await put('later', GOOD(2));
    await alias('later/aliases/prod', [1, 100]);
    const accepted = (await send('POST', 'later:prod/events', {}, { 'Fob-Delay-Ms': '600000' })).json;
    assert.equal((await node.request('GET', `/v1/events/${accepted.eventId}`)).json.qualifier, 'prod');
    await alias('later/aliases/prod', [2, 100]);
    assert.equal((await node.request('POST', `/v1/events/${accepted.eventId}/retry`)).status, 204);
    await ranBy(accepted.eventId, 2, 'prod');
    assert.equal((await send('POST', 'later:beta/events', {})).status, 404);

    // A trigger and a destination name an alias in the same way.
    await node.request('PUT', '/v1/queues/orders', { body: '{}' });
    const made = await node.request('POST', '/v1/triggers', {
      body: JSON.stringify({ function: 'later:prod', type: 'queue', words: ['orders'], name: 'from-orders' }),
    });
    assert.deepEqual([made.status, made.json.function, made.json.qualifier], [201, 'later', 'prod'], made.text);
    const wrong = { function: 'later:nope', type: 'queue', words: ['orders'] };
    assert.equal((await node.request('POST', '/v1/triggers', { body: JSON.stringify(wrong) })).status, 404);
    await alias('later/aliases/prod', [1, 100]);
    await node.request('POST', '/v1/queues/orders/batch', { body: JSON.stringify({ messages: [{ body: 'one' }] }) });
    await eventually(async () => {
      const { invocations } = (await node.request('GET', '/v1/invocations?function=later')).json;
      const run = invocations.find(({ lane }: { lane?: string }) => lane === 'from-orders');
      assert.deepEqual([run?.version, run?.alias, run?.status], [1, 'prod', 'succeeded']);
    });

    await put('first', GOOD(0));
    assert.equal((await send('PATCH', 'first', { onSuccess: 'function:later:2' })).status, 200);
    await send('POST', 'first/events', {});
    await eventually(async () => {
      const { invocations } = (await node.request('GET', '/v1/invocations?function=later')).json;
      const byNumber = invocations.find(
        ({ version, alias: by }: { version: number; alias?: string }) => version === 2 && !by,
      );
      assert.equal(byNumber?.status, 'succeeded');
    });
  });

  async function ranBy(eventId: string, version: number, by: string): Promise<void> {
    await eventually(async () => {
      const { invocations } = (await node.request('GET', '/v1/invocations?function=later')).json;
      const run = invocations.find((each: { eventId?: string }) => each.eventId === eventId);
      assert.deepEqual([run?.version, run?.alias], [version, by]);
    });
  }

  test('a bad version that is released gradually goes back by itself, and the report says why', async () => {
    await put('pay', GOOD(1));
    await put('pay', BROKEN);
    await alias('pay/aliases/prod', [1, 100]);
    const started = await send('POST', 'pay/aliases/prod/release', { to: 2, steps: [20, 50, 100], everyMs: 600_000 });
    assert.deepEqual([started.status, started.json.state, started.json.percent], [201, 'running', 20], started.text);

    // Nothing but calls moves it: no step is over before it is back.
    let failed = 0;
    let release = started.json;
    for (let calls = 0; calls < 2_000 && release.state === 'running'; calls++) {
      if ((await call('pay:prod')).status !== 200) failed++;
      if (failed >= 10) release = (await send('GET', 'pay/aliases/prod/release')).json;
    }
    assert.equal(release.state, 'rolled_back');
    assert.ok(failed <= 15, `${failed} callers saw it`);
    const { report } = release;
    assert.equal(report.rule, 'errors');
    assert.match(
      report.why,
      /100% \(\d+ of \d+\) of the calls of version 2 failed, 0% \(0 of \d+\) of those of version 1/,
    );
    assert.equal(report.failures.at(-1).message, 'no stock');
    const seen = (await node.request('GET', `/v1/invocations/${report.failures.at(-1).invocationId}`)).json;
    assert.deepEqual([seen.version, seen.alias, seen.status], [2, 'prod', 'failed']);
    for (let calls = 0; calls < 20; calls++) assert.equal((await call('pay:prod')).text, '1');
    const { moves } = (await send('GET', 'pay/aliases/prod')).json;
    assert.deepEqual([moves.at(-1).how, moves.at(-1).by], ['rollback', 'release']);
  });

  test('a release under way goes on when the node starts again, and can still go back', async () => {
    await put('cart', GOOD(1));
    await put('cart', BROKEN);
    await alias('cart/aliases/prod', [1, 100]);
    const begun = await send('POST', 'cart/aliases/prod/release', { to: 2, steps: [50, 100], everyMs: 600_000 });
    assert.equal(begun.status, 201, begun.text);
    await node.close();
    await open();
    const resumed = (await send('GET', 'cart/aliases/prod/release')).json;
    assert.deepEqual([resumed.id, resumed.state, resumed.percent], [begun.json.id, 'running', 50]);
    let state = 'running';
    for (let calls = 0; calls < 500 && state === 'running'; calls++) {
      await call('cart:prod');
      if (calls >= 15) state = (await send('GET', 'cart/aliases/prod/release')).json.state;
    }
    assert.equal(state, 'rolled_back');
    const all = (await node.request('GET', '/v1/functions/cart/releases')).json.releases;
    assert.deepEqual(
      all.map((each: { state: string }) => each.state),
      ['rolled_back'],
    );
  });

  test('two people who move an alias: the second gets 412 and both states', async () => {
    await put('duo', GOOD(1));
    await put('duo', GOOD(2));
    const seen = (await alias('duo/aliases/prod', [1, 100])).headers.get('etag')!;
    await alias('duo/aliases/prod', [2, 100]);
    const body = { versions: [{ version: 1, weight: 100 }] };
    const refused = await send('PUT', 'duo/aliases/prod', body, { 'If-Match': seen });
    assert.equal(refused.status, 412);
    assert.deepEqual(
      [refused.json.saw.versions, refused.json.stands.versions],
      [[{ version: 1, weight: 100 }], [{ version: 2, weight: 100 }]],
    );
    assert.equal((await send('PUT', 'duo/aliases/prod', body, { 'If-None-Match': '*' })).status, 412);
    assert.equal((await send('POST', 'duo/rollback', {})).json.version, 1);
    assert.equal((await send('POST', 'duo/rollback', {})).status, 409);
  });

  test('two versions are compared: settings without the values of variables, and files', async () => {
    const config = { runtime: 'node', handler: 'main.handler', environment: { KEY: 'topsecret-1' } };
    await send('PUT', 'cmp', { code: { inline: GOOD(1) }, config });
    await send('PUT', 'cmp', {
      code: { inline: GOOD(2) },
      config: { ...config, memoryMb: 256, environment: { KEY: 'topsecret-2', MORE: 'topsecret-3' } },
    });
    const diff = await send('GET', 'cmp/diff?from=1&to=2');
    assert.ok(!diff.text.includes('topsecret'));
    assert.deepEqual(diff.json.config, [
      { setting: 'environment.KEY', change: 'changed' },
      { setting: 'environment.MORE', change: 'added' },
      { setting: 'memoryMb', change: 'changed', from: 128, to: 256 },
    ]);
    assert.equal(
      diff.json.files[0].diff,
      '@@ -1 +1 @@\n-export function handler() { return 1; }\n+export function handler() { return 2; }\n',
    );
    assert.equal((await send('GET', 'cmp/diff?from=1&to=9')).status, 404);
  });
});
