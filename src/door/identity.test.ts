import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { createAudit } from '../govern/audit/audit.ts';
import type { Identity } from '../govern/identity/identity.ts';
import { openIdentity } from '../govern/identity/stored-identity.ts';
import { systemClock } from '../model/clock.ts';
import { defaultConfig } from '../model/function.ts';
import { openEmbeddedStore } from '../store/embedded/store.ts';
import type { Store } from '../store/store.ts';
import { temporaryFolder } from '../store/testing/folder-adapter.ts';
import { invocation } from '../store/testing/journal-records.ts';
import { ask, startTestServer, type TestServer } from './testing/test-server.ts';

const ROLES = ['administrator', 'infrastructure', 'appops', 'viewer', 'none'] as const;
type Who = (typeof ROLES)[number];

/** Method, path, body, and who may: A administrator, I infrastructure, O appops (of the team shop), V viewer. */
const MATRIX: readonly (readonly [method: string, path: string, may: string, body?: string])[] = [
  ['GET', '/v1/functions', 'AIOV'],
  ['GET', '/v1/functions/ours', 'AIOV'],
  ['GET', '/v1/functions/theirs', 'AIV'],
  ['GET', '/v1/functions/not-there', 'AIV'],
  ['GET', '/v1/functions/ours/code', 'AIO'],
  ['GET', '/v1/functions/theirs/code', 'AI'],
  ['PATCH', '/v1/functions/ours', 'AO', '{"description": "x"}'],
  ['PATCH', '/v1/functions/theirs', 'A', '{"description": "x"}'],
  ['PATCH', '/v1/functions/given', 'A', '{"owner": "bank"}'],
  ['PATCH', '/v1/functions/ours', 'A', '{"grants": ["bucket:bank-x:read"]}'],
  ['PATCH', '/v1/functions/ours', 'AO', '{"grants": ["bucket:shop-x:read"], "owner": "shop"}'],
  ['PATCH', '/v1/functions/ours', 'A', '{"onFailure": "queue:bank-dead"}'],
  ['POST', '/v1/functions/ours/invoke', 'AO', '{}'],
  ['POST', '/v1/functions/theirs/invoke', 'A', '{}'],
  ['POST', '/v1/functions/not-there/invoke', 'A', '{}'],
  ['POST', '/v1/functions/%6Furs/invoke', 'AO', '{}'],
  ['POST', '/v1/functions/ours/events', 'AO', '{}'],
  ['POST', '/v1/functions/theirs/events', 'A', '{}'],
  ['POST', '/api/call/ours', 'AO', '{}'],
  ['GET', '/api/call/ours', 'AO'],
  ['GET', '/api/call/theirs', 'A'],
  ['GET', '/api/stats', 'AIOV'],
  ['GET', '/api/cs/theirs', 'AI'],
  ['POST', '/api/gen', 'AO', 'def callme(): pass'],
  ['GET', '/f/ours/x', 'AO'],
  ['GET', '/f/theirs', 'A'],
  ['GET', '/v1/logs', 'AIOV'],
  ['GET', '/v1/logs?function=theirs', 'AIV'],
  ['GET', '/v1/logs/counts', 'AIOV'],
  ['GET', '/v1/logs/counts?function=theirs', 'AIV'],
  ['GET', '/v1/invocations?function=ours', 'AIOV'],
  ['GET', '/v1/invocations?function=theirs', 'AIV'],
  ['GET', '/v1/node', 'AIOV'],
  ['GET', '/v1/backup', 'A'],
  ['POST', '/v1/restore', 'A', 'x'],
  ['GET', '/v1/users', 'AI'],
  ['POST', '/v1/users', 'A', '{"name": "new"}'],
  ['PATCH', '/v1/users/viewer', 'A', '{"fullName": "x"}'],
  ['PUT', '/v1/teams/shop', 'A', '{"description": "x"}'],
  ['PUT', '/v1/teams/shop/members/viewer', 'A'],
  ['DELETE', '/v1/teams/shop/members/viewer', 'A'],
  ['GET', '/v1/roles', 'AI'],
  ['PUT', '/v1/roles/x', 'A', '{"statements": [{"effect": "allow", "actions": ["function:list"]}]}'],
  ['GET', '/v1/tokens', 'AIOVN'],
  ['GET', '/v1/tokens?all=true', 'AI'],
  ['POST', '/v1/tokens', 'AIOVN', '{"label": "mine"}'],
  ['POST', '/v1/tokens', 'A', '{"user": "admin"}'],
  ['POST', '/v1/tokens', 'A', '{"team": "shop"}'],
  ['GET', '/v1/session', 'AIOVN'],
  ['GET', '/v1/can?action=node:restore', 'AIOVN'],
  ['POST', '/v1/can', 'AIOVN', '{"questions": [{"action": "node:restore"}]}'],
  ['GET', '/v1/actions', 'AIOVN'],
  ['GET', '/v1/can?who=viewer&action=node:restore', 'AIV'],
  ['GET', '/v1/functions/ours/access', 'AIOV'],
  ['PUT', '/v1/functions/ours/access', 'AO', '{"deny": ["user:nobody"]}'],
  ['PUT', '/v1/functions/theirs/access', 'A', '{"allow": ["*"]}'],
  ['DELETE', '/v1/functions/theirs/access', 'A'],
  ['GET', '/v1/audit', 'AI'],
  ['GET', '/v1/audit/verify', 'AI'],
  ['GET', '/v1/audit/export', 'AI'],
  ['GET', '/v1/keys', 'AI'],
  ['POST', '/v1/keys', 'A', '{}'],
  ['GET', '/v1/nowhere', 'AIOVN'],
];
const LETTERS: Readonly<Record<Who, string>> = {
  administrator: 'A',
  infrastructure: 'I',
  appops: 'O',
  viewer: 'V',
  none: 'N',
};

describe('a node with users', () => {
  const { folder, remove } = temporaryFolder();
  const tokens = {} as Record<Who, string>;
  let store: Store;
  let identity: Identity;
  let audit: ReturnType<typeof createAudit>;
  let node: TestServer;

  before(async () => {
    store = await openEmbeddedStore({ folder });
    audit = createAudit({ trail: store.audit, clock: systemClock });
    identity = await openIdentity({
      registry: store.registry,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      functionOf: (name) => node?.engine.find(name),
      ownerOfRole: () => undefined,
      wayBack: 'There is a way back.',
    });
    const keys = {
      list: async () => [],
      create: async () => ({ accessKeyId: 'K', label: '', grants: 'all', createdAtMs: 0, secretAccessKey: 's' }),
    };
    node = await startTestServer(
      {},
      {
        identity,
        audit,
        accessKeys: keys as never,
        store: { ...fakeBackups, journal: store.journal, audit: store.audit } as never,
      },
    );
    for (const [name, owner] of [
      ['ours', 'shop'],
      ['theirs', 'bank'],
      ['open', 'bank'],
      ['given', 'shop'],
    ] as const) {
      await node.engine.deploy({
        name,
        code: { form: 'inline', content: Buffer.from('x'), fileName: 'main.py' },
        config: { owner, environment: { KEY: 'hidden' } },
      });
    }
  });
  after(async () => {
    await node.server.close();
    audit.close();
    await identity.close();
    await store.close();
    remove();
  });
  const as = (token: string, method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    ask(node, method, path, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    });

  it('asks for nothing before there are any, and for a credential from the first one on', async () => {
    assert.equal((await ask(node, 'GET', '/v1/functions')).status, 200);
    const who = await ask(node, 'GET', '/v1/session');
    assert.deepEqual([who.json.kind, who.json.credentialsDemanded], ['operator', false]);
    const first = await ask(node, 'POST', '/v1/users', {
      body: '{"name": "administrator", "roles": ["administrator"], "token": {}}',
    });
    assert.equal(first.status, 409, 'a word of the platform');
    const made = await ask(node, 'POST', '/v1/users', {
      body: '{"name": "admin", "roles": ["administrator"], "token": {}}',
    });
    assert.equal(made.status, 201);
    tokens.administrator = made.json.token.token;
    for (const path of [
      '/v1/functions',
      '/metrics',
      '/api/stats',
      '/f/ours',
      '/docs',
      '/',
      '/v1/session',
      '/v1/nowhere',
    ]) {
      const refused = await ask(node, 'GET', path);
      assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, 'Bearer'], path);
    }
    for (const path of ['/healthz', '/readyz']) assert.equal((await ask(node, 'GET', path)).status, 200);
  });

  it('lets each role do what it says, and nothing else', async () => {
    for (const role of ROLES.slice(1)) {
      const body = JSON.stringify({ name: role, roles: role === 'none' ? [] : [role], token: {} });
      const made = await as(tokens.administrator, 'POST', '/v1/users', body);
      assert.equal(made.status, 201, made.text);
      tokens[role] = made.json.token.token;
    }
    assert.equal((await as(tokens.administrator, 'PUT', '/v1/teams/shop', '{"members": ["appops"]}')).status, 201);
    const wrong: string[] = [];
    for (const [method, path, may, body] of MATRIX) {
      // The least powerful first, so that nobody meets what another one changed.
      for (const role of [...ROLES].reverse()) {
        const { status, json } = await as(tokens[role], method, path, body);
        const isRefused =
          status === 401 ||
          (status === 403 && json?.code !== undefined) ||
          (status === 403 && json?.error !== undefined);
        const expected = may.includes(LETTERS[role]);
        if (isRefused === expected) wrong.push(`${method} ${path} ${body ?? ''} as ${role}: ${status}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('says in a refusal what is missing and who can give it, and not whether the thing is there', async () => {
    const there = await as(tokens.appops, 'GET', '/v1/functions/theirs');
    const missing = await as(tokens.appops, 'GET', '/v1/functions/another');
    assert.equal(
      there.json.detail,
      'appops may not do this: it needs the permission function:read on function:theirs, which an administrator (admin) can give',
    );
    assert.equal(missing.json.detail, there.json.detail.replaceAll('theirs', 'another'));
    assert.deepEqual([there.json.permission, there.json.resource], ['function:read', 'function:theirs']);
    const why = async (name: string) =>
      (await as(tokens.none, 'GET', `/v1/can?action=function:read&resource=${name}`)).text;
    assert.equal((await why('another')).replaceAll('another', 'theirs'), await why('theirs'));
    const seen = await as(tokens.viewer, 'GET', '/v1/can?action=function:remove&resource=theirs');
    assert.equal(seen.json.attributes.owner, 'bank');
  });

  it('answers many questions about one’s own permissions at once, in their order, and as it would refuse', async () => {
    const questions = [
      { action: 'function:configure', resource: 'ours' },
      { action: 'function:configure', resource: 'function:theirs' },
      { action: 'secret:write' },
      { action: 'secret:write', any: true },
      { action: 'secret:write', resource: 'shop-mail' },
      { action: 'identity:write', any: true },
    ];
    const asked = (token: string, body: object) => as(token, 'POST', '/v1/can', JSON.stringify(body));
    const { json } = await asked(tokens.appops, { questions });
    assert.deepEqual(
      json.answers.map(({ allowed }: { allowed: boolean }) => allowed),
      [true, false, false, true, true, false],
    );
    const refused = await as(tokens.appops, 'PATCH', '/v1/functions/theirs', '{"memoryMb": 256}');
    assert.equal(json.answers[1].reason, refused.json.detail);
    assert.equal(json.answers[0].reason, undefined);
    assert.ok(
      (await asked(tokens.administrator, { questions })).json.answers.every(
        (each: { allowed: boolean }) => each.allowed,
      ),
    );
    assert.equal((await asked(tokens.appops, { questions: [{ action: 'secret:wirte' }] })).status, 400);
    assert.equal((await asked(tokens.appops, { questions: [] })).status, 400);
    const many = Array.from({ length: 201 }, () => ({ action: 'secret:write' }));
    assert.equal((await asked(tokens.appops, { questions: many })).status, 400);
  });

  it('shows in lists what one may see, and of the rest no more than names', async () => {
    const { json } = await as(tokens.appops, 'GET', '/v1/functions');
    const shown = Object.fromEntries(
      json.functions.map((each: { name: string; config: object }) => [each.name, each.config]),
    );
    assert.deepEqual(shown.ours.environment, { KEY: 'hidden' });
    assert.deepEqual(shown.theirs.environment, {});
    assert.equal((await as(tokens.none, 'GET', '/v1/functions')).status, 403);
  });

  it('counts only the lines that one may see', async () => {
    const sandboxId = '0'.repeat(32);
    const put = (name: string, level: 'info' | 'error', timeMs: number) =>
      store.journal.appendLog({ timeMs, function: name, version: 1, sandboxId, stream: 'stdout', level, text: 'x' });
    const now = systemClock.now();
    for (const [name, level] of [
      ['ours', 'info'],
      ['theirs', 'error'],
      ['theirs', 'info'],
    ] as const)
      put(name, level, now - 30_000);
    const counted = async (token: string, query = '') => {
      const { json } = await as(token, 'GET', `/v1/logs/counts?from=${now - 60_000}&to=${now}&parts=2${query}`);
      assert.deepEqual(
        [json.fromMs, json.toMs, json.partMs, json.countedFromMs],
        [now - 60_000, now, 30_000, undefined],
      );
      return json.parts;
    };
    assert.deepEqual(await counted(tokens.viewer), [{ atMs: now - 30_000, lines: { info: 2, error: 1 } }]);
    assert.deepEqual(await counted(tokens.viewer, '&level=error'), [{ atMs: now - 30_000, lines: { error: 1 } }]);
    assert.deepEqual(await counted(tokens.appops), [{ atMs: now - 30_000, lines: { info: 1 } }]);
    assert.equal((await as(tokens.viewer, 'GET', '/v1/logs/counts?parts=501')).status, 400);
    assert.equal((await as(tokens.viewer, 'GET', `/v1/logs/counts?from=${now}&to=${now - 1}`)).status, 400);
  });

  it('says nothing of lines that one may not see, not even whether they are there', async () => {
    const sandboxId = '01a229d4-ce84-7062-a22b-2e6d4816bdcf';
    const timeMs = systemClock.now() - 20_000;
    const line = { timeMs, function: 'theirs', version: 1, sandboxId, stream: 'stdout', level: 'info' } as const;
    for (let n = 0; n < 3; n++) store.journal.appendLog({ ...line, text: 'the word is Rumpelstilzchen' });
    const found = async (query: string) => (await as(tokens.appops, 'GET', `/v1/logs?limit=1&${query}`)).json;
    const seen = (await as(tokens.viewer, 'GET', '/v1/logs?limit=1&text=rumpel')).json;
    assert.deepEqual([seen.lines.length, typeof seen.cursor], [1, 'string']);
    assert.deepEqual(await found('text=rumpelstilz'), await found('text=schneewittchen'));
    assert.deepEqual(await found(`stream=${sandboxId}`), { lines: [] });
    const streams = await as(tokens.appops, 'GET', '/v1/logs/streams?limit=1');
    assert.deepEqual([streams.json.streams[0].function, streams.json.cursor], ['ours', undefined]);
    const begins = await found('stream=01a229d4');
    assert.equal(begins.code, 'not_found');
    const exported = await as(tokens.appops, 'GET', '/v1/logs/export?text=rumpel');
    assert.deepEqual([exported.status, exported.text], [200, '']);
  });

  it('finds pages of invocations among those that one may see', async () => {
    const record = (name: string) => invocation(name, systemClock.now() - 10_000);
    for (const name of ['ours', 'ours', 'theirs', 'theirs']) store.journal.appendInvocation(record(name));
    await store.journal.flush();
    const page = async (path: string) => (await as(tokens.appops, 'GET', `${path}limit=2`)).json;
    const { invocations, cursor } = await page('/v1/invocations?');
    assert.deepEqual(
      invocations.map((each: { function: string }) => each.function),
      ['ours', 'ours'],
    );
    const traces = await page('/v1/traces?');
    assert.equal(traces.traces.length, 2);
    const rest = cursor === undefined ? [] : (await page(`/v1/invocations?cursor=${cursor}&`)).invocations;
    assert.ok(rest.every((each: { function: string }) => each.function === 'ours'));
  });

  it('shows nothing of a function that one may not see after it was removed, either', async () => {
    const statements = [
      { effect: 'allow', actions: ['*'] },
      { effect: 'deny', actions: ['*:read'], resources: ['function:gone'] },
    ];
    const settings = (value: object) => JSON.stringify(value);
    await as(tokens.administrator, 'PUT', '/v1/roles/all-but-gone', settings({ statements }));
    const user = settings({ name: 'nearly', roles: ['all-but-gone'], token: { label: 'test' } });
    const { token } = (await as(tokens.administrator, 'POST', '/v1/users', user)).json.token;
    const timeMs = systemClock.now() - 10_000;
    const line = { timeMs, version: 1, sandboxId: '0'.repeat(32), stream: 'stdout', level: 'info' } as const;
    store.journal.appendInvocation(invocation('gone', timeMs));
    store.journal.appendLog({ ...line, function: 'gone', text: 'of one that is gone' });
    await store.journal.flush();
    const tells = async (who: string, path: string, word: string) =>
      JSON.stringify((await as(who, 'GET', path)).json).includes(word);
    const found = async (who: string) => [
      await tells(who, '/v1/invocations', '"gone"'),
      await tells(who, '/v1/traces', '"gone"'),
      await tells(who, '/v1/logs', 'of one that is gone'),
    ];
    assert.deepEqual(await found(tokens.administrator), [true, true, true]);
    assert.deepEqual(await found(token), [false, false, false]);
  });

  it('lets nobody make more of themselves by a token that is narrowed', async () => {
    const narrowed = async (scopes: object) =>
      (await as(tokens.administrator, 'POST', '/v1/tokens', JSON.stringify({ scopes }))).json.token as string;
    const reader = await narrowed({ actions: ['*:read'] });
    const { detail } = (await as(reader, 'DELETE', '/v1/functions/theirs')).json;
    assert.match(detail, /needs the permission function:remove .*; the token is narrowed: fob whoami says to what$/);
    assert.equal((await as(reader, 'GET', '/v1/users')).status, 200);
    assert.equal((await as(reader, 'POST', '/v1/tokens', '{}')).status, 403);
    assert.equal((await as(reader, 'PUT', '/v1/users/admin/password', '{"password": "a new password"}')).status, 403);
    assert.equal((await as(reader, 'PATCH', '/v1/functions/ours', '{}')).status, 403);
    const viewer = await narrowed({ roles: ['viewer'] });
    assert.equal((await as(viewer, 'GET', '/v1/audit')).status, 403);
    assert.equal((await as(viewer, 'GET', '/v1/functions/theirs')).status, 200);
  });

  it('opens a function to whoever it says, and shows no function the credential', async () => {
    assert.equal((await ask(node, 'GET', '/f/open')).status, 401);
    await as(tokens.administrator, 'PUT', '/v1/functions/open/access', '{"allow": ["anonymous", "user:viewer"]}');
    for (const [method, path] of [
      ['GET', '/f/open/x'],
      ['GET', '/api/call/open'],
      ['POST', '/v1/functions/open/invoke'],
    ] as const) {
      assert.equal(
        (await ask(node, method, path, { headers: { authorization: 'Basic of-its-own' } })).status,
        200,
        path,
      );
    }
    assert.equal((await ask(node, 'GET', '/f/ours')).status, 401);
    assert.equal((await ask(node, 'GET', '/v1/functions/open')).status, 401, 'it is about invoking alone');
    assert.equal((await as(tokens.viewer, 'GET', '/f/open')).status, 200);
    assert.equal((await as(tokens.appops, 'GET', '/f/open')).status, 403, 'it is not in the list');
    await as(tokens.viewer, 'GET', '/f/open');
    const { payload } = node.engine.requests.at(-1)!;
    assert.ok(!Buffer.from(payload).toString().includes('fob_'), 'the token stays with the node');
  });

  it('refuses credentials that are none, whatever they are', async () => {
    const good = tokens.administrator;
    const wrong = [
      '',
      'x',
      good.slice(0, -1),
      `${good}x`,
      good.replace('fob_', 'FOB_'),
      `${good} ${good}`,
      'fob_',
      `fob_${'a'.repeat(16)}_${'b'.repeat(43)}`,
      'x'.repeat(15_000),
      '\u00ff'.repeat(64),
      good.split('_')[1]!,
    ];
    for (const token of wrong) assert.equal((await as(token, 'GET', '/v1/session')).status, 401, token.slice(0, 80));
    for (const authorization of [good, `Basic ${good}`, `Bearer  ${good}`, `Token ${good}`]) {
      assert.equal(
        (await ask(node, 'GET', '/v1/session', { headers: { authorization } })).status,
        401,
        authorization.slice(0, 12),
      );
    }
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: { authorization: `bearer ${good}` } })).status, 200);
    assert.equal((await as(good, 'GET', '/v1/session', undefined, { origin: 'https://evil.example' })).status, 403);
  });

  it('lets nobody in after a revocation was answered, while many ask', async () => {
    for (let round = 0; round < 5; round++) {
      const { json } = await as(tokens.administrator, 'POST', '/v1/tokens', '{"user": "appops"}');
      let isRevoked = false;
      let served = 0;
      const hammer = async () => {
        for (;;) {
          const wasRevoked = isRevoked;
          const { status } = await as(json.token, 'GET', '/v1/session');
          if (wasRevoked) assert.equal(status, 401);
          if (status === 401) return;
          served++;
        }
      };
      const hammers = Array.from({ length: 4 }, hammer);
      await as(json.token, 'GET', '/v1/session');
      assert.equal((await as(tokens.administrator, 'DELETE', `/v1/tokens/${json.id}`)).status, 204);
      isRevoked = true;
      await Promise.all(hammers);
      assert.ok(served >= 0);
    }
  });

  it('shows both where two change one thing', async () => {
    const { headers } = await as(tokens.administrator, 'GET', '/v1/functions/ours');
    const seen = { 'if-match': headers.etag! };
    assert.equal((await as(tokens.appops, 'PATCH', '/v1/functions/ours', '{"memoryMb": 256}', seen)).status, 200);
    const late = await as(tokens.administrator, 'PATCH', '/v1/functions/ours', '{"memoryMb": 512}', seen);
    assert.equal(late.status, 412);
    assert.deepEqual([late.json.current.config, late.json.given], [{ memoryMb: 256 }, { memoryMb: 512 }]);
    const team = await as(tokens.administrator, 'GET', '/v1/teams/shop');
    const stale = { 'if-match': team.headers.etag! };
    await as(tokens.administrator, 'PUT', '/v1/teams/shop', '{"description": "one"}', stale);
    const conflict = await as(tokens.administrator, 'PUT', '/v1/teams/shop', '{"description": "other"}', stale);
    assert.deepEqual(
      [conflict.status, conflict.json.current.description, conflict.json.given],
      [412, 'one', { description: 'other' }],
    );
  });

  it('has written all of it down: changes with before and after, and every refusal', async () => {
    audit.close();
    const found = async (query: string) =>
      (await as(tokens.infrastructure, 'GET', `/v1/audit?limit=1000&${query}`)).json.entries;
    const [changed] = await found('action=function:configure&subject=function:ours&actor=appops');
    assert.deepEqual(
      [changed.details.before.memoryMb, changed.details.after.memoryMb],
      [defaultConfig().memoryMb, 256],
    );
    assert.equal(changed.from.address, '127.0.0.1');
    assert.match(changed.from.tokenId, /^[a-z0-9]{16}$/);
    const all = await found('');
    assert.doesNotMatch(JSON.stringify(all), /hidden/, 'no value of an environment');
    assert.ok(
      Object.values(tokens).every((token) => !JSON.stringify(all).includes(token.split('_').slice(2).join('_'))),
    );
    // One way of naming things: what is no thing of the node is the request that was refused.
    const named = /^(\*|[a-z-]+:.+|[A-Z]+ \/.*)$/;
    for (const { action, subject } of all) {
      assert.match(action, /^([a-z]+:[a-z-]+|authenticate)$/, subject);
      assert.match(subject, named, action);
    }
    const refused = await found('outcome=denied&actor=viewer&action=node:restore');
    assert.equal(refused.length, 1);
    const denied = async () => (await found('outcome=denied&actor=anonymous')).length;
    const before = await denied();
    assert.ok(before >= 5);
    await ask(node, 'GET', '/v1/session');
    assert.equal(await denied(), before, 'who asks whether they are signed in has tried nothing');
    await as('guessed', 'GET', '/v1/session');
    assert.equal(await denied(), before + 1);
    assert.ok((await found('action=function:invoke&outcome=done')).length === 0, 'calls are no changes');
    const { json } = await as(tokens.infrastructure, 'GET', '/v1/audit/verify');
    assert.equal(json.intact, true);
    const exported = await as(tokens.infrastructure, 'GET', '/v1/audit/export');
    assert.equal(exported.text.trim().split('\n').length, json.entries);
    const page = await as(tokens.infrastructure, 'GET', '/v1/audit?limit=2');
    const next = await as(tokens.infrastructure, 'GET', `/v1/audit?limit=2&cursor=${page.json.cursor}`);
    assert.equal(next.json.entries[0].sequence, page.json.entries[1].sequence - 1);
  });

  it('lets people log in with a password, and slows guessing down', async () => {
    await as(tokens.administrator, 'PUT', '/v1/users/viewer/password', '{"password": "a good password"}');
    const login = (password: string) =>
      ask(node, 'POST', '/v1/session', {
        body: JSON.stringify({ user: 'viewer', password }),
        headers: { 'content-type': 'application/json' },
      });
    const session = await login('a good password');
    assert.equal(session.status, 201);
    assert.equal((await as(session.json.token, 'GET', '/v1/session')).json.user, 'viewer');
    assert.equal((await as(session.json.token, 'DELETE', '/v1/session')).status, 204);
    assert.equal((await as(session.json.token, 'GET', '/v1/session')).status, 401);
    for (let n = 0; n < 5; n++) assert.equal((await login('wrong')).status, 401);
    // Each further one keeps the next off for twice as long: until that is longer than an attempt takes here.
    for (let waitS = 0; waitS < 4; ) waitS = Number((await login('wrong')).headers['retry-after'] ?? 0);
    const slowed = await login('a good password');
    assert.equal(slowed.status, 429);
    assert.ok(Number(slowed.headers['retry-after']) >= 1);
  });
});

const fakeBackups = {
  backup: async () => {
    const { Readable } = await import('node:stream');
    return Readable.from([Buffer.from('x')]);
  },
  restore: async () => ({ documents: 0, blobs: 0 }),
};
