import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../door/testing/test-server.ts';
import { systemClock } from '../model/clock.ts';
import { openTestServices, type TestServices } from '../service/testing/embedded-services.ts';
import { runFob } from './testing/run-fob.ts';

describe('queues, topics and key-values on the command line', () => {
  let backing: TestServices;
  let node: TestServer;
  before(async () => {
    backing = await openTestServices(systemClock);
    node = await startTestServer({}, { services: backing.services });
  });
  after(async () => {
    await node?.server.close();
    await backing?.dispose();
  });
  const run = (words: string[], input = '') => runFob(words, { environment: { FOB_URL: node.url }, input });
  const fob = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
    return stdout;
  };

  test('a message goes through a queue', async () => {
    assert.match((await run(['queue', 'list'])).stderr, /fob queue create/);
    await fob('queue', 'create', 'jobs', '--visibility', '2m');
    const { settings } = JSON.parse(await fob('queue', 'create', 'jobs', '--delay', '0s', '--json'));
    assert.equal(settings.visibilityMs, 120_000);
    await fob('queue', 'send', 'jobs', 'hello', '--attribute', 'kind=note');
    assert.match(await fob('queue', 'peek', 'jobs'), /ready .*hello/);
    const received = await run(['queue', 'receive', 'jobs']);
    assert.equal(received.stdout, 'hello\n', 'the body alone');
    const receipt = /receipt (\S+)/.exec(received.stderr)?.[1];
    assert.match(received.stderr, /kind=note/);
    assert.match(await fob('queue', 'stats', 'jobs'), /leased +1/);
    await fob('queue', 'ack', 'jobs', receipt!);
    assert.equal((await run(['queue', 'ack', 'jobs', receipt!])).code, 3);
    const sent = await run(['queue', 'send', 'jobs', '-', '--lines', '--json'], 'one\ntwo\n');
    assert.equal(JSON.parse(sent.stdout).length, 2);
    assert.equal(await fob('queue', 'receive', 'jobs', '-n', '5', '--delete'), 'one\ntwo\n');
    assert.equal(await fob('queue', 'receive', 'jobs', '--json'), '[]\n');
    assert.equal(await fob('queue', 'purge', 'jobs', '--json'), '{"purged":0}\n');
  });

  test('dead letters go back', async () => {
    await fob('queue', 'create', 'dead');
    await fob('queue', 'create', 'fragile', '--dead-letter', 'dead', '--max-receives', '1', '--visibility', '0s');
    await fob('queue', 'send', 'fragile', 'poison');
    await fob('queue', 'receive', 'fragile');
    await fob('queue', 'receive', 'fragile');
    assert.match(await fob('queue', 'peek', 'dead'), /fragile +poison/);
    const long = await run(['queue', 'create', 'fragile', '--visibility', '13h']);
    assert.deepEqual([long.code, /^error: visibilityMs must be/.test(long.stderr)], [2, true], long.stderr);
    assert.equal((await run(['queue', 'rm', 'dead'])).code, 5);
    assert.equal(await fob('queue', 'redrive', 'dead', '--json'), '{"moved":1}\n');
    await fob('queue', 'create', 'fragile', '--dead-letter', 'none');
    assert.equal(await fob('queue', 'rm', 'dead', 'fragile', '--json'), '{"removed":["dead","fragile"]}\n');
  });

  test('an event goes through a topic', async () => {
    await fob('topic', 'create', 'news');
    await fob('queue', 'create', 'paid');
    await fob('topic', 'subscribe', 'news', 'queue:paid', '--filter', '{"type": ["paid"]}');
    await fob('topic', 'publish', 'news', '{"n": 1}', '--type', 'paid', '--id', '7');
    await fob('topic', 'publish', 'news', 'text', '--type', 'other');
    const event = JSON.parse(await fob('queue', 'receive', 'paid', '-n', '10', '--ack'));
    assert.deepEqual([event.id, event.type, event.source, event.data], ['7', 'paid', 'fob:topic/news', { n: 1 }]);
    assert.match(await fob('topic', 'show', 'news'), /queue:paid +\{"type":\["paid"\]\}/);
    assert.match(await fob('topic', 'list'), /news +1 +2 +0/);
    assert.equal((await run(['topic', 'subscribe', 'news', 'function:f'])).code, 5);
    assert.equal((await run(['topic', 'subscribe', 'news', 'queue:paid', '--filter', '{'])).code, 2);
    await fob('topic', 'unsubscribe', 'news', 'queue:paid');
    assert.equal((await run(['topic', 'unsubscribe', 'news', 'queue:paid'])).code, 3);
    assert.equal(await fob('topic', 'dead', 'news', '--json'), '[]\n');
    await fob('topic', 'rm', 'news');
    assert.equal((await run(['topic', 'show', 'news'])).code, 3);
  });

  test('a value is kept, compared and removed', async () => {
    const first = JSON.parse(await fob('kv', 'set', 'box', 'a/b', 'one', '--new', '--json'));
    assert.equal((await run(['kv', 'set', 'box', 'a/b', 'two', '--new'])).code, 5);
    await fob('kv', 'set', 'box', 'a/b', 'two', '--revision', String(first.revision), '--ttl', '1h');
    assert.equal((await run(['kv', 'set', 'box', 'a/b', 'x', '--revision', String(first.revision)])).code, 5);
    assert.equal(await fob('kv', 'get', 'box', 'a/b'), 'two', 'byte for byte');
    const { value, expiresAtMs } = JSON.parse(await fob('kv', 'get', 'box', 'a/b', '--json'));
    assert.deepEqual([value, expiresAtMs > Date.now()], ['two', true]);
    assert.equal((await run(['kv', 'set', 'box', 'in', '-'], 'piped')).code, 0);
    assert.match(await fob('kv', 'list', 'box', '--values'), /a\/b .*two\n.*in .*piped/);
    assert.match(await fob('kv', 'list'), /box +2/);
    assert.equal((await run(['kv', 'rm', 'box'])).code, 2);
    await fob('kv', 'rm', 'box', 'in');
    assert.equal((await run(['kv', 'get', 'box', 'in'])).code, 3);
    // What a URL would make a way elsewhere of.
    for (const key of ['.', '..']) {
      await fob('kv', 'set', 'box', key, `at ${key}`);
      assert.equal(await fob('kv', 'get', 'box', key), `at ${key}`);
      await fob('kv', 'rm', 'box', key);
      assert.equal((await run(['kv', 'get', 'box', key])).code, 3);
    }
    assert.equal(await fob('kv', 'rm', 'box', '--all', '--json'), '{"removed":1}\n');
  });
});
