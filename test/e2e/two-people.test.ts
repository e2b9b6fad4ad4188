import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { ProjectApi } from '../../src/project/api.ts';
import type { ApplyContext } from '../../src/project/section.ts';
import { buckets } from '../../src/project/sections/buckets.ts';
import { queues } from '../../src/project/sections/queues.ts';
import { secrets } from '../../src/project/sections/secrets.ts';
import { topics } from '../../src/project/sections/topics.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

/** Something that two people may change at once: how the first changes it, and the second. */
interface Contested {
  readonly path: string;
  readonly method?: 'PUT' | 'PATCH' | 'POST';
  /** Where it is changed, if not where it is read and removed. */
  readonly changedAt?: string;
  readonly start?: object;
  readonly theirs: object;
  readonly yours: object;
  /** What the refusal must show of both, where that is not simply `theirs` and `yours`. */
  readonly shows?: { readonly theirs: object; readonly yours: object };
  /** It is there from the start, or goes with something else. */
  readonly stays?: true;
}

const SLOW = 'p99(duration) > 2s over 10m';
const THINGS: Readonly<Record<string, Contested>> = {
  function: {
    path: '/functions/shared',
    method: 'PATCH',
    theirs: { memoryMb: 256 },
    yours: { memoryMb: 512, environment: { KEY: 'your-secret-value' } },
    shows: { theirs: { config: { memoryMb: 256 } }, yours: { memoryMb: 512 } },
    stays: true,
  },
  alias: {
    path: '/functions/shared/aliases/live',
    start: { versions: [{ version: 1, weight: 100 }] },
    theirs: { versions: [{ version: 1, weight: 100 }], description: 'theirs' },
    yours: { versions: [{ version: 1, weight: 100 }], description: 'yours' },
  },
  'access list': {
    path: '/functions/shared/access',
    start: { allow: ['*'] },
    theirs: { deny: ['user:eve'] },
    yours: { deny: ['user:bob'] },
  },
  'test event': {
    path: '/functions/shared/test-events/big',
    start: { text: '{}' },
    theirs: { text: '{"by": "them"}' },
    yours: { text: '{"by": "you"}' },
  },
  trigger: {
    path: '/triggers/hook',
    start: { function: 'shared', type: 'webhook', options: { provider: 'github', secret: 'first-secret-of-all' } },
    theirs: {
      function: 'shared',
      type: 'webhook',
      options: { provider: 'github', secret: 'their-secret-value' },
      enabled: false,
    },
    yours: {
      function: 'shared',
      type: 'webhook',
      options: { provider: 'github', secret: 'your-secret-value' },
      enabled: true,
    },
    shows: { theirs: { enabled: false }, yours: { enabled: true, options: { secret: '(secret)' } } },
  },
  policy: {
    path: '/policies/small',
    start: { rules: { maxMemoryMb: 4_096 }, mode: 'warn' },
    theirs: { rules: { maxMemoryMb: 2_048 }, mode: 'warn' },
    yours: { rules: { maxMemoryMb: 1_024 }, mode: 'warn' },
  },
  quota: {
    path: '/quotas/shop',
    start: { functions: 10 },
    theirs: { functions: 20 },
    yours: { functions: 30 },
  },
  'execution role': {
    path: '/execution-roles/reader',
    start: {},
    theirs: { description: 'theirs' },
    yours: { description: 'yours' },
  },
  user: { path: '/users/eve', method: 'PATCH', theirs: { fullName: 'Theirs' }, yours: { fullName: 'Yours' } },
  team: { path: '/teams/shop', start: {}, theirs: { description: 'theirs' }, yours: { description: 'yours' } },
  role: {
    path: '/roles/watcher',
    start: { statements: [{ effect: 'allow', actions: ['function:read'], resources: ['*'] }] },
    theirs: { statements: [{ effect: 'allow', actions: ['queue:read'], resources: ['*'] }] },
    yours: { statements: [{ effect: 'allow', actions: ['topic:read'], resources: ['*'] }] },
  },
  'alert rule': {
    path: '/alerts/rules/slow',
    start: { when: SLOW, function: 'shared' },
    theirs: { when: SLOW, function: 'shared', severity: 'info' },
    yours: { when: SLOW, function: 'shared', severity: 'critical' },
  },
  'alert channel': {
    path: '/alerts/channels/ops',
    start: { kind: 'slack', url: 'https://one.example/secret-path' },
    theirs: { kind: 'slack', url: 'https://two.example/secret-path' },
    yours: { kind: 'slack', url: 'https://three.example/secret-path' },
    shows: { theirs: { target: 'https://two.example/…' }, yours: { target: 'https://three.example/…' } },
  },
  'alert routing': {
    path: '/alerts/routing',
    start: { default: [], owners: {} },
    theirs: { default: [], owners: { shop: [] } },
    yours: { default: [], owners: { till: [] } },
    stays: true,
  },
  queue: {
    path: '/queues/jobs',
    start: {},
    theirs: { delayMs: 5 },
    yours: { delayMs: 9 },
    shows: settingsOf('delayMs'),
  },
  topic: {
    path: '/topics/orders',
    start: {},
    method: 'POST',
    changedAt: '/topics/orders/subscriptions',
    theirs: { destination: 'queue:theirs' },
    yours: { destination: 'queue:yours' },
    shows: { theirs: {}, yours: { destination: 'queue:yours' } },
  },
  bucket: {
    path: '/buckets/photos',
    start: {},
    method: 'PATCH',
    theirs: { tags: { team: 'theirs' } },
    yours: { tags: { team: 'yours' } },
    shows: { theirs: {}, yours: { tags: { team: 'yours' } } },
  },
  secret: {
    path: '/secrets/key',
    start: { value: 'the first value' },
    theirs: { value: 'their own value', description: 'theirs' },
    yours: { value: 'your own value', description: 'yours' },
    shows: { theirs: { description: 'theirs', version: 2 }, yours: { description: 'yours' } },
  },
  repository: {
    path: '/repositories/app',
    start: {},
    theirs: { description: 'theirs' },
    yours: { description: 'yours' },
  },
};
/** No answer may ever have these. */
const HIDDEN = ['first-secret', 'their-secret', 'your-secret', 'secret-path', 'their own value', 'your own value'];

function settingsOf(name: string): NonNullable<Contested['shows']> {
  return { theirs: { settings: { [name]: 5 } }, yours: { [name]: 9 } };
}

/** Changes that need no revision, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  createBucket: 'only makes one',
  removeSilence: 'is made and ended, and never changed',
  removeKey: 'is made and removed, and never changed',
  revokeToken: 'is made and revoked, and never changed',
  unpublishVersion: 'a version is never changed',
  unacknowledgeAlert: 'is of one time that an alert fires',
  setPassword: 'cannot be seen by anybody before',
  signOutBrowser: 'is of one session',
  logOut: 'is of one session',
  putProject: 'says in its body which revision it has seen, under a lock',
  forgetProject: 'is under the lock of the project',
  lockProject: 'is what keeps others out',
  unlockProject: 'names the lock',
  changeVisibility: 'names a receipt, which is of one receiver',
  deleteMessage: 'names a receipt, which is of one receiver',
  dropEvent: 'an event is never changed',
  clearSpace: 'removes what is there, whatever it is',
  removeObject: 'removes what is there, as S3 does',
};

describe('of two people who change one thing, the second is told', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    node.request(method, `/v1${path}`, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
  const done = async (...args: Parameters<typeof send>) => {
    const reply = await send(...args);
    assert.ok(reply.status < 300, `${args[0]} ${args[1]}: ${reply.status} ${reply.text}`);
    return reply;
  };

  before(async () => {
    node = await startTestNode();
    await done('PUT', '/functions/shared', { code: { inline: 'def callme(): return 1', fileName: 'main.py' } });
  });
  after(() => node?.close());

  test('of each thing, with both states', async (t) => {
    for (const name of ['theirs', 'yours']) await done('PUT', `/queues/${name}`, {});
    for (const [what, thing] of Object.entries(THINGS)) {
      // The first user ends the time without credentials.
      if (what === 'user') continue;
      await t.test(what, () => contest(what, thing));
    }
  });

  async function contest(what: string, thing: Contested, headers: Record<string, string> = {}) {
    const { path, theirs, yours, method = 'PUT', changedAt = path, start, stays } = thing;
    const { shows = { theirs, yours } } = thing;
    const as = (extra: Record<string, string>) => ({ ...headers, ...extra });
    if (start !== undefined) {
      await done('PUT', path, start, as({ 'if-none-match': '*' }));
      const again = await send('PUT', path, start, as({ 'if-none-match': '*' }));
      assert.equal(again.status, what === 'bucket' ? 409 : 412, again.text);
    }
    const seen = await done('GET', path, undefined, headers);
    const etag = seen.headers.get('etag')!;
    assert.equal(etag, `"${seen.json.revision}"`, 'the revision is the ETag');

    const first = await done(method, changedAt, theirs, as({ 'if-match': etag }));
    const now = await done('GET', path, undefined, headers);
    assert.notEqual(now.headers.get('etag'), etag);
    if (method !== 'POST')
      assert.equal(first.headers.get('etag'), now.headers.get('etag'), 'a change answers the new ETag');

    const late = await send(method, changedAt, yours, as({ 'if-match': etag }));
    assert.deepEqual([late.status, late.json.code], [412, 'precondition_failed'], late.text);
    assert.partialDeepStrictEqual(late.json.current, { revision: now.json.revision, ...shows.theirs });
    assert.partialDeepStrictEqual(late.json.given, shows.yours);
    for (const hidden of HIDDEN) assert.ok(!late.text.includes(hidden), `${hidden} is shown`);
    assert.equal(
      (await done('GET', path, undefined, headers)).headers.get('etag'),
      now.headers.get('etag'),
      'theirs stays',
    );

    if (stays) return;
    const kept = await send('DELETE', path, undefined, as({ 'if-match': etag }));
    assert.equal(kept.status, 412, kept.text);
    assert.equal(kept.json.current.revision, now.json.revision);
    await done('DELETE', path, undefined, as({ 'if-match': now.headers.get('etag')! }));
    const gone = await send(method, changedAt, yours, as({ 'if-match': '*' }));
    assert.ok(gone.status === 412 || gone.status === 404, `${gone.status} ${gone.text}`);
  }

  test('of the defaults of alerts, whose revision is that of a scope', async () => {
    const path = '/alerts/defaults';
    const standing = async () =>
      (await done('GET', path)).json.changes.find(({ scope }: { scope: string }) => scope === 'all');
    const change = (severity: string) => ({ scope: 'all', rule: 'errors', change: { severity } });
    await done('PUT', path, change('info'), { 'if-none-match': '*' });
    assert.equal((await send('PUT', path, change('info'), { 'if-none-match': '*' })).status, 412);
    const { revision } = await standing();
    const first = await done('PUT', path, change('critical'), { 'if-match': `"${revision}"` });
    assert.equal(first.headers.get('etag'), `"${(await standing()).revision}"`);
    const late = await send('PUT', path, change('warning'), { 'if-match': `"${revision}"` });
    assert.equal(late.status, 412, late.text);
    assert.partialDeepStrictEqual(late.json, { current: change('critical'), given: change('warning') });
    assert.equal((await send('DELETE', `${path}?scope=all`, undefined, { 'if-match': `"${revision}"` })).status, 412);
    const now = `"${(await standing()).revision}"`;
    await done('DELETE', `${path}?scope=all&rule=errors`, undefined, { 'if-match': now });
    assert.equal(await standing(), undefined);
  });

  test('what a channel failed with is no change of it', async () => {
    const url = 'http://127.0.0.1:9/closed';
    const { headers } = await done('PUT', '/alerts/channels/closed', { kind: 'webhook', url });
    assert.equal((await send('POST', '/alerts/channels/closed/test')).status, 503);
    await done('DELETE', '/alerts/channels/closed', undefined, { 'if-match': headers.get('etag')! });
  });

  test('a refusal that has another cause stays what it is', async () => {
    await done('PUT', '/queues/dead', {});
    await done('PUT', '/queues/live', { deadLetter: { queue: 'dead', maxReceives: 3 } });
    const { headers } = await done('GET', '/queues/dead');
    const kept = await send('DELETE', '/queues/dead', undefined, { 'if-match': headers.get('etag')! });
    assert.deepEqual([kept.status, kept.json.code], [409, 'conflict']);
  });

  test('edits of files that are made at once are all there, or refused', async () => {
    const files = async () => (await done('GET', '/functions/shared/files')).json.files as { path: string }[];
    const edit = (name: string) =>
      send('PATCH', '/functions/shared/files', { files: { [name]: 'x = 1\n' } }, { accept: 'application/json' });
    const names = ['one.py', 'two.py', 'three.py'];
    const replies = await Promise.all(names.map(edit));
    const there = (await files()).map(({ path }) => path);
    for (const [index, name] of names.entries()) {
      const { status, text } = replies[index]!;
      assert.ok(status === 200 || status === 409, text);
      assert.equal(there.includes(name), status === 200, `${name}: ${status}, and there are ${there}`);
    }
    assert.ok(replies.some(({ status }) => status === 200));
  });

  test('whoever reads, changes and writes loses nothing of others, whatever the order', async () => {
    await done('PUT', '/buckets/tagged');
    await done('PUT', '/secrets/granted', { value: 'a value that is shared' });
    const tag = async (name: string): Promise<void> => {
      for (;;) {
        const { json, headers } = await done('GET', '/buckets/tagged');
        const tags = { ...json.settings.tags, [name]: '1' };
        const put = await send('PATCH', '/buckets/tagged', { tags }, { 'if-match': headers.get('etag')! });
        if (put.status === 200) return;
        assert.equal(put.status, 412, put.text);
      }
    };
    const grant = async (name: string): Promise<void> => {
      for (;;) {
        const { json, headers } = await done('GET', '/secrets/granted');
        const functions = [...new Set([...json.functions, name])];
        const put = await send('PUT', '/secrets/granted', { functions }, { 'if-match': headers.get('etag')! });
        if (put.status === 200) return;
        assert.equal(put.status, 412, put.text);
      }
    };
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{4,8}$/), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(names, async (all) => {
        await done('PATCH', '/buckets/tagged', { tags: {} });
        await done('PUT', '/secrets/granted', { functions: [] });
        await Promise.all(all.flatMap((name) => [tag(name), grant(name)]));
        assert.deepEqual(
          Object.keys((await done('GET', '/buckets/tagged')).json.settings.tags).sort(),
          [...all].sort(),
        );
        assert.deepEqual((await done('GET', '/secrets/granted')).json.functions.toSorted(), [...all].sort());
      }),
      { numRuns: 8 },
    );
  });

  test('every change that the API describes takes If-Match, or says here why not', async () => {
    const { paths } = (await done('GET', '/openapi.json')).json as {
      paths: Record<string, Record<string, { operationId?: string; description?: string }>>;
    };
    const without = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([, methods]) => Object.entries(methods))
      .filter(
        ([method, { description = '' }]) =>
          ['put', 'patch', 'delete'].includes(method) && !/If-(None-)?Match/.test(description),
      )
      .map(([, { operationId = '' }]) => operationId);
    assert.deepEqual(without.sort(), Object.keys(WITHOUT).sort());
  });

  test('a project file changes only what stands as its plan saw it', async () => {
    const api: ProjectApi = {
      async json<T>(method: string, path: string, options: { headers?: object; body?: Uint8Array } = {}) {
        const { status, text } = await node.request(method, path, options as RequestInit);
        if (status >= 400) throw Object.assign(new Error(text), { body: JSON.parse(text) });
        return (text === '' ? undefined : JSON.parse(text)) as T;
      },
      text: () => Promise.reject(new Error('nothing here asks so')),
      lines: () => assert.fail('nothing here asks so'),
    };
    const context: ApplyContext = { api, origin: async () => ({}), tell() {} };
    const name = 'of-project';
    for (const [section, entry, path, method, theirs] of [
      [queues, { delayMs: 7 }, '/queues', 'PUT', { delayMs: 1 }],
      [buckets, { tags: { a: '1' } }, '/buckets', 'PATCH', { tags: { b: '2' } }],
      [secrets, { description: 'mine', value: 'a value of the project' }, '/secrets', 'PUT', { description: 'theirs' }],
    ] as const) {
      const wanted = await section.read(name, entry, { api, project: 'p', folder: '/', confined: true });
      const seen = async () => (await section.current(api, [name], new Map(), new Map(), new Set())).get(name)!;
      const isLate = (error: { body?: { code?: string; current?: object } }) =>
        error.body?.code === 'precondition_failed' && error.body.current !== undefined;
      await section.apply({ name, wanted }, context);
      const actual = await seen();
      await done(method, `${path}/${name}`, theirs);
      await assert.rejects(section.apply({ name, wanted, actual }, context), isLate, `${section.key}: applied`);
      await assert.rejects(section.remove(name, actual, context), isLate, `${section.key}: removed`);
      await section.apply({ name, wanted, actual: await seen() }, context);
      await section.remove(name, await seen(), context);
    }
    await done('PUT', '/queues/subscriber');
    const destinations = (...subscriptions: string[]) =>
      topics.read(name, { subscriptions }, { api, project: 'p', folder: '/', confined: true });
    await topics.apply({ name, wanted: await destinations('queue:subscriber') }, context);
    const actual = (await topics.current(api, [name], new Map(), new Map(), new Set())).get(name)!;
    await done('POST', `/topics/${name}/subscriptions`, { destination: 'queue:theirs' });
    await assert.rejects(topics.apply({ name, wanted: await destinations(), actual }, context));
    const { subscriptions } = (await done('GET', `/topics/${name}`)).json;
    assert.equal(subscriptions.length, 2, 'nothing was ended');
  });

  test('of a user', async () => {
    const made = await done('POST', '/users', { name: 'ada', roles: ['administrator'], token: {} });
    const headers = { authorization: `Bearer ${made.json.token.token}` };
    await done('POST', '/users', { name: 'eve', roles: [] }, headers);
    await contest('user', THINGS.user!, headers);
  });
});
