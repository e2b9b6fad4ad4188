import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const JSON_TYPE = 'application/json; charset=UTF-8';

const HELLO = `def callme():
    print("Hello serverless world!")
    return 42
`;
const ADD = `def callme(param1, param2):
    if param1 and param2:
        return int(param1) + int(param2)
    else:
        return None
`;

describe("the report's Appendix A", () => {
  let node: TestNode;
  let client: Client;

  before(async () => {
    node = await startTestNode();
    client = createClient(node.url);
  });
  after(() => node?.close());

  const gen = async (code: string | Buffer<ArrayBuffer>, query = ''): Promise<string> => {
    const answer = await client.request('POST', `/api/gen${query}`, { body: code });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('content-type'), JSON_TYPE);
    assert.deepEqual(Object.keys(answer.json), ['id']);
    assert.match(answer.json.id, UUID);
    return answer.json.id;
  };
  const call = (id: string, query = '', init?: RequestInit) =>
    client.request(init?.method ?? 'GET', `/api/call/${id}${query}`, init);
  const result = async (id: string, query = '', init?: RequestInit): Promise<unknown> => {
    const answer = await call(id, query, init);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('content-type'), JSON_TYPE);
    assert.deepEqual(Object.keys(answer.json), ['result']);
    return answer.json.result;
  };
  const errorOf = async (expected: number, answering: ReturnType<typeof call>) => {
    const { status, text, json, headers } = await answering;
    assert.equal(status, expected, text);
    assert.equal(headers.get('content-type'), JSON_TYPE);
    assert.equal(typeof json.error.code, 'string');
    assert.equal(typeof json.error.message, 'string');
    return json.error;
  };

  test('where nothing is registered, the list is empty', async () => {
    const { status, text, headers } = await client.request('GET', '/api/stats');
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), JSON_TYPE);
    assert.deepEqual(JSON.parse(text), { functions: [] });
  });

  test('the first fragment prints, and answers 42', async () => {
    const id = await gen(HELLO, '?lang=python');
    const answer = await call(id);
    assert.equal(answer.text, '{"result": 42}');
    const { json } = await client.request('GET', `/v1/logs?function=${id}`);
    assert.deepEqual(
      json.lines.map((line: { text: string }) => line.text),
      ['Hello serverless world!'],
    );
    await errorOf(404, call(id, '?surplus:1'));
  });

  test('the second fragment adds its parameters, whatever form the query has', async () => {
    const id = await gen(ADD);
    for (const query of ['?param1:1,param2:1', '?param1=1&param2=1', '?params=param1:1,param2:1']) {
      assert.equal(await result(id, query), 2, query);
      assert.equal((await call(id, query)).text, '{"result": 2}');
    }
    assert.equal(await result(id, '?param2:%31,param1:%34%31'), 42, 'by name, decoded after splitting');
    assert.equal(await result(id, '?param1:,param2:1'), null, 'None where one is empty');
    for (const body of [
      { param1: 40, param2: 2 },
      { param2: '2', param1: '40' },
    ]) {
      assert.equal(await result(id, '', { method: 'POST', body: JSON.stringify(body) }), 42);
    }
  });

  test('values keep their types: texts from a query, JSON from a body', async () => {
    const id = await gen('def callme(a, b): return [type(a).__name__, a, type(b).__name__, b]');
    assert.deepEqual(await result(id, '?a:x:y,b:%2C%26%3D%C3%A4'), ['str', 'x:y', 'str', ',&=ä']);
    const body = JSON.stringify({ a: 1.5, b: [null, { c: true }] });
    assert.deepEqual(await result(id, '', { method: 'POST', body }), ['float', 1.5, 'list', [null, { c: true }]]);
  });

  test('parameters that do not fit answer 404 and name those that do', async () => {
    const id = await gen(ADD);
    for (const query of [
      '',
      '?param1:1',
      '?param1:1,param2:2,param3:3',
      '?param1:1,other:1',
      '?param1:one,param2:two',
      '?param1:1,param1:1,param2:2',
    ]) {
      const { message } = await errorOf(404, call(id, query));
      assert.match(message, /param1/, `${query}: ${message}`);
    }
    for (const query of ['', '?param1:1', '?param1:1,other:1']) {
      const { message } = await errorOf(404, call(id, query));
      assert.match(message, /param1.*param2/, `${query}: ${message}`);
    }
    const annotated = await gen('def callme(count: int): return count + 1');
    assert.equal(await result(annotated, '?count:1'), 2);
    assert.match((await errorOf(404, call(annotated, '?count:many'))).message, /count/);
  });

  test('an id that does not exist answers 404 on every call', async () => {
    for (const path of ['call', 'meta', 'cs']) {
      const id = '00000000-0000-4000-8000-000000000000';
      const { message } = await errorOf(404, client.request('GET', `/api/${path}/${id}`));
      assert.match(message, new RegExp(id), path);
    }
  });

  test('an exception answers 502 with its type, message and stack', async () => {
    const python = await gen('def callme():\n    raise RuntimeError("out of birds")');
    assert.deepEqual(pick(await errorOf(502, call(python))), ['exception', 'RuntimeError', 'out of birds']);
    assert.match((await errorOf(502, call(python))).stack, /main\.py", line 2, in callme/);
    const node = await gen('export function callme() {\n  throw new RangeError("too few birds");\n}', '?lang=node');
    assert.deepEqual(pick(await errorOf(502, call(node))), ['exception', 'RangeError', 'too few birds']);
    assert.match((await errorOf(502, call(node))).stack, /main\.\w+:2:/);
  });

  test('what cannot be a function is refused, with the line, and not stored', async () => {
    const before = (await client.request('GET', '/api/stats')).text;
    const refused = (body: string, query = '') => errorOf(400, client.request('POST', `/api/gen${query}`, { body }));
    const syntax = await refused('def callme():\n    return (42\n', '?lang=python');
    assert.match(JSON.stringify(syntax), /SyntaxError/);
    assert.equal(syntax.line, 2);
    assert.match((await refused('def other(): return 42')).message, /callme/);
    assert.match((await refused(HELLO, '?lang=cobol')).message, /node.*python|python.*node/);
    await refused('');
    assert.equal((await client.request('GET', '/api/stats')).text, before);
  });

  test('a fragment is taken as it is, whatever the client says that it is', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'text/x-python']) {
      const answer = await client.request('POST', '/api/gen', {
        body: HELLO.trimEnd(),
        headers: { 'Content-Type': type },
      });
      assert.equal(answer.status, 200, `${type}: ${answer.text}`);
      assert.equal((await client.request('GET', `/api/cs/${answer.json.id}`)).text, HELLO.trimEnd());
      assert.equal(await result(answer.json.id, '?', { headers: { 'Content-Type': type } }), 42);
    }
    const byName = createClient(node.url.replace('127.0.0.1', 'localhost'));
    assert.equal((await byName.request('GET', '/api/stats')).status, 200);
  });

  test('the list grows by each registration', async () => {
    const before: string[] = (await client.request('GET', '/api/stats')).json.functions;
    const ids = [await gen(HELLO), await gen(HELLO)];
    const after: string[] = (await client.request('GET', '/api/stats')).json.functions;
    assert.deepEqual(after.filter((id) => !before.includes(id)).sort(), ids.sort());
  });

  test('meta names a host and a port at which the function can be reached', async () => {
    const id = await gen(HELLO);
    assert.equal(await result(id), 42);
    const { json } = await client.request('GET', `/api/meta/${id}`);
    assert.equal(typeof json.host, 'string');
    assert.equal(typeof json.port, 'number');
    const there = await fetch(`http://${json.host}:${json.port}/api/call/${id}`);
    assert.deepEqual(await there.json(), { result: 42 });
    assert.ok(json.sandboxes.length >= 1, 'what is known of its sandboxes');
  });

  test('the code comes back byte for byte', async () => {
    const code = Buffer.from('# \u00e4\u{1f426}\t\r\ndef callme():\r\n    return "\u{1f426}"\r\n\n\n   ');
    const id = await gen(code);
    assert.equal(await result(id), '\u{1f426}');
    const answer = await client.request('GET', `/api/cs/${id}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain\b/);
    assert.deepEqual(answer.body, code);
  });

  test('another language, asked for or plain to see; Python wins a tie', async () => {
    const code = 'export const callme = ({ a, b }) => Number(a) + Number(b);';
    assert.equal(await result(await gen(code, '?lang=node'), '?a:20,b:22'), 42);
    assert.equal(await result(await gen(code), '?a=20&b=22'), 42);
    assert.equal(await result(await gen('callme = lambda: 42')), 42);
  });

  test('functions of one door are seen through the other', async () => {
    const id = await gen(ADD);
    const shown = await client.request('GET', `/v1/functions/${id}`);
    assert.equal(shown.status, 200, shown.text);
    assert.equal(shown.json.id, id);
    assert.equal(await client.result(id, { param1: 1, param2: 2 }), 3);

    const named = await client.put('named', HELLO);
    assert.equal(await result(named.id), 42);
    assert.equal(await result('named'), 42);
    assert.ok((await client.request('GET', '/api/stats')).json.functions.includes(named.id));
    await client.request('DELETE', `/v1/functions/${id}`);
    await errorOf(404, call(id, '?param1:1,param2:1'));
  });
});

function pick(error: { code: string; type: string; message: string }): string[] {
  return [error.code, error.type, error.message];
}
