import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Reply, startTestNode, type TestNode } from '../support/node.ts';
import { sendRaw } from '../support/raw-http.ts';

const MEGABYTE = 1_000_000;
const LOAD_TIMEOUT_MS = 1_500;
/** For functions that have much to do. */
const LONG_MS = 600_000;
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

describe('limits and bad input of functions', () => {
  let node: TestNode;

  before(async () => {
    node = await startTestNode({ queueWaitMs: 200 });
  });
  after(() => node?.close(), { timeout: 60_000 });

  /** The answer is an error in the contract's shape, whose message says what is meant. */
  function assertRefused(reply: Reply, status: number, code: string, message: RegExp): void {
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.headers.get('content-type')!, /^application\/json\b/i);
    const { error } = reply.json;
    assert.equal(error.code, code, reply.text);
    assert.match(error.message, message);
  }

  async function stored(on = node): Promise<string[]> {
    return (await on.request('GET', '/api/stats')).json.functions;
  }

  type Refusal = [
    code: string | Buffer<ArrayBuffer>,
    language: string,
    status: number,
    expected: string,
    message: RegExp,
  ];

  /** How registering is refused; nothing may be stored. */
  async function refusal(refused: Refusal, on = node): Promise<Reply> {
    const [code, language, status, expected, message] = refused;
    const before = await stored(on);
    const reply = await on.request('POST', `/api/gen?lang=${language}`, { body: code });
    assertRefused(reply, status, expected, message);
    assert.deepEqual(await stored(on), before, 'something was stored');
    return reply;
  }

  async function refusesCode(...refused: Refusal): Promise<void> {
    await refusal(refused);
  }

  describe('registering', () => {
    test('an empty body', () => refusesCode('', 'python', 400, 'invalid_request', /empty/));

    test('a body of 100 MB', () =>
      refusesCode(Buffer.alloc(100 * MEGABYTE, '#'), 'python', 413, 'too_large', /52428800/));

    test('a body of 100 MB that does not say how large it is', async () => {
      const piece = Buffer.alloc(MEGABYTE, '#');
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (++sent > 100) controller.close();
          else controller.enqueue(piece);
        },
      });
      const reply = await node.request('POST', '/api/gen?lang=python', { body, duplex: 'half' } as RequestInit);
      assertRefused(reply, 413, 'too_large', /larger/);
    });

    test('invalid UTF-8', () =>
      refusesCode(Buffer.from([0x23, 0xff, 0xfe]), 'python', 400, 'invalid_function', /UTF-8/));

    test('a byte of zero', () =>
      refusesCode('def callme():\n  return "\0"\n', 'python', 400, 'invalid_function', /NUL/));

    test('an unknown language', () =>
      refusesCode('def callme(): pass', 'cobol', 400, 'unsupported_runtime', /python.*node|node.*python/));

    for (const [language, code] of [
      ['python', 'x = 1\ndef callme(:\n  return 1\n'],
      ['node', 'let x = 1;\nfunction callme() { return 1 +; }\n'],
    ] as const) {
      test(`a syntax error says its line (${language})`, async () => {
        const refused: Refusal = [code, language, 400, 'load_failed', /syntax|unexpected|invalid|never closed/i];
        const reply = await refusal(refused);
        assert.equal(reply.json.error.type, 'SyntaxError');
        assert.equal(reply.json.error.line, 2, reply.text);
        assert.doesNotMatch(reply.text, /fob_driver|main\.cjs/);
      });
    }

    for (const [language, other, value, failing] of [
      ['python', 'def other(): pass', 'callme = 42', 'raise ValueError("no luck")\ndef callme(): pass'],
      [
        'node',
        'function other() {}',
        'module.exports = { callme: 42 }',
        'throw new TypeError("no luck");\nfunction callme() {}',
      ],
    ] as const) {
      test(`no entry point (${language})`, async () => {
        const reply = await refusal([other, language, 400, 'load_failed', /callme/]);
        assert.match(reply.json.error.message, /other/, 'says what is there instead');
      });
      test(`an entry point that is no function (${language})`, () =>
        refusesCode(value, language, 400, 'load_failed', /callme.*(int|number).*not a function/s));
      test(`an exception while loading (${language})`, async () => {
        const reply = await refusal([failing, language, 400, 'load_failed', /no luck/]);
        assert.equal(reply.json.error.line, 1, reply.text);
      });
    }

    test('an endless loop while loading', async () => {
      // A node of its own: elsewhere code may take its time to load.
      const hasty = await startTestNode({ loadTimeoutMs: LOAD_TIMEOUT_MS });
      try {
        for (const [language, code] of [
          ['python', 'while True: pass\ndef callme(): pass'],
          ['node', 'for (;;);\nfunction callme() {}'],
        ] as const)
          await refusal([code, language, 400, 'load_failed', new RegExp(`${LOAD_TIMEOUT_MS} ms`)], hasty);
      } finally {
        await hasty.close();
      }
    });

    for (const [language, code] of [
      ['python', 'import os\nos._exit(3)\ndef callme(): pass'],
      ['node', 'process.reallyExit(3);\nfunction callme() {}'],
    ] as const) {
      test(`an end while loading (${language})`, () => refusesCode(code, language, 400, 'load_failed', /code 3/));
    }

    test('too much memory while loading', () =>
      refusesCode(
        'x = bytearray(1 << 30)\nx[:] = b"1" * (1 << 30)\ndef callme(): pass',
        'python',
        400,
        'load_failed',
        /memory/i,
      ));
  });

  describe('calling', () => {
    test('an unknown id', async () => {
      for (const id of [UNKNOWN_ID, 'nobody', '..', '%00', '%2e%2e%2fgen', 'a'.repeat(200), '%F0%9F%90%A6'])
        assertRefused(await node.request('GET', `/api/call/${id}`), 404, 'not_found', /./);
    });

    test('an endless loop', async () => {
      for (const [language, code] of [
        ['python', 'def callme():\n  while True: pass'],
        ['node', 'function callme() { for (;;); }'],
      ] as const) {
        const id = await node.register(code, language);
        await node.configure(id, { timeoutMs: 500 });
        assertRefused(await node.call(id), 504, 'timed_out', /timeout of 500 ms/);
      }
    });

    test('results that JSON cannot hold', async () => {
      for (const [language, value, message] of [
        ['python', '{1: 2}', /key.*int.*1/],
        ['python', '{None: 2}', /key.*NoneType/],
        ['python', '[{"a": {(1, 2): 3}}]', /\[0\]\.a.*tuple/],
        ['python', 'float("nan")', /nan/],
        ['python', '{"deep": [1, float("inf")]}', /deep\[1\].*inf/],
        ['python', '{"a": object()}', /'a'.*object/],
        ['python', '{1, 2}', /set/],
        ['python', 'callme', /function/],
        ['node', 'NaN', /NaN/],
        ['node', '({ deep: [1, -Infinity] })', /deep\[1\].*Infinity/],
        ['node', '({ a: { b: 1n } })', /a\.b.*bigint/],
        ['node', 'new Map([[1, 2]])', /Map/],
        ['node', 'callme', /function/],
        ['node', 'Symbol("x")', /symbol/],
      ] as const) {
        const code =
          language === 'python' ? `def callme():\n  return ${value}` : `function callme() { return ${value}; }`;
        const id = await node.register(code, language);
        assertRefused(await node.call(id), 502, 'bad_result', message);
      }
    });

    test('results that contain themselves, or are nested very deeply', async () => {
      for (const [language, code] of [
        ['python', 'def callme():\n  x = []\n  x.append(x)\n  return x'],
        ['python', 'def callme():\n  x = []\n  for _ in range(100000): x = [x]\n  return x'],
        ['node', 'function callme() { const x = {}; x.x = x; return x; }'],
        ['node', 'function callme() { let x = []; for (let n = 0; n < 100000; n++) x = [x]; return x; }'],
      ] as const) {
        const id = await node.register(code, language);
        assertRefused(await node.call(id), 502, 'bad_result', /itself|deep/);
        assertRefused(await node.call(id), 502, 'bad_result', /itself|deep/);
      }
    });

    test('a result of 100 MB', async () => {
      for (const [language, code] of [
        ['python', 'def callme():\n  return "x" * 100_000_000'],
        ['python', 'def callme():\n  return b"x" * 100_000_000'],
        ['node', 'function callme() { return "x".repeat(100_000_000); }'],
        ['node', 'function callme() { return Buffer.alloc(100_000_000); }'],
      ] as const) {
        const id = await node.register(code, language);
        await node.configure(id, { memoryMb: 1_024, timeoutMs: LONG_MS });
        assertRefused(await node.call(id), 502, 'result_too_large', /6291456/);
      }
    });

    test('gigabytes of prints are cut, with a note, and the result stands', async () => {
      for (const [language, code] of [
        ['python', 'def callme():\n  line = "x" * 1_000_000\n  for _ in range(2000): print(line)\n  return 42'],
        [
          'node',
          'function callme() { const line = "x".repeat(1_000_000); for (let n = 0; n < 300; n++) console.log(line); return 42; }',
        ],
      ] as const) {
        const id = await node.register(code, language);
        await node.configure(id, { timeoutMs: LONG_MS });
        assert.equal(await node.result(id), 42);
        const { lines } = (await node.request('GET', `/v1/logs?function=${id}&limit=1000`)).json;
        const bytes = lines.reduce((sum: number, { text }: { text: string }) => sum + text.length, 0);
        assert.ok(bytes < 300_000, `${bytes} bytes were kept`);
        assert.ok(
          lines.some(({ text }: { text: string }) => /dropped.*262144/.test(text)),
          'nothing says that lines were dropped',
        );
      }
    });

    test('parameters that are unknown, missing, or given twice', async () => {
      for (const [language, code] of [
        ['python', 'def callme(param1, param2=None):\n  return [param1, param2]'],
        ['node', 'function callme(param1, param2 = null) { return [param1, param2]; }'],
      ] as const) {
        const id = await node.register(code, language);
        const get = (query: string) => node.request('GET', `/api/call/${id}?${query}`);
        assertRefused(await get('param1:1,other:2'), 404, 'bad_parameters', /param1.*param2.*'other'/);
        assertRefused(await get('param2:1'), 404, 'bad_parameters', /missing 'param1'/);
        assertRefused(await get(''), 404, 'bad_parameters', /missing 'param1'/);
        assertRefused(await get('param1:1,param1:2'), 404, 'bad_parameters', /"param1".*more than once/);
        assertRefused(await get('param1=1&param1=2'), 404, 'bad_parameters', /"param1".*more than once/);
        assertRefused(await get('__proto__:1,param1:1'), 404, 'bad_parameters', /__proto__/);
        assertRefused(await node.call(id, { param1: 1, 'no such name': 2 }), 404, 'bad_parameters', /no such name/);
        assert.deepEqual((await get('param1:a%3Ab%2Cc,param2:%26%3D%C3%A4')).json.result, ['a:b,c', '&=ä']);
      }
    });

    test('bad percent-encoding and queries that are no parameters', async () => {
      const id = await node.register('def callme(a="none"):\n  return a', 'python');
      const get = (query: string) => node.request('GET', `/api/call/${id}?${query}`);
      for (const query of ['a:%', 'a:%2', 'a:%zz', 'a=%C3', 'a:%ff%fe', '%E4:1'])
        assertRefused(await get(query), 400, 'invalid_request', /percent-encoding/);
      for (const query of ['a', 'a:1,', 'a:1,b', ':1', '=1', ','])
        assertRefused(await get(query), 400, 'invalid_request', /name/);
      const head = `GET /api/call/${id}?a:\xff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`;
      assert.match(await sendRaw(node.port, Buffer.from(head, 'latin1')), /^HTTP\/1\.1 400 .*percent-encode/s);
    });

    test('bodies that are no JSON object of parameters', async () => {
      for (const [language, code] of [
        ['python', 'def callme(a=1):\n  return a'],
        ['node', 'function callme(a = 1) { return a; }'],
      ] as const) {
        const id = await node.register(code, language);
        const post = (body: string | Buffer<ArrayBuffer>, query = '') =>
          node.request('POST', `/api/call/${id}${query}`, { body, headers: { 'Content-Type': 'application/json' } });
        for (const body of [
          '{',
          '[1]',
          '"text"',
          '7',
          '{"a": NaN}',
          '{"a": 1} {}',
          '{"a": 01}',
          Buffer.from([0x7b, 0xff, 0x7d]),
        ])
          assertRefused(await post(body), 400, 'invalid_request', /JSON object of parameters/);
        assertRefused(await post(`{"a": ${'['.repeat(100_000)}`), 400, 'invalid_request', /JSON/);
        assertRefused(await post('{"a": 1}', '?a:1'), 400, 'invalid_request', /not in both/);
        assertRefused(await post(Buffer.alloc(100 * MEGABYTE, ' ')), 413, 'too_large', /6291456/);
        assert.equal((await post('')).json.result, 1);
      }
    });

    test('values as deep as JSON readers take arrive whole, or are refused', async () => {
      for (const [language, code] of [
        ['python', 'def callme(a):\n  return a'],
        ['node', 'function callme(a) { return a; }'],
      ] as const) {
        const id = await node.register(code, language);
        const nested = (depth: number) => `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
        const post = (body: string) => node.request('POST', `/api/call/${id}`, { body });
        assert.equal(
          (await post(nested(200))).text.replaceAll(/\s/g, ''),
          `{"result":${'['.repeat(200)}${']'.repeat(200)}}`,
        );
        const deep = await post(nested(1_000_000));
        assert.ok([400, 404, 502].includes(deep.status), deep.text.slice(0, 200));
        assert.match(deep.json.error.message, /deep|JSON/);
        assert.equal((await post('{"a": 1}')).status, 200);
      }
    });

    test('values of the wrong type', async () => {
      const id = await node.register('def callme(n: int):\n  return n', 'python');
      assertRefused(await node.request('GET', `/api/call/${id}?n:abc`), 404, 'bad_parameters', /'n'.*integer.*abc/);
      assertRefused(await node.call(id, { n: 'abc' }), 404, 'bad_parameters', /'n'.*integer/);
    });

    test('a function that ends or kills its own process', async () => {
      for (const [language, code, message] of [
        ['python', 'import os\ndef callme():\n  os._exit(7)', /code 7/],
        ['python', 'import os, signal\ndef callme():\n  os.kill(os.getpid(), signal.SIGKILL)', /SIGKILL/],
        ['node', 'function callme() { process.reallyExit(7); }', /code 7/],
        [
          'node',
          'async function callme() { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); }',
          /SIGKILL/,
        ],
      ] as const) {
        const id = await node.register(code, language);
        assertRefused(await node.call(id), 502, 'crashed', message);
        assertRefused(await node.call(id), 502, 'crashed', message);
      }
    });

    test('more calls at once than the function allows', async () => {
      const id = await node.register(
        'import time\ndef callme(seconds: int = 0):\n  time.sleep(seconds)\n  return "done"',
        'python',
      );
      await node.configure(id, { maxConcurrency: 1, timeoutMs: 60_000 });
      const gone = new AbortController();
      const busy = node.request('GET', `/api/call/${id}?seconds=30`, { signal: gone.signal }).catch(() => undefined);
      await eventually(async () => {
        const { sandboxes } = (await node.request('GET', `/api/meta/${id}`)).json;
        assert.equal(sandboxes[0]?.state, 'busy');
      });
      const reply = await node.call(id);
      assertRefused(reply, 429, 'throttled', /maxConcurrency/);
      assert.match(reply.headers.get('retry-after')!, /^[1-9]\d*$/);
      gone.abort();
      await busy;
      await eventually(async () => assert.equal(await node.result(id), 'done'));
    });

    test('a caller that hangs up', async () => {
      const id = await node.register('import time\ndef callme():\n  time.sleep(60)', 'python');
      const call = httpRequest(`${node.url}/api/call/${id}`).on('error', () => undefined);
      call.end();
      await eventually(async () => {
        const { sandboxes } = (await node.request('GET', `/api/meta/${id}`)).json;
        assert.equal(sandboxes[0]?.state, 'busy');
      });
      call.destroy();
      await eventually(async () => {
        const { invocations } = (await node.request('GET', `/v1/invocations?function=${id}`)).json;
        assert.deepEqual(
          invocations.map((each: { status: string }) => each.status),
          ['cancelled'],
        );
        assert.deepEqual((await node.request('GET', `/api/meta/${id}`)).json.sandboxes, []);
      });
    });

    test('requests that are not HTTP', async () => {
      for (const text of [
        '\0\0\0\0\r\n\r\n',
        'GET\r\n\r\n',
        `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      ])
        assert.match(await sendRaw(node.port, text), /^HTTP\/1\.1 4\d\d /);
      const twoLengths =
        'POST /api/gen HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
      assert.match(await sendRaw(node.port, twoLengths), /^HTTP\/1\.1 400 /);
      assert.equal((await node.request('GET', '/healthz')).status, 200);
    });

    test('methods and paths that there are not', async () => {
      assertRefused(await node.request('DELETE', '/api/stats'), 405, 'method_not_allowed', /./);
      assertRefused(await node.request('GET', '/api/nothing'), 404, 'not_found', /./);
    });
  });
});
