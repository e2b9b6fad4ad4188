import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FunctionDocument } from '../../model/function.ts';
import { Choice, Route, Servable, type Sticky } from './route.ts';

const choice = (version: number) => new Choice(new Servable({ version } as FunctionDocument), 'prod');
const NOTHING: Sticky = { payload: Buffer.alloc(0), payloadKind: 'json' };

function route(share: number, options: { alias?: string; stickyBy?: string; random?: () => number } = {}): Route {
  const { alias = 'prod', stickyBy, random = Math.random } = options;
  return new Route(choice(3), { second: choice(4), share, alias, stickyBy, random });
}

const versionFor = (from: Route, request: Partial<Sticky>) => from.choose({ ...NOTHING, ...request }).document.version;

test('calls without a key are dealt out by chance, in just the share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), (percent) => {
      let count = 0;
      const even = route(percent / 100, { random: () => (count++ % 1_000) / 1_000 });
      let fresh = 0;
      for (let call = 0; call < 1_000; call++) if (versionFor(even, {}) === 4) fresh++;
      assert.equal(fresh, percent * 10);
    }),
  );
});

test('a key always gets the same version, and keys are shared out as the weights say', () => {
  for (const percent of [1, 10, 50, 90]) {
    const sticky = route(percent / 100);
    const keys = Array.from({ length: 20_000 }, (_, number) => `user-${number}`);
    const fresh = keys.filter((stickyKey) => versionFor(sticky, { stickyKey }) === 4);
    assert.ok(fresh.every((stickyKey) => versionFor(sticky, { stickyKey }) === 4));
    // Five standard deviations of a fair lot.
    const slack = 5 * Math.sqrt((percent / 100) * (1 - percent / 100) * keys.length);
    assert.ok(Math.abs(fresh.length - (percent / 100) * keys.length) < slack, `${percent} %: ${fresh.length}`);
  }
});

test('as the share of a version grows, keys move to it and none moves away', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (alias, stickyKey, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const before = versionFor(route(less, { alias }), { stickyKey });
        const after = versionFor(route(more, { alias }), { stickyKey });
        assert.ok(before === after || (before === 3 && after === 4));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('two aliases do not pick the same keys', () => {
  const keys = Array.from({ length: 5_000 }, (_, number) => `user-${number}`);
  const [prod, beta] = ['prod', 'beta'].map((alias) => route(0.1, { alias }));
  const both = keys.filter((stickyKey) => [prod!, beta!].every((each) => versionFor(each, { stickyKey }) === 4));
  assert.ok(both.length < 100, `${both.length} of ${keys.length}`);
});

test('the key comes from where the alias says, and the header of every door goes before it', () => {
  const keys = (values: Record<string, string>) => ({
    get: (where: string, name: string) => values[`${where}:${name}`],
  });
  const placed = (stickyKey: string) => versionFor(route(0.5), { stickyKey });
  const never = () => assert.fail('no chance is asked');
  for (const where of ['header:x-user', 'query:user', 'cookie:session']) {
    const sticky = route(0.5, { stickyBy: where, random: never });
    for (const key of ['ann', 'bob', 'cy', 'dee'])
      assert.equal(versionFor(sticky, { keys: keys({ [where]: key }) }), placed(key));
    const both = keys({ [where]: 'ann', 'header:fob-sticky-key': 'bob' });
    assert.equal(versionFor(sticky, { keys: both }), placed('bob'));
    assert.equal(versionFor(sticky, { keys: both, stickyKey: 'cy' }), placed('cy'));
  }
  const byPayload = route(0.5, { stickyBy: 'payload:$.customer.id', random: () => 0.99 });
  const payload = (value: unknown): Partial<Sticky> => ({ payload: Buffer.from(JSON.stringify(value)) });
  for (const id of ['ann', 'bob', 'cy', 'dee'])
    assert.equal(versionFor(byPayload, payload({ customer: { id } })), placed(id));
  assert.equal(versionFor(byPayload, payload({ customer: { id: 7 } })), placed('7'));
  // What holds no key is dealt out by chance.
  assert.equal(versionFor(byPayload, payload({})), 3);
  assert.equal(versionFor(byPayload, { payload: Buffer.from('{no json') }), 3);
  assert.equal(versionFor(byPayload, { payload: Buffer.from([0xff]), payloadKind: 'binary' }), 3);
});
