import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Notification } from '../../model/alert.ts';
import { Receiver } from '../../service/testing/receiver.ts';
import { type AlertBench, LOOK_MS, startAlertBench } from './testing/bench.ts';

const FAILS = {
  status: 'failed',
  reason: 'exception',
  errorType: 'TypeError',
  errorMessage: "Cannot read properties of undefined (reading 'id')",
  errorStack:
    "TypeError: Cannot read properties of undefined (reading 'id')\n    at charge (pay.js:12:20)\n    at handler (pay.js:3:1)",
} as const;
const SECRET = `whsec_${Buffer.from('a secret of this test').toString('base64')}`;

describe('alerts', () => {
  let bench: AlertBench;
  let receiver: Receiver;

  beforeEach(async () => {
    bench = await startAlertBench();
    receiver = await Receiver.start();
    bench.addFunction('pay', { owner: 'team-a' });
  });
  afterEach(async () => {
    await bench.close();
    await receiver.close();
  });

  const seen = new Set<string>();
  /** The next message; one that is delivered again is the same. */
  const next = async (): Promise<Notification> => {
    const message = JSON.parse((await receiver.next()).body.toString()) as Notification;
    if (seen.has(message.id)) return next();
    seen.add(message.id);
    return message;
  };
  const tellReceiver = async (): Promise<void> => {
    await bench.alerts.putChannel('ops', { kind: 'webhook', url: `${receiver.url}/hook`, secret: SECRET });
    await bench.alerts.putRouting({ default: ['ops'], owners: {} });
  };

  it('say that a new version fails, why, and what to do', async () => {
    await tellReceiver();
    for (let n = 0; n < 30; n++) bench.call('pay');
    await bench.pass(600_000);
    const deployedMs = bench.clock.now();
    bench.versions.set('pay', [
      {
        version: 2,
        createdAtMs: deployedMs,
        by: 'alice',
        git: { commit: '3fa9c1d0aa', subject: 'charge twice', author: 'Alice', clean: true },
      },
      { version: 1, createdAtMs: deployedMs - 9_000_000 },
    ]);
    bench.clock.advance(4_000);
    for (let n = 0; n < 40; n++) {
      const { invocationId } = bench.call('pay', { version: 2, alias: 'prod', ...FAILS });
      bench.store.journal.appendLog({
        timeMs: bench.clock.now(),
        function: 'pay',
        version: 2,
        invocationId,
        sandboxId: 's',
        stream: 'stdout',
        level: 'info',
        text: 'charging order 12',
      });
    }
    await bench.pass(LOOK_MS);
    const request = await receiver.next();
    const { headers, body } = request;
    const expected = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
      .update(body)
      .digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${expected}`);
    const told = JSON.parse(body.toString()) as Notification;
    seen.add(told.id);
    assert.equal(told.type, 'alert.firing');
    assert.equal(told.severity, 'critical');
    assert.match(told.title, /^CRITICAL pay: errors \/ invocations 100% \(limit 5%\)$/);
    assert.match(
      told.text,
      /Likely {2}version 2, deployed by alice 10 s before it began, commit 3fa9c1d0aa "charge twice"; 40 of 40 failures are of it/,
    );
    assert.match(
      told.text,
      /Error {3}TypeError: Cannot read properties of undefined \(reading 'id'\) \(40 of 40 failures\)\n +at charge \(pay\.js:12:20\)/,
    );
    assert.match(told.text, /\| charging order 12/);
    assert.match(told.text, /Roll back +fob rollback pay --alias prod\n/);
    assert.match(told.text, /fob logs pay --invocation [0-9a-f-]{36}\n/);
    assert.match(told.text, /Since {3}20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    assert.match(told.text, /[▁▂▃▄▅▆▇█·]{30} last hour/);
    assert.deepEqual(bench.alerts.firing(['pay']), ['errors@pay']);

    await bench.pass(900_000);
    const over = await next();
    assert.equal(over.type, 'alert.resolved');
    assert.match(over.title, /^RESOLVED pay: errors \/ invocations is well again after/);
    assert.deepEqual(bench.alerts.firing(), []);
    const { items } = await bench.alerts.history({ limit: 10 });
    assert.equal(items.length, 1);
    assert.ok(items[0]!.resolvedMs! > items[0]!.sinceMs);
    assert.match(items[0]!.cause!, /^version 2/);
  });

  it('say why a version went back where it did already, and tell nobody to roll back what is', async () => {
    for (let n = 0; n < 30; n++) bench.call('pay');
    await bench.pass(600_000);
    const at = bench.clock.now();
    bench.versions.set('pay', [
      { version: 3, createdAtMs: at - 10_000, servesBy: [''] },
      { version: 2, createdAtMs: at - 3_600_000, servesBy: [] },
      { version: 1, createdAtMs: at - 7_200_000, servesBy: ['prod'] },
    ]);
    const heard: boolean[] = [];
    const unsubscribe = bench.alerts.subscribe(({ diagnosis }) => heard.push(diagnosis !== undefined));
    for (let n = 0; n < 20; n++) bench.call('pay', { version: 3, alias: 'prod', ...FAILS });
    await bench.pass(LOOK_MS);
    unsubscribe();
    assert.deepEqual(heard, [false, true], 'at once, and again when its cause is known');
    const { causes, commands } = bench.alerts.find('errors@pay')!.diagnosis!;
    assert.match(causes[0]!.text, /; prod is back at another version already$/);
    const error = causes.find(({ kind }) => kind === 'error');
    assert.match(error!.text, /^TypeError in 20 of 20 failures: Cannot read properties of undefined/);
    assert.deepEqual(
      commands.map(({ command }) => command).filter((command) => /rollback|release|diff/.test(command)),
      ['fob release show pay --alias prod', 'fob diff pay 1 3'],
      'with what it took the place of, which is not the version of the number before',
    );
  });

  it('do not blame the version that mended it, but tell of what failed while they fade', async () => {
    const first = { version: 1, createdAtMs: bench.clock.now() - 7_200_000 };
    bench.versions.set('pay', [{ ...first, servesBy: [''] }]);
    const calls = async (version: number, failure: object = {}) => {
      for (let call = 0; call < 10; call++) bench.call('pay', { version, ...failure });
      await bench.pass(LOOK_MS);
    };
    for (let n = 0; n < 3; n++) await calls(1, FAILS);
    assert.ok(bench.alerts.find('errors@pay') !== undefined);
    bench.versions.set('pay', [
      { version: 2, createdAtMs: bench.clock.now(), by: 'alice', servesBy: [''] },
      { ...first, servesBy: [] },
    ]);
    bench.alerts.functionChanged('pay');
    const told = new Set<string>();
    for (let n = 0; n < 6 * 12; n++) {
      if (n < 3) await calls(2);
      else await bench.pass(LOOK_MS);
      bench.alerts.functionChanged('pay');
      for (const { text } of bench.alerts.find('errors@pay')?.diagnosis?.causes ?? []) told.add(text);
    }
    assert.ok(told.size > 0);
    for (const text of told) assert.match(text, /^TypeError in (\d+) of \1 failures: Cannot read properties/);
  });

  it('tell of the version that makes it worse, not of what it began with', async () => {
    const at = bench.clock.now();
    const first = { version: 1, createdAtMs: at - 7_200_000 };
    bench.versions.set('pay', [{ ...first, servesBy: [''] }]);
    const own = { ...FAILS, errorType: 'OldError', errorMessage: 'always so' };
    const minute = async (failing: number, version: number, failure: typeof FAILS | typeof own) => {
      for (let n = 0; n < 6; n++) {
        for (let call = 0; call < 10; call++) bench.call('pay', { version, ...(call < failing && failure) });
        await bench.pass(LOOK_MS);
      }
    };
    for (let n = 0; n < 4; n++) await minute(1, 1, own);
    const [before] = bench.alerts.find('errors@pay')!.diagnosis!.causes;
    assert.match(before!.text, /^OldError/);
    await minute(1, 1, own);

    const deployedMs = bench.clock.now();
    bench.versions.set('pay', [
      { version: 2, createdAtMs: deployedMs, by: 'alice', servesBy: [''] },
      { ...first, servesBy: [] },
    ]);
    bench.alerts.functionChanged('pay');
    await bench.pass(LOOK_MS);
    assert.match(
      bench.alerts.find('errors@pay')!.diagnosis!.causes[0]!.text,
      /^OldError/,
      'nothing is known of it yet',
    );
    await minute(10, 2, FAILS);
    const now = bench.alerts.find('errors@pay')!.diagnosis!;
    assert.match(
      now.causes[0]!.text,
      /^version 2, deployed by alice \d+ min( \d+ s)? after it began; \d+ of \d+ failures are of it/,
    );
    assert.equal(now.error!.type, 'TypeError');
    assert.ok(now.commands.some(({ command }) => command === 'fob rollback pay'));

    bench.versions.set('pay', [
      { version: 2, createdAtMs: deployedMs, by: 'alice', servesBy: [] },
      { ...first, createdAtMs: bench.clock.now(), servesBy: [''] },
    ]);
    bench.alerts.functionChanged('pay');
    await minute(0, 1, own);
    const { causes, commands } = bench.alerts.find('errors@pay')!.diagnosis!;
    assert.match(causes[0]!.text, /^version 2, .*; the function is back at another version already$/);
    assert.ok(!commands.some(({ command }) => command.startsWith('fob rollback')));
  });

  it('look for a cause again where it turns critical, in what happens then', async () => {
    const old = { ...FAILS, errorType: 'OldError' };
    for (let n = 0; n < 120; n++) {
      for (let call = 0; call < 12; call++) bench.call('pay', call === 0 ? old : {});
      await bench.pass(LOOK_MS);
    }
    assert.equal(bench.alerts.find('errors@pay')!.severity, 'warning');
    assert.match(bench.alerts.find('errors@pay')!.diagnosis!.causes[0]!.text, /^OldError/);
    for (let call = 0; call < 60; call++) bench.call('pay', FAILS);
    await bench.pass(LOOK_MS);
    const { severity, diagnosis } = bench.alerts.find('errors@pay')!;
    assert.equal(severity, 'critical');
    assert.match(diagnosis!.causes[0]!.text, /^TypeError in 60 of \d\d failures/);
  });

  it('make one failure of three a warning, and many critical', async () => {
    bench.call('pay');
    bench.call('pay');
    bench.call('pay', FAILS);
    await bench.pass(LOOK_MS);
    assert.deepEqual(
      bench.alerts.list().map(({ id, severity }) => [id, severity]),
      [['errors@pay', 'warning']],
    );
    for (let n = 0; n < 20; n++) bench.call('pay', FAILS);
    await bench.pass(LOOK_MS);
    assert.equal(bench.alerts.find('errors@pay')!.severity, 'critical');
  });

  it('survive a restart: what fires, who acknowledged, what is silenced and what waits to be delivered', async () => {
    await tellReceiver();
    let refuse = true;
    receiver.answer = (_received, response) => response.writeHead(refuse ? 503 : 200).end();
    for (let n = 0; n < 20; n++) bench.call('pay', FAILS);
    await bench.pass(LOOK_MS);
    const refused = await next();
    await bench.alerts.acknowledge('errors@pay', 'alice', 'on it');
    await bench.alerts.silence({ function: 'other-*', forMs: 3_600_000, reason: 'moving' }, 'bob');
    const { firingId } = bench.alerts.find('errors@pay')!;
    await bench.restart();
    refuse = false;
    const view = bench.alerts.find('errors@pay')!;
    assert.equal(view.firingId, firingId);
    assert.deepEqual([view.acknowledged?.by, view.acknowledged?.note], ['alice', 'on it']);
    assert.equal(bench.alerts.silences()[0]!.reason, 'moving');
    assert.match(bench.alerts.channels()[0]!.lastError!.message, /503/);
    bench.clock.advance(60_000);
    assert.equal(
      (JSON.parse((await receiver.next()).body.toString()) as Notification).id,
      refused.id,
      'the same again',
    );
    await bench.pass(LOOK_MS);
    assert.equal(bench.alerts.find('errors@pay')!.firingId, firingId);
    await bench.pass(1_200_000);
    assert.deepEqual(bench.alerts.firing(), []);
    assert.equal((await next()).type, 'alert.resolved');
  });

  it('tell a flood as one message, and few in a minute', async () => {
    await tellReceiver();
    for (let n = 0; n < 300; n++) {
      bench.addFunction(`f${n}`, { owner: `team-${n % 3}` });
      bench.call(`f${n}`, FAILS);
    }
    await bench.pass(LOOK_MS);
    const flood = await next();
    assert.equal(flood.type, 'alert.several');
    assert.equal(flood.firing, 300);
    assert.equal(flood.alerts.length, 10);
    assert.match(flood.title, /300 alerts of 300 functions/);
    assert.match(flood.text, /Rules {3}errors 300\nOwners {2}team-0 100, team-1 100, team-2 100/);
    assert.match(flood.text, /and 290 more/);
    let sent = 0;
    receiver.answer = (_received, response) => {
      sent++;
      response.end();
    };
    for (let n = 0; n < 12; n++) {
      bench.addFunction(`g${n}`);
      bench.call(`g${n}`, FAILS);
      await bench.pass(5_000);
    }
    assert.ok(sent <= 9, `${sent} messages in a minute`);
  });

  it('are not told while they are silenced, and are afterwards', async () => {
    await tellReceiver();
    await bench.alerts.silence({ alert: 'errors@*', forMs: 120_000, reason: 'known' }, 'alice');
    const fail = () => bench.call('pay', FAILS);
    for (let n = 0; n < 12; n++) {
      fail();
      await bench.pass(LOOK_MS);
    }
    assert.equal(bench.alerts.list().length, 1);
    fail();
    await bench.pass(2 * LOOK_MS);
    const told = await next();
    assert.ok(told.atMs - told.alerts[0]!.sinceMs >= 110_000, 'only after the silence');
  });

  it('are told again while nobody acknowledges them', async () => {
    await tellReceiver();
    await bench.alerts.putRule('often', { function: 'pay', when: 'errors > 0 over 1m', repeatMs: 60_000 }, 'alice');
    await bench.alerts.putDefault('all', 'errors', { enabled: false });
    const minute = async () => {
      for (let n = 0; n < 6; n++) {
        bench.call('pay', FAILS);
        await bench.pass(LOOK_MS);
      }
    };
    await minute();
    assert.equal((await next()).type, 'alert.firing');
    await minute();
    assert.equal((await next()).type, 'alert.still');
    await bench.alerts.acknowledge('often@pay', 'alice');
    await minute();
    await minute();
    await bench.pass(600_000);
    assert.equal((await next()).type, 'alert.resolved');
  });

  it('go where the owner is, and by what the rule says', async () => {
    const { alerts } = bench;
    const lead = () => alerts.putChannel('a', { kind: 'function', function: 'pager-a' });
    await assert.rejects(lead(), /there is no function "pager-a": deploy it first/);
    bench.addFunction('pager-a', {});
    bench.addFunction('pager-b', {});
    await lead();
    await alerts.putChannel('b', { kind: 'function', function: 'pager-b' });
    await assert.rejects(alerts.putRouting({ default: ['c'], owners: {} }), /there is no channel "c"/);
    await alerts.putRouting({ default: ['b'], owners: { 'team-a': ['a'] } });
    bench.addFunction('other', { owner: 'team-z' });
    bench.call('pay', FAILS);
    bench.call('other', FAILS);
    await bench.pass(LOOK_MS);
    await bench.pass(LOOK_MS);
    await alerts.close();
    assert.deepEqual(bench.sent.map(({ name, event }) => [name, event.type]).sort(), [
      ['pager-a', 'fob.alert.firing'],
      ['pager-b', 'fob.alert.firing'],
    ]);
    await bench.restart();
  });

  it('of one own: thresholds, change and absence', async () => {
    const { alerts } = bench;
    await alerts.putRule(
      'slow',
      { function: 'pay', when: 'p99(duration) > 2s over 10m', severity: 'critical' },
      'alice',
    );
    await alerts.putRule('more', { function: 'p*', when: 'invocations > 3x before over 10m' }, 'alice');
    await alerts.putRule('silent', { owner: 'team-a', when: 'no invocations for 30m' }, 'alice');
    await alerts.putRule('busy', { when: 'invocations >= 100 over 10m' }, 'alice');
    for (let n = 0; n < 120; n++) {
      bench.call('pay');
      await bench.pass(LOOK_MS);
    }
    assert.deepEqual(alerts.firing(), []);
    for (let n = 0; n < 300; n++) bench.call('pay', { durationMs: 3_000 });
    await bench.pass(LOOK_MS);
    assert.deepEqual(alerts.firing().sort(), ['busy', 'more@pay', 'slow@pay']);
    assert.equal(alerts.find('slow@pay')!.value, '3 s');
    assert.match(alerts.find('more@pay')!.limit, /^3x before \(\d+\)$/);
    await bench.pass(1_860_000);
    assert.deepEqual(alerts.firing(), ['silent@pay']);
    bench.call('pay');
    await bench.pass(180_000);
    assert.deepEqual(alerts.firing(), []);
    assert.deepEqual(
      (await alerts.history({ limit: 10 })).items.map(({ id, worst }) => [id, worst]),
      [
        ['silent@pay', '0'],
        ['slow@pay', '3 s'],
        ['more@pay', '359'],
        ['busy', '359'],
      ],
    );
  });

  it('do not believe a clock that jumps', async () => {
    const { alerts } = bench;
    await alerts.putRule('silent', { function: 'pay', when: 'no invocations for 30m' }, 'alice');
    for (let n = 0; n < 200; n++) {
      bench.call('pay');
      await bench.pass(LOOK_MS);
    }
    assert.deepEqual(alerts.firing(), []);
    bench.clock.jump(7_200_000);
    await bench.pass(60_000);
    assert.deepEqual(alerts.firing(), [], 'ahead');
    bench.clock.jump(-7_200_000);
    bench.call('pay');
    await bench.pass(60_000);
    assert.deepEqual(alerts.firing(), [], 'back');
    await bench.pass(1_900_000);
    assert.deepEqual(alerts.firing(), ['silent@pay'], 'and what is so is told');
  });

  it('refuse what cannot be watched', async () => {
    const put = (when: string, more: object = {}) =>
      bench.alerts.putRule('r', { function: 'pay', when, ...more }, 'alice');
    await assert.rejects(put('invocatons > 5'), /nobody has a metric "invocatons"; do you mean "invocations"\?/);
    await assert.rejects(put('duration > 2s'), /"duration" is a distribution: say what of it, such as p99\(duration\)/);
    await assert.rejects(put('p99(duration) > 5%'), /cannot be in "%"; write it like 2s/);
    await assert.rejects(put('errors > 5 over 30d'), /a window is from 10s to 3h/);
    await assert.rejects(put('errors > 5', { notify: ['slack:ops'] }), /there is no channel "ops"; add it first/);
    await assert.rejects(bench.alerts.putRule('errors', { when: 'errors > 1' }, 'a'), /is a default rule/);
    await assert.rejects(
      bench.alerts.putRule('r', { when: 'p99(duration) > 80% of timeout' }, 'a'),
      /of a function: say which/,
    );
    await assert.rejects(bench.alerts.silence({ forMs: 1_000, reason: 'x' }, 'a'), /say what is silenced/);
  });

  it('have defaults that are changed for all, by tag, owner and function', async () => {
    const { alerts } = bench;
    bench.addFunction('quiet', { owner: 'team-a', tags: { kind: 'batch' } });
    await alerts.putDefault('tag:kind=batch', 'errors', {
      when: 'errors / invocations > 50% over 5m',
      criticalWhen: '',
    });
    await alerts.putDefault('owner:team-a', 'lag', { enabled: false });
    const of = (name: string) =>
      Object.fromEntries(alerts.defaults(name).map((rule) => [rule.name, rule.enabled ? rule.when : 'off']));
    assert.equal(of('quiet').errors, 'errors / invocations > 50% over 5m');
    assert.equal(of('pay').errors, 'errors / invocations > 5% over 5m');
    assert.equal(of('pay').lag, 'off');
    await alerts.putDefault('function:pay', 'lag', { enabled: true });
    assert.notEqual(of('pay').lag, 'off');
    bench.call('quiet', FAILS);
    for (let n = 0; n < 3; n++) bench.call('quiet');
    await bench.pass(LOOK_MS);
    assert.deepEqual(alerts.firing(), []);
    await alerts.resetDefault('tag:kind=batch');
    await bench.pass(LOOK_MS);
    assert.deepEqual(alerts.firing(), ['errors@quiet']);
    await assert.rejects(alerts.putDefault('all', 'error', {}), /there is no default rule "error"; there are errors/);
  });

  it('end with their rule', async () => {
    await bench.alerts.putRule('r', { function: 'pay', when: 'errors > 0' }, 'alice');
    bench.call('pay', FAILS);
    await bench.pass(LOOK_MS);
    assert.ok(bench.alerts.firing().includes('r@pay'));
    await bench.alerts.removeRule('r');
    await bench.pass(LOOK_MS);
    assert.deepEqual(bench.alerts.firing(), ['errors@pay']);
    bench.functions.delete('pay');
    bench.alerts.functionChanged('pay');
    await bench.pass(LOOK_MS);
    assert.deepEqual(bench.alerts.firing(), []);
  });
});
