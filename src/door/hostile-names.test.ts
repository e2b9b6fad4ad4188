import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../../test/support/node.ts';

const CONTROL = 'a\x1b[2Jb';
const LINES = 'a\nb';
const REORDERED = 'invoice\u202efdp.exe';
const UNSEEN = 'ada\u200b';
const LONG = 'n'.repeat(100_000);
const SCRIPT = '<script>alert("1")</script>';
/** Everybody's letters, right to left ones and joined pictures too. */
const HONEST = ['Zoë & søn', 'משה כהן', '日本語', '👩‍💻 on call', SCRIPT];

describe('hostile texts, where a name is meant', () => {
  let node: TestNode;
  const send = (method: string, path: string, body: unknown) =>
    node.request(method, path, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  before(async () => {
    node = await startTestNode();
    const code = { inline: 'export const handler = async (event) => event;', fileName: 'main.mjs' };
    assert.equal((await send('PUT', '/v1/functions/hello', { code, config: { runtime: 'node' } })).status, 201);
  });
  after(() => node.close());

  const route = (path: string) => ({
    type: 'http',
    function: 'hello',
    name: 'route',
    options: { path, methods: ['GET'] },
  });
  const fields: Readonly<Record<string, (text: string) => readonly [method: string, path: string, body: unknown]>> = {
    'the owner of a function': (owner) => ['PATCH', '/v1/functions/hello', { owner }],
    'the owner of a role': (owner) => ['PUT', '/v1/execution-roles/reader', { owner, grants: [] }],
    'the path of a route': (text) => ['POST', '/v1/triggers', route(`/${text}`)],
    'a value of a blueprint': (prefix) => [
      'POST',
      '/v1/blueprints/s3-get-object-python/resources',
      { values: { prefix } },
    ],
    'what an access key is for': (label) => ['POST', '/v1/keys', { label, grants: ['kv:a'] }],
  };
  for (const [what, request] of Object.entries(fields)) {
    test(`${what}: control characters, lines, and what is unseen or reorders letters are refused in words`, async () => {
      for (const text of [CONTROL, LINES, REORDERED, UNSEEN, '\u009b2J', '\u2066x']) {
        const { status, json } = await send(...request(text));
        assert.equal(status, 400, JSON.stringify([what, text, json]));
        assert.match(
          json.detail,
          /without (?:control characters, line breaks, and )?characters that (?:are invisible or reorder|control, or that nobody sees)/,
        );
      }
    });
  }

  test('alerts know owners, tags and scopes by what one can see', async () => {
    const routed = await send('PUT', '/v1/alerts/routing', {
      default: [],
      owners: { 'Zoë & søn': [], '👩‍💻 on call': [] },
    });
    assert.equal(routed.status, 200, routed.text);
    const condition = { when: 'errors / invocations > 5% over 5m', severity: 'warning' };
    for (const text of [CONTROL, LINES, REORDERED, UNSEEN]) {
      for (const [method, path, body] of [
        ['PUT', '/v1/alerts/routing', { default: [], owners: { [text]: [] } }],
        ['PUT', '/v1/alerts/rules/r', { ...condition, owner: text }],
        ['PUT', '/v1/alerts/rules/r', { ...condition, tag: `a=${text}` }],
        ['POST', '/v1/alerts/silences', { owner: text, forMs: 1_000, reason: 'x' }],
        ['PUT', '/v1/alerts/defaults', { scope: `owner:${text}`, rule: 'errors', change: { enabled: false } }],
      ] as const) {
        const { status } = await send(method, path, body);
        assert.equal(status, 400, JSON.stringify([path, body]));
      }
    }
  });

  test('honest owners are kept as they are', async () => {
    for (const owner of HONEST) {
      const { status, json } = await send('PATCH', '/v1/functions/hello', { owner });
      assert.deepEqual([status, json.config?.owner], [200, owner]);
    }
  });

  test('a value that no environment can hold is refused', async () => {
    const { status, json } = await send('PATCH', '/v1/functions/hello', { environment: { A: 'x\0y' } });
    assert.equal(status, 400);
    assert.match(json.detail, /"environment\.A" has a NUL/);
  });

  test('what is refused for its length is not sent back', async () => {
    const requests: (readonly [string, string, unknown])[] = [
      ['PATCH', '/v1/functions/hello', { owner: LONG }],
      ['PATCH', '/v1/functions/hello', { tags: { [LONG]: 'x' } }],
      ['PATCH', '/v1/functions/hello', { [LONG]: 'x' }],
      ['PATCH', '/v1/functions/hello', { environment: { [LONG]: 'x' } }],
      ['POST', '/v1/triggers', route(`/${LONG}`)],
      ['POST', '/v1/triggers', { type: 'queue', function: 'hello', options: { [LONG]: 1 } }],
      ['POST', '/v1/triggers', { type: 'x', function: 'hello', options: {}, [LONG]: 1 }],
    ];
    for (const request of requests) {
      const { status, text } = await send(...request);
      assert.equal(status, 400, text.slice(0, 300));
      assert.ok(text.length < 10_000, `${text.length} characters: ${text.slice(0, 200)}`);
    }
  });
});
