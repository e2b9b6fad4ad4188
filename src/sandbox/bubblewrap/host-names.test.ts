import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askSystem, HostNames } from './host-names.ts';
import { type DnsResponder, startDnsResponder } from './testing/dns-responder.ts';

const OWN = '198.51.100.77';

describe('names of hosts, by a real resolver', { skip: process.getuid!() !== 0 && 'needs root' }, () => {
  let dns: DnsResponder;

  before(async () => {
    dns = await startDnsResponder();
  });
  after(() => dns?.close());

  function harness() {
    const warnings: string[] = [];
    const time = { nowMs: 0 };
    const names = new HostNames({
      warn: (message) => void warnings.push(message),
      resolve: askSystem(dns.before),
      own: () => [OWN],
      now: () => time.nowMs,
    });
    /** As a minute later. */
    const again = (name: string) => {
      time.nowMs += 60_000;
      return names.lookUp(name);
    };
    return { names, warnings, again };
  }

  test('a name that has led to the Internet does not lead to private networks, whatever it is moved to', async () => {
    const { again, warnings } = harness();
    dns.answers['moves.example'] = ['192.0.2.7'];
    assert.deepEqual(await again('moves.example'), ['192.0.2.7']);
    for (const bad of [
      '10.0.0.5',
      '192.168.1.1',
      '172.31.0.1',
      '100.64.0.1',
      '127.0.0.1',
      '0.0.0.0',
      '169.254.169.254',
      OWN,
    ]) {
      dns.answers['moves.example'] = [bad];
      await assert.rejects(again('moves.example'), /leads to no address that may be opened/, bad);
      dns.answers['moves.example'] = [bad, '192.0.2.8'];
      assert.deepEqual(await again('moves.example'), ['192.0.2.8'], 'what is not private stays open');
    }
    assert.equal(warnings.length, 1, 'it is told once');
    assert.match(warnings[0]!, /the host "moves\.example" leads to a private network, and it has led to the Internet/);
  });

  test('a name of a private network is as good as its address, and never leads to this machine', async () => {
    const { again, warnings } = harness();
    dns.answers['db.example'] = ['10.0.0.5', '127.0.0.1', OWN];
    assert.deepEqual(await again('db.example'), ['10.0.0.5']);
    assert.match(warnings[0]!, /leads to this machine/);
  });

  test('of very many addresses the first are opened', async () => {
    const { again } = harness();
    dns.answers['many.example'] = Array.from({ length: 1_000 }, (_, index) => `198.51.${index >> 8}.${index & 255}`);
    const found = await again('many.example');
    assert.equal(found.length, 32);
    assert.equal(new Set(found).size, 32);
  });

  test('a time to live of nothing does not make it ask more often', async () => {
    const { names, again } = harness();
    dns.answers['brief.example'] = ['192.0.2.9'];
    await again('brief.example');
    const before = dns.asked.length;
    for (let round = 0; round < 50; round += 1) assert.deepEqual(await names.lookUp('brief.example'), ['192.0.2.9']);
    assert.equal(dns.asked.length, before);
  });

  test('rubbish, silence and names that do not exist are failures, and others are answered meanwhile', async () => {
    const { names } = harness();
    const bad = Array.from({ length: 12 }, (_, index) => `silent-${index}.example`);
    for (const name of bad) dns.answers[name] = 'silence';
    dns.answers['rubbish.example'] = 'rubbish';
    dns.answers['good.example'] = ['192.0.2.10'];
    let failed = 0;
    const silent = bad.map((name) => names.lookUp(name).catch(() => (failed += 1)));
    assert.deepEqual(await names.lookUp('good.example'), ['192.0.2.10']);
    assert.equal(failed, 0, 'nobody waits for those that get no answer');
    await assert.rejects(names.lookUp('rubbish.example'), /cannot be resolved/);
    await assert.rejects(names.lookUp('gone.example'), /cannot be resolved/);
    await Promise.all(silent);
    assert.equal(failed, bad.length);
  });
});
