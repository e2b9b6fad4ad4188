import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { defaultConfig, type FunctionConfig, type StoredFunction } from '../../model/function.ts';
import type { Quota } from '../../model/quota.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import type { Quotas } from './quotas.ts';
import { openQuotas } from './stored-quotas.ts';

const NOON = Date.UTC(2026, 10, 30, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const configOf = (config: Partial<FunctionConfig>): FunctionConfig => ({
  ...defaultConfig(),
  ...{ runtime: 'node', handler: 'main.callme', maxConcurrency: 10 },
  ...config,
});

describe('quotas of teams', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  let clock: FakeClock;
  let quotas: Quotas;
  const functions = new Map<string, StoredFunction>();
  const waiting = new Map<string, number>();

  const open = () =>
    openQuotas({
      ...{ registry: store.registry, clock, log: pino({ level: 'silent' }) },
      find: (name) => functions.get(name),
      functions: () => [...functions.values()],
      waitingEvents: async () => waiting,
    });
  const add = (name: string, config: Partial<FunctionConfig>, treeBytes = 1_000): void => {
    const document = { name, config: configOf(config), code: { treeBytes } } as StoredFunction['document'];
    functions.set(name, { document, revision: 1 });
  };
  const put = (quota: Partial<Quota> & { team: string }) => quotas.put({ warnPercent: 80, ...quota }, 'ada');
  const ended = (name: string, record: Partial<InvocationRecord> = {}): void =>
    quotas.observe({ function: name, status: 'succeeded', durationMs: 0, ...record } as InvocationRecord);
  const refused = (name: string) => quotas.admission.refuse?.(functions.get(name)!.document);
  const used = async (team: string, measure: string) =>
    (await quotas.usage(team))[0]!.uses.find((use) => use.measure === measure)!;

  beforeEach(async () => {
    folder = temporaryFolder();
    store = await openEmbeddedStore({ folder: folder.folder });
    clock = new FakeClock(NOON);
    functions.clear();
    waiting.clear();
    quotas = await open();
    add('shop-api', { owner: 'shop', memoryMb: 1_024 });
    add('ops-job', { owner: 'ops' });
    add('nobodys', {});
  });
  afterEach(async () => {
    await quotas.close();
    await store.close();
    folder.remove();
  });

  test('cost nothing while there are none', () => {
    for (let call = 0; call < 100; call++) ended('shop-api');
    assert.equal(quotas.admission.refuse, undefined);
    assert.equal(quotas.admission.refuseEvent, undefined);
  });

  test('invocations of a day: refused beyond, of that team alone, until the next day', async () => {
    await put({ team: 'shop', invocationsPerDay: 3 });
    for (let call = 0; call < 2; call++) ended('shop-api');
    ended('shop-api', { status: 'rejected' });
    assert.equal(quotas.admission.refuse, undefined);
    assert.equal((await used('shop', 'invocationsPerDay')).state, 'ok');
    ended('shop-api', { status: 'failed' });
    const problem = refused('shop-api')!;
    assert.equal(problem.code, 'quota_exceeded');
    assert.match(
      problem.message,
      /the team "shop" is used up: 3 invocations a day; it begins anew at 2026-12-01T00:00:00/,
    );
    assert.equal(problem.details?.retryAfterMs, 12 * HOUR_MS);
    assert.equal(refused('ops-job'), undefined);
    assert.deepEqual(await used('shop', 'invocationsPerDay'), {
      ...{ measure: 'invocationsPerDay', used: 3, limit: 3, state: 'exceeded' },
      resetsAtMs: Date.UTC(2026, 11, 1),
    });
    clock.advance(12 * HOUR_MS - 1);
    assert.ok(refused('shop-api'));
    clock.advance(1);
    assert.equal(refused('shop-api'), undefined);
    assert.equal(quotas.admission.refuse, undefined, 'nobody is over: nothing is asked any more');
    assert.equal((await used('shop', 'invocationsPerDay')).used, 0);
  });

  test('a version of the time when the function was of somebody else counts and is refused as it is now', async () => {
    const before = { ...functions.get('shop-api')!.document, config: configOf({ owner: 'ops' }) };
    await put({ team: 'shop', invocationsPerDay: 1 });
    ended('shop-api');
    assert.equal(quotas.admission.refuse?.(before)?.code, 'quota_exceeded');
  });

  test('GB-seconds of a month, by the memory that a call was given', async () => {
    await put({ team: 'shop', gbSecondsPerMonth: 10 });
    ended('shop-api', { durationMs: 4_000 });
    ended('shop-api', { durationMs: 4_000, memoryMb: 512 });
    assert.equal((await used('shop', 'gbSecondsPerMonth')).used, 6);
    ended('shop-api', { durationMs: 2_000 });
    assert.equal((await used('shop', 'gbSecondsPerMonth')).state, 'warning');
    ended('shop-api', { durationMs: 2_000 });
    assert.match(refused('shop-api')!.message, /10 GB-seconds a month; it begins anew at 2026-12-01/);
    clock.advance(DAY_MS);
    assert.equal(refused('shop-api'), undefined);
  });

  test('a clock that jumps gives no fresh allowance of the day that it returns to, nor takes one for long', async () => {
    await put({ team: 'shop', invocationsPerDay: 2 });
    ended('shop-api');
    ended('shop-api');
    assert.ok(refused('shop-api'));
    clock.advance(400 * DAY_MS);
    assert.equal(refused('shop-api'), undefined, 'far in the future');
    ended('shop-api');
    clock.advance(-400 * DAY_MS);
    ended('shop-api');
    assert.equal((await used('shop', 'invocationsPerDay')).used, 3, 'the day has what it had');
    assert.ok(refused('shop-api'));
    clock.advance(-DAY_MS);
    assert.equal(refused('shop-api'), undefined, 'yesterday had nothing');
    clock.advance(DAY_MS);
    ended('shop-api');
    assert.ok(refused('shop-api'));
  });

  test('what was counted is there after a restart', async () => {
    await put({ team: 'shop', invocationsPerDay: 5 });
    for (let call = 0; call < 5; call++) ended('shop-api', { durationMs: 1_000 });
    await quotas.close();
    quotas = await open();
    assert.equal((await used('shop', 'invocationsPerDay')).used, 5);
    assert.equal((await used('shop', 'gbSecondsPerMonth')).used, 5);
    assert.ok(refused('shop-api'), 'at once, before anything else ends');
  });

  test('who asks about a name makes no team of it', async () => {
    assert.equal((await used('nobody-there', 'functions')).used, 0);
    assert.ok(!(await quotas.usage()).some(({ team }) => team === 'nobody-there'));
  });

  test('a quota that grows, or goes, lets calls pass at once', async () => {
    await put({ team: 'shop', invocationsPerDay: 0 });
    assert.ok(refused('shop-api'), 'a quota of nothing');
    await put({ team: 'shop', invocationsPerDay: 1 });
    assert.equal(refused('shop-api'), undefined);
    ended('shop-api');
    assert.ok(refused('shop-api'));
    await quotas.remove('shop');
    assert.equal(refused('shop-api'), undefined);
  });

  test('the quota of any team holds for each that has none of its own, apart', async () => {
    await put({ team: '*', invocationsPerDay: 1 });
    await put({ team: 'shop', invocationsPerDay: 2 });
    for (const name of ['shop-api', 'ops-job']) ended(name);
    assert.ok(refused('ops-job'));
    assert.equal(refused('shop-api'), undefined);
    assert.equal(refused('nobodys'), undefined);
    ended('nobodys');
    assert.match(refused('nobodys')!.message, /functions without an owner/);
  });

  test('functions, reserved memory and code: what would be too much is not made, what is there may shrink', async () => {
    await put({ team: 'shop', functions: 2, reservedMb: 20_000, codeBytes: 2_500, warnPercent: 90 });
    const check = (name: string, config: Partial<FunctionConfig>, codeBytes = 1_000) => {
      const before = functions.get(name)?.document;
      const { violations, warnings } = quotas.check({
        name,
        config: configOf({ owner: 'shop', ...config }),
        before,
        codeBytes,
      });
      return [violations.map(({ rule }) => rule), warnings.length];
    };
    assert.deepEqual(check('new', {}), [[], 1]);
    add('second', { owner: 'shop' });
    assert.deepEqual(check('third', { memoryMb: 1_024 }), [['functions', 'reservedMb', 'codeBytes'], 0]);
    assert.deepEqual(check('ops-job', {}), [['functions', 'codeBytes'], 0], 'what comes from another team');
    assert.deepEqual(check('second', { memoryMb: 1_024 }), [['reservedMb'], 0]);
    assert.deepEqual(check('second', {}, 1_600), [['codeBytes'], 0]);
    await put({ team: 'shop', functions: 1, reservedMb: 100, codeBytes: 100 });
    assert.deepEqual(check('second', { memoryMb: 64 }), [[], 0], 'less than before, though it is over');
  });

  test('events that wait: no more are taken until some are delivered', async () => {
    await put({ team: 'shop', queuedEvents: 10 });
    const { document } = functions.get('shop-api')!;
    waiting.set('shop-api', 9);
    await quotas.usage();
    assert.equal(quotas.admission.refuseEvent?.(document), undefined);
    waiting.set('shop-api', 10);
    await quotas.usage();
    assert.match(quotas.admission.refuseEvent!(document)!.message, /10 events wait/);
    assert.equal(quotas.admission.refuseEvent!(functions.get('ops-job')!.document), undefined);
  });

  test('what limits nothing, or is none, is refused', async () => {
    await assert.rejects(put({ team: 'shop' }), { code: 'invalid_request', message: /limits nothing/ });
    await assert.rejects(put({ team: 'a/b', functions: 1 }), { code: 'invalid_request' });
    await assert.rejects(put({ team: 'shop', functions: -1 }), { code: 'invalid_request' });
  });
});
