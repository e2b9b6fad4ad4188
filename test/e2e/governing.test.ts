import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../support/node.ts';

const VALUE = 'correct-horse "battery" é staple';
const OTHER = 'the-other-functions-own-secret';

/** Tries everything to tell what it was given: in logs, errors, names, through another process; and looks for what others were given. */
const HOSTILE = `
import base64, json, os, subprocess, sys, urllib.parse

def forms(v):
    return [v, json.dumps(v), repr(v), urllib.parse.quote(v), urllib.parse.quote_plus(v, safe=''),
            base64.b64encode(v.encode()).decode(), base64.urlsafe_b64encode(('user:' + v).encode()).decode(), v.encode().hex()]

def callme(how='print'):
    v = os.environ['MINE']
    if how == 'print':
        for form in forms(v):
            print(form); print(form, file=sys.stderr)
        os.write(1, (v + '\\n').encode())
        subprocess.run(['/bin/sh', '-c', 'echo "$MINE"; echo "$MINE" >&2'])
    if how == 'throw':
        raise RuntimeError(' '.join(forms(v)))
    if how == 'exit':
        sys.stderr.write(v); sys.stderr.flush(); os._exit(3)
    if how == 'look':
        seen = []
        for pid in os.listdir('/proc'):
            if pid.isdigit():
                try:
                    seen.append(open(f'/proc/{pid}/environ', 'rb').read().decode('utf8', 'replace'))
                except OSError:
                    pass
        return {'environ': seen, 'names': sorted(os.environ)}
    return v if how == 'return' else None
`;

describe('secrets, roles, policies and quotas of a node', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const json = async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return node.request(method, path, init);
  };
  const deploy = (name: string, source: string, config: object, file = 'main.py') => {
    const form = new FormData();
    form.set('config', JSON.stringify(config));
    form.set('code', new File([source], file));
    return node.request('PUT', `/v1/functions/${name}`, { body: form, headers: { accept: 'application/json' } });
  };
  const call = (name: string, payload: object = {}) => json('POST', `/v1/functions/${name}/invoke`, payload);

  before(async () => {
    node = await startTestNode();
  });
  after(() => node?.close());

  test('a secret is set, and no answer ever has it', async () => {
    const made = await json('PUT', '/v1/secrets/mine', { value: VALUE, functions: ['hostile'] });
    assert.equal(made.status, 201);
    await json('PUT', '/v1/secrets/theirs', { value: OTHER, functions: ['victim'] });
    for (const path of ['/v1/secrets', '/v1/secrets/mine', '/v1/vault']) {
      assert.doesNotMatch((await json('GET', path)).text, /correct|horse|sealed/);
    }
  });

  test('a function to which it is not granted is not deployed with it', async () => {
    const absent = await deploy('hostile', HOSTILE, { secrets: { MINE: 'none' } });
    assert.match(absent.json.detail, /there is no secret "none": make it with fob secret set none/);
    const refused = await deploy('hostile', HOSTILE, { secrets: { MINE: 'mine', THEIRS: 'theirs' } });
    assert.deepEqual([refused.status, refused.json.code], [400, 'invalid_request']);
    assert.match(refused.json.detail, /"theirs" is not granted to hostile/);
    assert.equal((await deploy('hostile', HOSTILE, { grants: ['secret:theirs'] })).status, 400);
    assert.equal((await deploy('hostile', HOSTILE, { secrets: { MINE: 'mine' } })).status, 201);
    assert.equal(
      (await deploy('victim', 'import os\ndef callme():\n    return os.environ["X"]\n', { secrets: { X: 'theirs' } }))
        .status,
      201,
    );
  });

  test('its result is its own, and no other text of it has a value', async () => {
    assert.equal((await call('hostile', { how: 'return' })).json, VALUE);
    assert.equal((await call('victim')).json, OTHER);
    const texts: string[] = [];
    for (const how of ['print', 'throw', 'exit']) texts.push((await call('hostile', { how })).text);
    await json('POST', '/v1/secrets/mine/recycle');
    for (const path of [
      '/v1/logs?function=hostile&limit=1000',
      '/v1/invocations?function=hostile',
      '/v1/functions/hostile',
    ])
      texts.push((await node.request('GET', path)).text);
    texts.push(node.log.join('\n'));
    const everything = texts.join('\n');
    assert.match(everything, /\[secret:mine\]/);
    for (const piece of ['horse', 'staple', Buffer.from(VALUE).toString('hex'), Buffer.from(VALUE).toString('base64')])
      assert.ok(!everything.includes(piece), piece);
  });

  test('it sees nothing of what another was given', async () => {
    const { environ, names } = (await call('hostile', { how: 'look' })).json;
    assert.ok(names.includes('MINE') && !names.includes('X'));
    for (const text of environ as string[]) assert.ok(!text.includes(OTHER) && !text.includes(VALUE));
  });

  test('nothing in the data folder has a value', async () => {
    let looked = 0;
    for (const path of await filesBelow(node.dataFolder)) {
      const content = await readFile(path).catch(ifItIsGone);
      if (content === undefined) continue;
      assert.ok(!content.includes('horse') && !content.includes(OTHER), path);
      looked += 1;
    }
    assert.ok(looked > 10, `${looked} files`);
  });

  test('the key is changed while functions run, and a new version arrives with the next sandbox', async () => {
    const { resealed, oldKeys } = (await json('POST', '/v1/vault/rotate')).json;
    assert.deepEqual([resealed, oldKeys.length], [2, 1]);
    await json('PUT', '/v1/secrets/theirs', { value: 'a new value of theirs' });
    assert.equal((await call('victim')).json, OTHER, 'a warm sandbox keeps what it has');
    assert.deepEqual((await json('POST', '/v1/secrets/theirs/recycle')).json.functions, ['victim']);
    assert.equal((await call('victim')).json, 'a new value of theirs');
  });

  test('one that is taken back is gone from warm sandboxes, too', async () => {
    await json('PUT', '/v1/secrets/theirs', { functions: [] });
    const refused = await call('victim');
    assert.equal(refused.headers.get('fob-function-error'), 'load_failed');
    assert.match(refused.text, /not granted to victim/);
    await json('PUT', '/v1/execution-roles/reader', { grants: ['secret:theirs'] });
    assert.equal((await json('PATCH', '/v1/functions/victim', { role: 'reader' })).status, 200);
    assert.equal((await call('victim')).json, 'a new value of theirs');
    assert.equal((await json('DELETE', '/v1/execution-roles/reader')).status, 409);
    assert.equal((await json('DELETE', '/v1/secrets/theirs')).status, 409);
    assert.equal((await json('DELETE', '/v1/execution-roles/reader?force=true')).status, 204);
    assert.equal((await call('victim')).headers.get('fob-function-error'), 'load_failed');
  });

  test('what a role grants holds at once, in a sandbox that runs', async () => {
    await json('PUT', '/v1/execution-roles/settings', { grants: [] });
    const source = `const get = () => fetch(process.env.FOB_URL + '/v1/kv/settings/keys/colour');
export async function callme() { const answer = await get(); return [answer.status, await answer.text()]; }\n`;
    assert.equal((await deploy('reader', source, { role: 'settings' }, 'main.mjs')).status, 201);
    await node.request('PUT', '/v1/kv/settings/keys/colour', { body: 'blue' });
    assert.equal((await call('reader')).json[0], 403);
    await json('PUT', '/v1/execution-roles/settings', { grants: ['kv:settings:read'] });
    assert.deepEqual((await call('reader')).json, [200, 'blue']);
    const may = async () =>
      (await json('GET', '/v1/can?who=function:reader&action=kv:read&resource=settings')).json.allowed;
    assert.equal(await may(), true);
    await json('PUT', '/v1/execution-roles/settings', { grants: [] });
    assert.equal(await may(), false);
    assert.equal((await call('reader')).json[0], 403);
    const { sandboxes } = (await json('GET', '/v1/sandboxes')).json;
    assert.equal(
      sandboxes.filter((each: { function?: string }) => each.function === 'reader').length,
      1,
      'the same one',
    );
  });

  test('a policy is shown before, told while it is deployed, and refuses what breaks it', async () => {
    const policy = { rules: { maxMemoryMb: 128, ownerRequired: true }, message: 'ask ops' };
    const { violations } = (await json('PUT', '/v1/policies/size?dryRun=true', policy)).json;
    assert.ok(violations.some((each: { function: string }) => each.function === 'hostile'));
    assert.equal((await json('PUT', '/v1/policies/size', policy)).status, 201);
    const before = (await json('POST', '/v1/policies/check', { function: 'new', config: { memoryMb: 256 } })).json;
    assert.deepEqual([before.allowed, before.violations.length, before.policies], [false, 2, ['size']]);
    const refused = await deploy('new', 'def callme(): return 1\n', { memoryMb: 256 });
    assert.deepEqual([refused.status, refused.json.code, refused.json.violations.length], [422, 'policy_violation', 2]);
    assert.equal((await call('hostile', { how: 'return' })).status, 200, 'what is there goes on');
    const form = new FormData();
    form.set('config', JSON.stringify({ owner: 'shop' }));
    form.set('code', new File(['def callme(): return 1\n'], 'main.py'));
    const told = await node.request('PUT', '/v1/functions/new', {
      body: form,
      headers: { accept: 'application/x-ndjson' },
    });
    assert.match(told.text, /"checking policies: size"/);
    const effective = (await json('GET', '/v1/policies/effective?function=new')).json;
    assert.deepEqual([effective.limits, effective.violations], [policy.rules, []]);
    assert.equal((await json('PATCH', '/v1/functions/new', { owner: '' })).status, 422);
    const locked = await json('PUT', '/v1/policies/size', { rules: { maxMemoryMb: 1 } });
    assert.match(locked.json.detail, /nothing could be deployed any more.*"size" stands as it was/);
    assert.equal((await json('DELETE', '/v1/policies/size')).status, 204);
  });

  test('a quota refuses calls with 429, and says whose it is and when it begins anew', async () => {
    await json('PUT', '/v1/quotas/shop', { invocationsPerDay: 2 });
    for (const expected of [200, 200, 429]) assert.equal((await call('new')).status, expected);
    const refused = await call('new');
    assert.match(refused.json.detail, /the team "shop" is used up: 2 invocations a day; it begins anew at /);
    assert.ok(Number(refused.headers.get('retry-after')) > 1);
    assert.equal((await call('hostile', { how: 'return' })).status, 200);
    const [team] = (await json('GET', '/v1/quota-usage?team=shop')).json.teams;
    assert.equal(team.uses.find((use: { measure: string }) => use.measure === 'invocationsPerDay').state, 'exceeded');
    assert.equal((await json('DELETE', '/v1/quotas/shop')).status, 204);
    assert.equal((await call('new')).status, 200);
  });

  test('a quota holds what it says, however many come at once', async () => {
    await json('PUT', '/v1/quotas/crowd', { functions: 3 });
    const names = Array.from({ length: 10 }, (_, n) => `crowd-${n}`);
    for (const name of names)
      assert.equal((await deploy(name, 'def callme(): return 1\n', { owner: 'ops' })).status, 201);
    const answers = await Promise.all(names.map((name) => json('PATCH', `/v1/functions/${name}`, { owner: 'crowd' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(3).fill(200), ...Array(7).fill(422)]);
    assert.equal((await json('DELETE', '/v1/quotas/crowd')).status, 204);
  });
});

/** Files of a folder that a node works in, in its whole depth; what goes meanwhile, such as a sandbox that ended, is left out. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ifItIsGone)) ?? [];
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

function ifItIsGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
