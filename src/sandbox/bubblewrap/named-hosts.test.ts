import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseNetworkHost } from '../../model/network.ts';
import { NamedHosts } from './named-hosts.ts';

const HEAD = '127.0.0.1 localhost\n';

function harness(t: TestContext, hosts: readonly string[], names: Record<string, string[] | undefined>) {
  const folder = mkdtempSync(join(tmpdir(), 'fob-hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const hostsFile = join(folder, 'hosts');
  writeFileSync(hostsFile, HEAD);
  const lines: string[] = [];
  const time = { nowMs: 0 };
  const named = new NamedHosts({
    hosts: hosts.map((host) => parseNetworkHost(host)!),
    hostsFile,
    hostsHead: HEAD,
    run: async (more) => void lines.push(...more),
    names: { lookUp: async (name) => names[name] ?? Promise.reject(new Error('no such name')) },
    now: () => time.nowMs,
  });
  t.after(() => named.pause());
  return { named, time, names, taken: () => lines.splice(0), file: () => readFileSync(hostsFile, 'utf8') };
}

const added = (range: string, ports: string) =>
  `rule add priority 300 to ${range} ipproto tcp dport ${ports} lookup main`;

test('addresses are opened as they are, names as they resolve, each with its ports', async (t) => {
  const h = harness(t, ['10.0.0.0/8:80', 'a.example:443', 'a.example:8000-8010', 'b.example:1', 'gone.example:2'], {
    'a.example': ['192.0.2.1', '192.0.2.2'],
    'b.example': ['192.0.2.3'],
  });
  await h.named.open();
  assert.deepEqual(h.taken(), [
    added('10.0.0.0/8', '80-80'),
    added('192.0.2.1/32', '443-443'),
    added('192.0.2.2/32', '443-443'),
    added('192.0.2.1/32', '8000-8010'),
    added('192.0.2.2/32', '8000-8010'),
    added('192.0.2.3/32', '1-1'),
  ]);
  assert.equal(h.file(), `${HEAD}192.0.2.1 a.example\n192.0.2.2 a.example\n192.0.2.3 b.example\n`);
});

test('a name that moves is followed; its old address stays open for a while, and one that is not answered for keeps it', async (t) => {
  const h = harness(t, ['a.example:443', 'b.example:443'], { 'a.example': ['192.0.2.1'], 'b.example': ['192.0.2.9'] });
  await h.named.open();
  h.taken();
  h.names['a.example'] = ['192.0.2.2'];
  h.names['b.example'] = undefined;
  h.time.nowMs = 60_000;
  await h.named.refresh();
  assert.deepEqual(h.taken(), [added('192.0.2.2/32', '443-443')]);
  assert.equal(h.file(), `${HEAD}192.0.2.2 a.example\n192.0.2.9 b.example\n`);
  h.time.nowMs = 700_000;
  await h.named.refresh();
  assert.deepEqual(h.taken(), [added('192.0.2.1/32', '443-443').replace('add', 'del')]);
  h.names['a.example'] = ['192.0.2.1'];
  await h.named.refresh();
  assert.deepEqual(h.taken(), [added('192.0.2.1/32', '443-443')]);
});

test('a name that moves each time it is asked for leaves a bounded number of addresses open', async (t) => {
  const h = harness(t, ['a.example:443'], { 'a.example': [] });
  let open = 0;
  for (let round = 0; round < 40; round += 1) {
    h.names['a.example'] = Array.from({ length: 32 }, (_, index) => `198.51.${round}.${index}`);
    h.time.nowMs += 1_000;
    await h.named.refresh();
    for (const line of h.taken()) open += line.startsWith('rule add') ? 1 : -1;
  }
  assert.equal(open, 500 + 32);
});
