import assert from 'node:assert/strict';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../support/node.ts';

const CODE = `export async function handler({ n }) {
  console.log('before');
  console.log(JSON.stringify({ level: n === 3 ? 'error' : 'info', msg: 'step', n, status: 200 + n, user: { id: String(n) } }));
  if (n === 3) throw new TypeError('no three');
  console.log('\\u001b[31mafter\\u001b[0m');
  return n;
}`;

interface Line {
  readonly id?: string;
  readonly text: string;
  readonly stream: string;
  readonly level: string;
  readonly message?: string;
  readonly invocationId: string;
  readonly sandboxId: string;
  readonly before?: readonly Line[];
  readonly after?: readonly Line[];
}

describe('logs', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  const ids: string[] = [];

  before(async () => {
    node = await startTestNode();
    await node.request('PUT', '/v1/functions/steps?handler=main.handler', {
      headers: { 'content-type': 'text/javascript' },
      body: CODE,
    });
    for (const n of [1, 2, 3]) {
      const reply = await node.request('POST', '/v1/functions/steps/invoke', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ n }),
      });
      ids.push(reply.headers.get('fob-invocation-id')!);
    }
  });
  after(() => node?.close());

  const lines = async (query: string): Promise<Line[]> => {
    const { status, json, text } = await node.request('GET', `/v1/logs?${query}`);
    assert.equal(status, 200, text);
    return json.lines.reverse();
  };
  const where = (condition: string): string => `where=${encodeURIComponent(condition)}`;

  test('are found by field, level and text, with what stands around', async () => {
    assert.equal((await lines('function=steps')).length, 8);
    const [found, ...others] = await lines(`function=steps&context=1&${where('status>=203')}&${where('user.id=3')}`);
    assert.deepEqual(others, []);
    assert.deepEqual([found!.message, found!.level], ['step', 'error']);
    assert.deepEqual([found!.before!.map(({ text }) => text), found!.after], [['before'], []]);
    assert.equal((await lines('level=error')).length, 1);
    assert.equal((await lines(`function=steps&text=AFTER`)).length, 2);
    assert.equal((await lines(`function=steps,nobody&version=1&${where('not n')}`)).length, 5);
  });

  test('of an invocation or a trace stand between what the platform says', async () => {
    const of = await lines(`invocation=${ids[2]}&platform=all`);
    const words = of.map(({ text, stream }) => (stream === 'platform' ? text.split(' ')[0] : 'own'));
    assert.deepEqual(words, ['START', 'own', 'own', 'END', 'REPORT']);
    assert.match(of[3]!.text, /failed \(exception\): TypeError: no three$/);
    assert.match(of[4]!.text, /duration [\d.]+ ms, billed \d+ ms/);
    assert.deepEqual(await lines(`trace=${ids[2]!.replaceAll('-', '')}&platform=all`), of);
    const whole = await lines('function=steps&platform=all');
    assert.equal(whole.length, 8 + 9);
    const failed = await lines('function=steps&platform=all&level=error');
    assert.deepEqual(failed.map(({ stream }) => stream).sort(), ['platform', 'stdout']);
  });

  test('stand in streams, which a part of their id finds', async () => {
    const { json } = await node.request('GET', '/v1/logs/streams?function=steps');
    const total = json.streams.reduce((sum: number, stream: { lines: number }) => sum + stream.lines, 0);
    assert.equal(total, 8);
    const [{ sandboxId, lines: count }] = json.streams;
    assert.equal((await lines(`stream=${sandboxId.slice(0, 30)}`)).length, count);
    assert.equal((await node.request('GET', '/v1/logs?stream=ffff')).status, 404);
  });

  test('are exported whole, and from where an export broke off', async () => {
    const { text, headers } = await node.request('GET', '/v1/logs/export?function=steps');
    const all: Line[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.match(headers.get('content-type')!, /ndjson/);
    assert.equal(all.length, 8);
    const rest = await node.request('GET', `/v1/logs/export?function=steps&cursor=${all[4]!.id}`);
    assert.deepEqual(
      rest.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      all.slice(5),
    );
    const csv = await node.request('GET', '/v1/logs/export?function=steps&format=csv');
    assert.equal(csv.text.trim().split('\r\n').length, 9);
    assert.match(csv.text, /\\x1b\[31mafter/);
    assert.equal((await node.request('GET', '/v1/logs/export?function=nobody')).text, '');
  });

  test('are refused with what is wrong', async () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      [where('a b'), /put \\?"and\\?" or \\?"or\\?"/],
      ['trace=abc', /no id of a trace/],
      ['function=a,b%20c', /no name or id of a function/],
      [`function=${Array.from({ length: 51 }, (_, n) => `f${n}`).join(',')}`, /at most 50/],
      ['context=51', /context/],
      ['platform=some', /platform/],
      ['platform=all&cursor=5', /no cursor of this query/],
    ];
    for (const [query, message] of wrong) {
      const { status, text } = await node.request('GET', `/v1/logs?${query}`);
      assert.equal(status, 400, query);
      assert.match(text, message);
    }
    assert.equal((await node.request('GET', `/v1/logs/export?${where('=')}`)).status, 400);
    assert.equal((await node.request('GET', `/v1/logs/tail?${where('=')}`)).status, 400);
  });

  test('are shown live, by the same filters, with what the platform says at the end', async () => {
    const path = `/v1/logs/tail?function=steps&platform=all&${where('status=207 or not n')}&stream=0`;
    const req = request({ port: node.port, host: '127.0.0.1', path, agent: false }).end();
    const [res] = await new Promise<[import('node:http').IncomingMessage]>((resolve) =>
      req.once('response', (response) => resolve([response])),
    );
    const reading = createInterface({ input: res })[Symbol.asyncIterator]();
    await node.request('POST', '/v1/functions/steps/invoke', {
      headers: { 'content-type': 'application/json' },
      body: '{"n":7}',
    });
    const texts: string[] = [];
    while (!texts.at(-1)?.startsWith('REPORT')) texts.push(JSON.parse((await reading.next()).value!).text);
    assert.deepEqual(
      texts.map((text) => text.split(' ')[0]!.slice(0, 6)),
      ['before', '{"leve', '\u001b[31ma', 'END', 'REPORT'],
    );
    res.destroy();
  });
});
