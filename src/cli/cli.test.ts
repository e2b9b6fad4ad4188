import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApiDouble, json, sampleFunction } from './testing/api-double.ts';
import { runFob } from './testing/run-fob.ts';

const RUN_ID = '019a1b2c-0000-7000-8000-000000000001';

describe('the command line', () => {
  let node: ApiDouble;
  let folder = '';
  const fob = (...words: string[]) => runFob(words, { environment: { FOB_URL: node.url }, cwd: folder });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob cli-'));
    node = await ApiDouble.start();
    node.on('GET /v1/functions', { functions: [sampleFunction('hello', 'says\x1b[2J hello'), sampleFunction('shop')] });
    node.on('GET /v1/functions/hello', sampleFunction('hello'));
    node.on('GET /v1/sandboxes', { sandboxes: [{ function: 'hello', state: 'idle' }] });
    node.on('GET /v1/logs', { lines: [] });
  });
  after(async () => {
    await node.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('says what is wrong with a command, suggests, and ends with 2', async () => {
    const typo = await fob('lsit');
    assert.equal(typo.code, 2);
    assert.match(typo.stderr, /unknown command 'lsit'.*\n.*Did you mean list\?/);
    assert.equal(typo.stdout, '');
    const help = await fob('help', 'lsit');
    assert.deepEqual([help.code, help.stderr], [2, typo.stderr]);
    assert.match((await fob('--version')).stdout, /^fob \d/);
    const option = await fob('call', 'hello', '--lgos');
    assert.equal(option.code, 2);
    assert.match(option.stderr, /Did you mean --logs\?/);
    const nested = await fob('alert', 'channel', 'add', 'ops', 'slack', '--colour');
    assert.match(nested.stderr, /\(fob alert channel add --help shows how to use it\)/);
    for (const words of [
      ['call'],
      ['--url', 'nonsense', 'list'],
      ['runs', '-n', 'x'],
      ['deploy', '.', '--memory', 'much'],
      ['deploy', '.', '--memory', '12'],
      ['set', 'hello', '--timeout', '1h'],
      ['runs', '--status', 'well'],
      ['logs', '--level', 'loud'],
    ]) {
      assert.equal((await fob(...words)).code, 2, words.join(' '));
    }
  });

  test('checks policies of what is there, and not of a slip', async () => {
    node.on('POST /v1/policies/check', { policies: [], allowed: true, violations: [], warnings: [], limits: {} });
    assert.equal((await fob('policy', 'check', 'hello', '--memory', '1g')).code, 0);
    const slip = await fob('policy', 'check', 'helo');
    assert.deepEqual([slip.code, slip.stdout], [3, '']);
    assert.match(slip.stderr, /there is no file, folder or function "helo"/);
    assert.equal((await fob('policy', 'check', 'helo', '--name', 'helo')).code, 0);
  });

  test('without a node says how to start one, and ends with 4', async () => {
    const gone = await ApiDouble.start();
    await gone.close();
    const { code, stderr, stdout } = await fob('--url', gone.url, 'list');
    assert.equal(code, 4);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`no node answers at ${gone.url}\nstart one with: \\./fob up`));
    const asJson = await fob('list', '--json', '--url', gone.url);
    assert.match((JSON.parse(asJson.stderr) as { detail: string }).detail, /no node answers/);
  });

  test('changes what it has seen, and shows both where somebody else was faster', async () => {
    const both = { current: { revision: 5, severity: 'info' }, given: { severity: 'critical' } };
    const seen: Record<string, object> = {
      'alerts/rules/slow': {
        name: 'slow',
        revision: 4,
        when: 'errors > 1 over 5m',
        createdAtMs: 1,
        by: 'ada',
        firing: [],
      },
      'alerts/routing': { revision: 4, default: [], owners: {} },
      'secrets/key': { name: 'key', revision: 4, functions: [] },
      'teams/shop': { name: 'shop', revision: 4 },
      'functions/hello/access': { revision: 4, allow: ['user:ada'] },
    };
    for (const [path, answer] of Object.entries(seen)) {
      node.on(`GET /v1/${path}`, answer);
      node.on(`PUT /v1/${path}`, (_request, response) => {
        const body = { code: 'precondition_failed', status: 412, detail: 'it is at revision 5, not 4', ...both };
        response.writeHead(412, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify(body));
      });
    }
    for (const words of [
      ['alert', 'set', 'slow', '--severity', 'critical'],
      ['alert', 'route', 'default', 'ops'],
      ['secret', 'grant', 'key', 'pay'],
      ['team', 'set', 'shop', '--role', 'appops'],
      ['access', 'hello', '--allow', 'user:bob'],
    ]) {
      const { code, stderr } = await fob(...words);
      assert.deepEqual(
        [code, stderr],
        [5, 'error: it is at revision 5, not 4\nseverity: info there, critical yours\n'],
      );
      const { method, headers, body } = node.received.at(-1)!;
      assert.deepEqual([method, headers['if-match']], ['PUT', '"4"'], words.join(' '));
      assert.equal(JSON.parse(body).revision, undefined);
    }
  });

  test('values that the node refuses for their shape end with 2, and are named', async () => {
    node.on('GET /v1/alerts/defaults', { defaults: [], changes: [] });
    assert.equal((await fob('alert', 'defaults')).code, 0, 'shows them');
    node.on('PUT /v1/quotas/shop', (_request, response) => {
      const faults = [
        { path: 'functions', message: 'must be >= 0' },
        { path: '', message: 'must not have additional properties: x' },
      ];
      response.writeHead(400, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({ code: 'invalid_request', status: 400, detail: 'body "functions" must be >= 0', faults }),
      );
    });
    const { code, stderr } = await fob('quota', 'set', 'shop', '--functions', '5');
    assert.deepEqual(
      [code, stderr],
      [2, 'error: functions must be >= 0\nwhat was given must not have additional properties: x\n'],
    );
  });

  test('what answers but is no node is told', async () => {
    node.on('GET /v1/pools', (_request, response) => response.end('<html>'));
    node.on('GET /v1/node', (_request, response) => response.end('<html>'));
    const { code, stderr } = await fob('stats');
    assert.equal(code, 5);
    assert.match(stderr, /does not speak the API of fob/);
  });

  test('lists functions as an aligned table without escape sequences, or as JSON', async () => {
    const { code, stdout } = await fob('list');
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /^NAME +RUNTIME +VERSION/);
    assert.match(lines[1]!, /^hello +python +1 +128 MB +30 s +54 B/);
    assert.ok(lines[1]!.endsWith('says\\x1b[2J hello') && !stdout.includes('\x1b'));
    const names = (JSON.parse((await fob('list', '--json')).stdout) as { name: string }[]).map((each) => each.name);
    assert.deepEqual(names, ['hello', 'shop']);
  });

  test('asks for every page', async () => {
    const other = await ApiDouble.start();
    other.on('GET /v1/functions', ({ url }, response) => {
      const second = url.includes('cursor=a');
      json(response, second ? { functions: [sampleFunction('b')] } : { functions: [sampleFunction('a')], cursor: 'a' });
    });
    const { stdout } = await fob('list', '--json', '--url', other.url);
    assert.equal((JSON.parse(stdout) as unknown[]).length, 2);
    await other.close();
  });

  test('shows a function to those who may not see the node', async () => {
    const refused = { code: 'forbidden', status: 403, detail: 'it needs the permission node:read' };
    node.on('GET /v1/sandboxes', (_request, response) => json(response, refused, 403));
    const { code, stdout } = await fob('show', 'hello');
    node.on('GET /v1/sandboxes', { sandboxes: [{ function: 'hello', state: 'idle' }] });
    assert.equal(code, 0);
    assert.match(stdout, /name +hello/);
    assert.doesNotMatch(stdout, /sandboxes/);
  });

  test('shows a function, but not the values of its environment', async () => {
    const { stdout } = await fob('show', 'hello');
    assert.match(stdout, /^environment +SECRET$/m);
    assert.match(stdout, /^sandboxes +1 idle$/m);
    assert.ok(!stdout.includes('hunter2'));
  });

  test('a function that is not there ends with 3 and the name that was meant', async () => {
    const { code, stderr } = await fob('show', 'helo');
    assert.equal(code, 3);
    assert.match(stderr, /there is no function "helo"\ndid you mean hello\?/);
  });

  test('so it is with logs and runs, where there are none of that name', async () => {
    node.on('GET /v1/invocations', { invocations: [] });
    for (const words of [['runs'], ['logs'], ['logs', '-f']]) {
      const { code, stderr } = await fob(...words, 'helo');
      assert.equal(code, 3, words.join(' '));
      assert.match(stderr, /did you mean hello\?/);
    }
  });

  test('sends the token, from a flag or the environment', async () => {
    await runFob(['list', '--token', 'one'], { environment: { FOB_URL: node.url } });
    await runFob(['list'], { environment: { FOB_URL: node.url, FOB_TOKEN: 'two' } });
    const sent = node.received.slice(-2).map(({ headers }) => headers.authorization);
    assert.deepEqual(sent, ['Bearer one', 'Bearer two']);
  });

  test('deploys a file: sends code and configuration, shows what was guessed and what comes next', async () => {
    await writeFile(join(folder, 'my hello.py'), 'def callme():\r\n    return "ü"\n');
    node.on('PUT /v1/functions/my-hello', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"kind":"guessed","what":"runtime","value":"python"}\n{"kind":"step","ti');
      response.end(`tle":"loading"}\n${JSON.stringify({ kind: 'done', function: sampleFunction('my-hello') })}\n`);
    });
    const { code, stdout, stderr } = await fob('deploy', 'my hello.py', '--memory', '1g', '--env', 'A=b=c');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /guessed runtime python from my hello\.py/);
    assert.match(stderr, /^loading \.\.\.$/m);
    assert.match(stdout, /my-hello is registered: python, handler my-hello\.callme/);
    assert.match(stderr, /next: .*fob call my-hello/);
    const { body, headers } = node.received.at(-1)!;
    assert.match(headers['content-type'] ?? '', /^multipart\/form-data; boundary=/);
    assert.ok(body.includes('{"memoryMb":1024,"environment":{"A":"b=c"}}'));
    assert.ok(body.includes(`filename="my hello.py"`));
    assert.ok(Buffer.from(body, 'latin1').toString().includes('\r\n\r\ndef callme():\r\n    return "ü"\n\r\n--'));
  });

  test('a refused deployment ends with 5 and says why, even after the answer began', async () => {
    node.on('PUT /v1/functions/bad', (_request, response) => {
      const error = {
        status: 400,
        code: 'load_failed',
        detail: 'line 1: invalid syntax',
        stack: 'File "main.py"\x1b[2J',
      };
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(`${JSON.stringify({ kind: 'error', error })}\n`);
    });
    const { code, stderr, stdout } = await runFob(['deploy', '-', '--name', 'bad'], {
      environment: { FOB_URL: node.url },
      input: 'def',
    });
    assert.equal(code, 5);
    assert.match(stderr, /error: line 1: invalid syntax\nFile "main\.py"\\x1b\[2J\n/);
    assert.equal(stdout, '');
    assert.equal((await fob('deploy', 'absent.py')).code, 3);
  });

  test('calls: the result to standard output, parameters as texts or JSON', async () => {
    node.on('POST /v1/functions/hello/invoke', ({ body }, response) => {
      response.setHeader('fob-invocation-id', RUN_ID);
      json(response, { got: JSON.parse(body) });
    });
    node.on('POST /v1/functions/shop/invoke', ({ body, headers }, response) => {
      json(response, { form: [...new URLSearchParams(body)], type: headers['content-type'] });
    });
    const texts = await fob('call', 'shop', 'a=1', 'b=ü & =');
    const type = 'application/x-www-form-urlencoded';
    assert.deepEqual(JSON.parse(texts.stdout), {
      form: [
        ['a', '1'],
        ['b', 'ü & ='],
      ],
      type,
    });
    const { code, stdout, stderr } = await fob('call', 'hello', 'a=1', 'b:=[2]', 'c=x:=y');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.deepEqual(JSON.parse(stdout), { got: { a: '1', b: [2], c: 'x:=y' } });
    assert.equal((await fob('call', 'hello', 'a=1', 'a=2')).code, 2);
    assert.equal((await fob('call', 'hello', 'a:=oops')).code, 2);
  });

  test('calls with bytes, which come back as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await writeFile(join(folder, 'in.bin'), bytes);
    node.on('POST /v1/functions/hello/invoke', ({ body, headers }, response) => {
      response.writeHead(200, { 'content-type': headers['content-type'] });
      response.end(Buffer.from(body, 'latin1'));
    });
    const result = await fob('call', 'hello', '--data', '@in.bin', '--type', 'image/jpeg', '-o', 'out.bin');
    assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
    assert.deepEqual(await readFile(join(folder, 'out.bin')), bytes);
    const text = await runFob(['call', 'hello', '--data', '-', '--raw'], {
      environment: { FOB_URL: node.url },
      input: '{"x":1}',
    });
    assert.equal(text.stdout, '{"x":1}');
    const slip = await fob('call', 'hello', '--data', '{name: Ada}');
    assert.equal(slip.code, 2);
    assert.match(slip.stderr, /--data is no JSON.*\n.*--type text\/plain/);
  });

  test("a function's failure goes to standard error with its stack and ends with 1", async () => {
    node.on('POST /v1/functions/hello/invoke', (_request, response) => {
      response.setHeader('fob-function-error', 'exception');
      response.setHeader('fob-invocation-id', RUN_ID);
      const failure = {
        code: 'exception',
        detail: 'no\x1b[1m luck',
        errorType: 'ValueError',
        stack: 'File "hello.py", line 2',
      };
      json(response, failure, 502);
    });
    const { code, stdout, stderr } = await fob('call', 'hello');
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.equal(stderr, 'exception: ValueError: no\\x1b[1m luck\nFile "hello.py", line 2\n');
    const asJson = await fob('call', 'hello', '--json');
    assert.equal((JSON.parse(asJson.stderr) as { code: string }).code, 'exception');
    assert.equal(asJson.code, 1);
  });

  test('a node that refuses a call ends it with 5', async () => {
    node.on('POST /v1/functions/hello/invoke', (_request, response) => {
      json(response, { code: 'throttled', detail: 'too busy' }, 429);
    });
    const { code, stderr } = await fob('call', 'hello');
    assert.deepEqual({ code, stderr }, { code: 5, stderr: 'error: too busy\n' });
  });

  test('changes settings of what was seen, and adds to its environment', async () => {
    node.on('PATCH /v1/functions/hello', { ...sampleFunction('hello'), version: 2 });
    const { code, stdout } = await fob('set', 'hello', '--timeout', '1m', '--env', 'B=2', '--unset-env', 'SECRET');
    assert.equal(code, 0);
    assert.match(stdout, /hello has version 2 now/);
    const { body, headers } = node.received.at(-1)!;
    assert.equal(headers['if-match'], '"7"');
    assert.deepEqual(JSON.parse(body), { timeoutMs: 60_000, environment: { B: '2' } });
    assert.equal((await fob('set', 'hello')).code, 2);
  });

  test('removes several, and what is missing does not keep the others', async () => {
    node.on('DELETE /v1/functions/hello', (_request, response) => response.writeHead(204).end());
    const { code, stdout, stderr } = await fob('rm', 'nobody-knows', 'hello');
    assert.equal(code, 3);
    assert.match(stdout, /hello is removed/);
    assert.match(stderr, /no function "nobody-knows"/);
  });

  test('follows a log without losing or repeating lines, and tells when the node ends', async () => {
    const line = (timeMs: number, text: string) => ({
      timeMs,
      function: 'hello',
      sandboxId: 's',
      stream: 'stdout',
      level: 'info',
      text,
    });
    node.on('GET /v1/logs', { lines: [line(2, 'second'), line(1, 'first')] });
    node.on('GET /v1/logs/tail', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const each of [line(2, 'second'), line(3, 'third')]) response.write(`${JSON.stringify(each)}\n`);
    });
    const { stdout, code } = await runFob(['logs', 'hello', '-f'], {
      environment: { FOB_URL: node.url },
      onOutput: (output, child) => {
        if (output.includes('third')) child.kill('SIGINT');
      },
    });
    assert.equal(code, null, 'ended by the signal');
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((each) => each.split(' ').at(-1)),
      ['first', 'second', 'third'],
    );

    node.on('GET /v1/logs/tail', (_request, response) => {
      response.writeHead(200);
      response.write('{');
      setImmediate(() => response.destroy());
    });
    assert.equal((await fob('logs', 'hello', '-f')).code, 4);
    node.on('GET /v1/logs', { lines: [] });
  });

  test('lists runs and shows one', async () => {
    const run = {
      invocationId: RUN_ID,
      function: 'hello',
      version: 1,
      door: 'fob',
      status: 'failed',
      reason: 'exception',
      errorType: 'ValueError',
      errorMessage: 'no luck',
      errorStack: 'File "hello.py"\n  line 2',
      startedAtMs: Date.now(),
      queuedMs: 0.1,
      durationMs: 12,
      coldStart: true,
      sandboxId: 's',
      payloadBytes: 2,
      resultBytes: 0,
    };
    node.on('GET /v1/invocations', { invocations: [run] });
    node.on(`GET /v1/invocations/${RUN_ID}`, run);
    assert.match(
      (await fob('runs', '--status', 'failed')).stdout,
      /failed +(?:now|\d+s) +12 ms +0\.1 ms +cold +ValueError: no luck/,
    );
    assert.match(node.received.at(-1)!.url, /status=failed&limit=20/);
    const one = await fob('runs', RUN_ID);
    assert.match(one.stdout, /^stack +File "hello\.py"\n +line 2$/m);
    assert.equal((await fob('runs', RUN_ID.replace(/1$/, '2'))).code, 3);
  });

  test('a backup that breaks off leaves nothing, a whole one is saved', async () => {
    node.on('GET /v1/backup', (_request, response) => {
      response.writeHead(200);
      response.write('half', () => response.destroy());
    });
    const broken = await fob('backup', 'b.tar');
    assert.equal(broken.code, 5);
    await assert.rejects(readFile(join(folder, 'b.tar')), { code: 'ENOENT' });
    await assert.rejects(readFile(join(folder, 'b.tar.partial')), { code: 'ENOENT' });
    node.on('GET /v1/backup', (_request, response) => response.end('whole'));
    assert.equal((await fob('backup', 'b.tar')).code, 0);
    assert.equal(await readFile(join(folder, 'b.tar'), 'utf8'), 'whole');

    node.on('POST /v1/restore', { documents: 3, blobs: 2 });
    assert.equal((await fob('restore', 'b.tar')).code, 2, 'nobody to ask');
    const restored = await fob('restore', 'b.tar', '--yes');
    assert.match(restored.stdout, /restored 3 documents and 2 blobs/);
    assert.equal(node.received.at(-1)!.body, 'whole');
  });

  test('completes commands, options and the names of functions', async () => {
    const complete = async (...words: string[]) => (await fob('__complete', ...words)).stdout.trim().split('\n');
    assert.deepEqual(await complete('de'), ['deploy', 'dev']);
    assert.deepEqual(await complete('deploy', '--mem'), ['--memory']);
    assert.deepEqual(await complete('--json', 'show', ''), ['hello', 'shop']);
    assert.deepEqual(await complete('--url', 'http://127.0.0.1:9', 'show', ''), ['']);
    for (const shell of ['bash', 'zsh', 'fish']) assert.match((await fob('completion', shell)).stdout, /__complete/);
    assert.equal((await fob('completion', 'tcsh')).code, 2);
  });

  test('every command explains itself with examples', async () => {
    const help = (await fob('--help')).stdout;
    assert.match(help, /Exit codes: 0 done, 1/);
    for (const [, name] of help.matchAll(/^ {2}([a-z]+) .*$/gm)) {
      if (name === 'help') continue;
      const { code, stdout } = await fob(name!, '--help');
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^Usage: fob ${name}`));
    }
  });
});
