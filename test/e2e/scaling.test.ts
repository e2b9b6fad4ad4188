import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Answer, type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { runFob } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

/** Prints that it runs, then sleeps: for some time, or until a gate is opened. */
const SLEEPERS: Readonly<Record<string, string>> = {
  python: `import fob, time

def handler(event, context):
    print("begun")
    time.sleep(event.get("ms", 0) / 1000)
    while "gate" in event and fob.kv.get("gates", event["gate"]) is None:
        time.sleep(0.05)
    return "rested"
`,
  node: `import * as fob from 'fob';
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export async function handler({ ms = 0, gate }) {
    console.log('begun');
    await sleep(ms);
    while (gate && (await fob.kv.get('gates', gate)) === undefined) await sleep(50);
    return 'rested';
  }`,
};
/** For functions that wait for a gate, however long it takes until the test opens it. */
const PATIENT = { grants: ['kv:gates:read'], timeoutMs: 300_000 };

/** Each answers with its PID namespace and leaves something that would use a core for ever. */
const BUSY: Readonly<Record<string, string>> = {
  python: `import os, threading

def spin():
    while True:
        pass

def handler(event, context):
    threading.Thread(target=spin, daemon=True).start()
    return os.readlink("/proc/self/ns/pid")
`,
  node: `import { readlinkSync } from 'node:fs';
export function handler() {
  setInterval(() => { for (let end = Date.now() + 20; Date.now() < end;); }, 1);
  return readlinkSync('/proc/self/ns/pid');
}`,
};

interface View {
  readonly function?: string;
  readonly state: string;
}

describe('scaling', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  let client: Client;

  before(async () => {
    node = await startTestNode({ keepAliveMs: 60_000, freezeAfterMs: 100, queueWaitMs: 300 });
    client = createClient(node.url);
  });
  after(() => node?.close());

  const sandboxesOf = async (name: string, at = client): Promise<View[]> => {
    const { json } = await at.request('GET', '/v1/sandboxes');
    return json.sandboxes.filter((each: View) => each.function === name);
  };
  const logsOf = async (name: string, query = ''): Promise<{ text: string; invocationId: string }[]> =>
    (await client.request('GET', `/v1/logs?function=${name}&limit=1000${query}`)).json.lines.reverse();
  const begun = (name: string, calls: number) =>
    eventually(async () => assert.equal((await logsOf(name, '&text=begun')).length, calls));
  const open = async (gate: string, at = client): Promise<void> => {
    const { status, text } = await at.request('PUT', `/v1/kv/gates/${gate}`, { body: 'open' });
    assert.equal(status, 200, text);
  };
  const recordOf = (id: string) =>
    eventually(async () => {
      const { status, text, json } = await client.request('GET', `/v1/invocations/${id}`);
      assert.equal(status, 200, text);
      return json;
    });

  for (const [runtime, code] of Object.entries(SLEEPERS)) {
    test(`calls run side by side up to the limit; beyond it they get 429 (${runtime})`, async () => {
      const name = `sleeper-${runtime}`;
      const limit = 4;
      await client.put(name, code, { ...PATIENT, runtime, maxConcurrency: limit });
      const running = Array.from({ length: limit }, () => client.invoke(name, { gate: name }));
      await begun(name, limit);
      assert.equal((await sandboxesOf(name)).length, limit);
      // As many as the limit wait a little for a place; one more is not even let in.
      const refused = await Promise.all(Array.from({ length: limit + 1 }, () => client.invoke(name, { ms: 0 })));
      for (const answer of refused) {
        assert.equal(answer.status, 429, answer.text);
        assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
        assert.equal(answer.json.code, 'throttled');
      }
      const throughFob = await client.request('POST', `/api/call/${name}`, { body: '{"ms": 0}' });
      assert.equal(throughFob.status, 429, throughFob.text);
      assert.match(throughFob.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      await open(name);
      for (const answer of await Promise.all(running)) assert.deepEqual([answer.status, answer.json], [200, 'rested']);
      assert.equal((await logsOf(name, '&text=begun')).length, limit, 'what was refused never ran');
      assert.equal(await client.result(name, { ms: 0 }), 'rested');
    });
  }

  test('a call that waits for a place gets the next one', async () => {
    // One that lets calls wait for as long as it takes here.
    const patient = await startTestNode({ queueWaitMs: 120_000 });
    try {
      const at = createClient(patient.url);
      await at.put('single', SLEEPERS.node!, { ...PATIENT, runtime: 'node', maxConcurrency: 1 });
      const first = at.invoke('single', { gate: 'single' });
      await eventually(async () => {
        const { json } = await at.request('GET', '/v1/logs?function=single&text=begun');
        assert.equal(json.lines.length, 1);
      });
      const second = at.invoke('single', { ms: 0 });
      await eventually(async () =>
        assert.match((await at.request('GET', '/metrics')).text, /^fob_invocations_waiting 1$/m),
      );
      await open('single', at);
      assert.deepEqual([(await first).status, (await second).status], [200, 200]);
      assert.equal((await sandboxesOf('single', at)).length, 1);
    } finally {
      await patient.close();
    }
  });

  test('with nothing to do it goes back to nothing, and comes back', async () => {
    const small = await startTestNode({ keepAliveMs: 200, freezeAfterMs: 50, prewarmed: 0 });
    try {
      const at = createClient(small.url);
      await at.put('rare', 'def callme(): return 42');
      for (let round = 0; round < 2; round += 1) {
        const answer = await at.invoke('rare');
        assert.deepEqual([answer.json, answer.headers.get('fob-cold-start')], [42, 'true']);
        await eventually(async () => assert.deepEqual((await at.request('GET', '/v1/sandboxes')).json.sandboxes, []));
        assert.equal((await at.request('GET', '/v1/node')).json.load.memoryReservedMb, 0);
      }
    } finally {
      await small.close();
    }
  });

  for (const [runtime, code] of Object.entries(BUSY)) {
    test(`an idle sandbox uses no processor, whatever its function left running (${runtime})`, async () => {
      const name = `busy-${runtime}`;
      await client.put(name, code, { runtime });
      await client.put('other', 'def callme():\n    return sum(range(1000000))\n');
      const namespace = await client.result(name);
      const frozen = () =>
        eventually(async () => {
          assert.deepEqual(
            (await sandboxesOf(name)).map(({ state }) => state),
            ['frozen'],
          );
          // Something else works meanwhile.
          const before = cpuTicksOf(namespace);
          for (let call = 0; call < 10; call += 1) await client.result('other');
          assert.equal(cpuTicksOf(namespace), before);
          return before;
        });
      const ticks = await frozen();
      assert.equal(await client.result(name), namespace, 'the next call finds it again');
      assert.ok((await frozen()) > ticks, 'it was busy while it could');
    });
  }

  test('a caller that hangs up ends the run', async () => {
    for (const [runtime, code] of Object.entries(SLEEPERS)) {
      for (const path of ['/v1/functions/NAME/invoke', '/api/call/NAME']) {
        const name = `abandoned-${runtime}-${path.includes('v1') ? 'native' : 'fob'}`;
        await client.put(name, code, { runtime });
        const hangUp = new AbortController();
        const call = client.request('POST', path.replace('NAME', name), {
          body: '{"ms": 25000}',
          headers: { 'Content-Type': 'application/json' },
          signal: hangUp.signal,
        });
        await begun(name, 1);
        const [line] = await logsOf(name);
        hangUp.abort();
        await assert.rejects(call, { name: 'AbortError' });
        assert.equal((await recordOf(line!.invocationId)).status, 'cancelled', name);
        await eventually(async () => assert.equal((await client.request('GET', '/v1/node')).json.load.inFlight, 0));
        assert.equal(await client.result(name, { ms: 0 }), 'rested');
      }
    }
  });

  test('one sandbox runs several calls at once where the function allows it', async () => {
    const together = 4;
    const code = `import { randomUUID } from 'node:crypto';
      const self = randomUUID();
      let here = 0;
      let open;
      const all = new Promise((resolve) => { open = resolve; });
      export async function handler({ number }, context) {
        here += 1;
        console.log('call', number);
        if (here === ${together}) open();
        await all;
        console.log('still', number);
        return { self, number };
      }`;
    await client.put('shared', code, { sandboxConcurrency: together });
    const numbers = Array.from({ length: together }, (_, number) => number);
    const answers: Answer[] = await Promise.all(numbers.map((number) => client.invoke('shared', { number })));
    assert.deepEqual(
      answers.map(({ json }) => json.number),
      numbers,
    );
    assert.equal(new Set(answers.map(({ json }) => json.self)).size, 1);
    assert.equal((await sandboxesOf('shared')).length, 1);
    for (const answer of answers) {
      const lines = await logsOf('shared', `&invocation=${answer.headers.get('fob-invocation-id')}`);
      const { number } = answer.json;
      assert.deepEqual(
        lines.map(({ text }) => text),
        [`call ${number}`, `still ${number}`],
      );
    }
  });

  test('what is printed comes in order, each line with its invocation', async () => {
    const codes = {
      python:
        'import sys\n\ndef callme(tag):\n    for n in range(100):\n        print(f"{tag} {n}", file=[sys.stdout, sys.stderr][n % 2])\n',
      node: 'export function callme({ tag }) { for (let n = 0; n < 100; n++) [console.log, console.error][n % 2](tag + " " + n); }',
    };
    for (const [runtime, code] of Object.entries(codes)) {
      const name = `chatty-${runtime}`;
      await client.put(name, code, { runtime });
      const tags = ['a', 'b', 'c'];
      const answers = await Promise.all(tags.map((tag) => client.invoke(name, { tag })));
      for (const [place, answer] of answers.entries()) {
        assert.equal(answer.status, 200, answer.text);
        const lines = await logsOf(name, `&invocation=${answer.headers.get('fob-invocation-id')}`);
        assert.deepEqual(
          lines.map(({ text }) => text),
          Array.from({ length: 100 }, (_, n) => `${tags[place]} ${n}`),
          runtime,
        );
      }
    }
  });

  test('a live tail shows lines while the function still runs', async () => {
    await client.put('slow', SLEEPERS.node!, { ...PATIENT, runtime: 'node' });
    for (const accept of ['application/x-ndjson', 'text/event-stream']) {
      const hangUp = new AbortController();
      const tail = await fetch(`${node.url}/v1/logs/tail?function=slow`, {
        headers: { accept },
        signal: hangUp.signal,
      });
      let over = false;
      const gate = `tail-${accept.replace('/', '-')}`;
      const call = client.invoke('slow', { gate }).finally(() => {
        over = true;
      });
      await readUntil(tail, (text) => text.includes('"begun"'));
      assert.equal(over, false, 'it still runs');
      hangUp.abort();
      await open(gate);
      assert.equal((await call).status, 200);
    }
  });

  test('a stream arrives piece by piece, and hanging up ends even an endless one', async () => {
    const codes = {
      python: `import fob, time

def handler(event, context):
    yield {"piece": 1}
    while fob.kv.get("gates", event["gate"]) is None:
        time.sleep(0.05)
    yield {"piece": 2}
    while event["endless"]:
        yield {"piece": 3}
`,
      node: `import * as fob from 'fob';
      export async function* handler({ gate, endless }) {
        yield { piece: 1 };
        while ((await fob.kv.get('gates', gate)) === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
        yield { piece: 2 };
        while (endless) yield { piece: 3 };
      }`,
    };
    const start = (name: string, event: object, signal?: AbortSignal) =>
      fetch(`${node.url}/v1/functions/${name}/invoke`, {
        method: 'POST',
        body: JSON.stringify(event),
        headers: { 'Content-Type': 'application/json' },
        ...(signal !== undefined && { signal }),
      });
    for (const [runtime, code] of Object.entries(codes)) {
      const name = `stream-${runtime}`;
      await client.put(name, code, { ...PATIENT, runtime });
      const response = await start(name, { gate: name, endless: false });
      const reader = response.body!.getReader();
      const first = await reader.read();
      assert.deepEqual(JSON.parse(Buffer.from(first.value!).toString()), { piece: 1 });
      assert.equal((await client.request('GET', '/v1/node')).json.load.inFlight, 1, 'the function still runs');
      await open(name);
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) rest += Buffer.from(part.value);
      assert.deepEqual(JSON.parse(rest), { piece: 2 });

      const hangUp = new AbortController();
      const endless = await start(name, { gate: name, endless: true }, hangUp.signal);
      await readUntil(endless, (text) => text.includes('3'));
      hangUp.abort();
      const record = await recordOf(endless.headers.get('fob-invocation-id')!);
      assert.equal(record.status, 'cancelled', runtime);
    }
  });

  test('without a network there is only loopback; with one, not the machine of the node', async (context) => {
    const { checks } = JSON.parse((await runFob(['doctor', '--json'])).stdout);
    const network = checks.find((check: { name: string }) => check.name === 'function network');
    if (network?.state !== 'ok') return context.skip('functions can have no network here, as fob doctor says');
    let reached = 0;
    const server = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const code = `import socket

def callme(hosts, port):
    def attempt(host):
        try:
            socket.create_connection((host, port), timeout=3).close()
            return "connected"
        except OSError as error:
            return type(error).__name__
    return [sorted(name for _, name in socket.if_nameindex()), [attempt(host) for host in hosts]]
`;
    try {
      const hosts = ['127.0.0.1', 'localhost', '10.0.2.2'];
      for (const [rule, interfaces] of [
        ['none', ['lo']],
        ['internet', ['lo', 'tap0']],
      ] as const) {
        await client.put(`net-${rule}`, code, { network: rule, runtime: 'python' });
        const [seen, attempts] = await client.result(`net-${rule}`, { hosts, port });
        assert.deepEqual(seen, interfaces, rule);
        assert.ok(!attempts.includes('connected'), `${rule}: ${attempts}`);
      }
      assert.equal(reached, 0);
    } finally {
      server.close();
    }
  });
});

/** Processor time that the processes of a PID namespace have used, in clock ticks. */
function cpuTicksOf(namespace: string): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) !== namespace) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended, or belongs to somebody else.
    }
  }
  assert.ok(ticks > 0, 'the sandbox is there');
  return ticks;
}

/** Reads an answer until what came so far is enough; fails where it ends before. */
async function readUntil(response: Response, enough: (text: string) => boolean): Promise<void> {
  let text = '';
  const reader = response.body!.getReader();
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) assert.fail(`it ended after: ${text}`);
    text = (text + Buffer.from(value)).slice(-100_000);
  }
}
