import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openWorkshop, type Workshop } from './workshop.ts';

const KEY = 'a-long-random-text-that-callers-have';
const ORDER = { customer: 'ada@example.org', lines: [{ item: 'tea', quantity: 2, cents: 350 }] };

describe('blueprints of HTTP', { skip: process.platform !== 'linux' }, () => {
  let workshop: Workshop;

  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop?.close());

  /** A request with the key, or another one; redirections are answers. */
  const send = (method: string, path: string, body?: unknown, key = KEY) =>
    workshop.node.client.request(method, path, {
      redirect: 'manual',
      headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  test('url-shortener: links are made by whoever has the key, and followed by everybody', async () => {
    const made = await workshop.make('url-shortener', { name: 'short', path: '/go' }, { LINKS_KEY: KEY });
    assert.equal((await workshop.sample('short', made)).statusCode, 201);
    const url = 'https://example.org/a/long?address=with&more#parts';
    assert.equal((await send('POST', '/go', { url }, 'guessed')).status, 401);
    const link = await send('POST', '/go', { url });
    assert.equal(link.status, 201, link.text);
    assert.equal(link.headers.get('location'), link.json.path);
    assert.deepEqual((await send('POST', '/go', { url })).json, link.json, 'the same address has the same link');
    const followed = await send('GET', link.json.path, undefined, '');
    assert.deepEqual([followed.status, followed.headers.get('location')], [302, url]);
    assert.equal((await send('GET', '/go/nothing')).status, 404);
    for (const wrong of [{ url: 'javascript:alert(1)' }, { url: 7 }, {}, 'no JSON'])
      assert.equal((await send('POST', '/go', wrong)).status, 400);
  });

  for (const blueprint of ['http-api', 'http-api-python']) {
    test(`${blueprint}: orders are checked, kept and given back`, async (context) => {
      if (workshop.noPackages) return context.skip(workshop.noPackages);
      const path = `/${blueprint}`;
      const folder = await workshop.make(blueprint, { path }, { API_KEY: KEY });
      assert.equal((await workshop.sample(blueprint, folder)).statusCode, 201);
      assert.equal((await send('PUT', `${path}/b-1`, ORDER, 'guessed')).status, 401);
      const made = await send('PUT', `${path}/b-1`, ORDER);
      assert.deepEqual([made.status, made.json], [201, { id: 'b-1', total: 700 }], made.text);
      assert.equal(
        (await send('PUT', `${path}/b-1`, ORDER)).status,
        200,
        'a request that is repeated makes no second one',
      );
      assert.deepEqual((await send('GET', `${path}/b-1`)).json, { ...ORDER, total: 700 });

      const wrong = await send('PUT', `${path}/a-2`, { ...ORDER, lines: [{ ...ORDER.lines[0], quantity: '2' }] });
      assert.equal(wrong.status, 422, wrong.text);
      assert.deepEqual(
        wrong.json.faults.map((fault: { field: string }) => fault.field),
        ['lines.0.quantity'],
      );
      assert.equal(
        (await send('PUT', `${path}/a-2`, { ...ORDER, notes: 'x' })).status,
        422,
        'a misspelt field is told',
      );
      assert.ok([400, 422].includes((await send('PUT', `${path}/a-2`, '{"customer":')).status));
      assert.equal((await send('GET', `${path}/a-2`)).status, 404, 'what was refused is not kept');
      assert.equal((await send('GET', `${path}/a.b`)).status, 400);
    });
  }
});
