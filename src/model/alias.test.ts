import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkedShares, releaseShares, sharesText } from './alias.ts';
import { Problem } from './problem.ts';

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === 'invalid_request' && message.test(error.message);

test('one version gets everything, or two share it by weights that add up to 100', () => {
  assert.deepEqual(checkedShares([{ version: 3, weight: 100 }]), [{ version: 3, weight: 100 }]);
  const shares = [
    { version: 4, weight: 0.5 },
    { version: 3, weight: 99.5 },
  ];
  assert.equal(sharesText(checkedShares(shares)), '3=99.5 4=0.5');
  const two = (first: number, second: number) => () =>
    checkedShares([
      { version: 3, weight: first },
      { version: 4, weight: second },
    ]);
  assert.throws(two(90, 9), refused(/90 and 9 add up to 99, not to 100/));
  assert.throws(two(100, 0), refused(/the weight 0 of version 4 is no share/));
  assert.throws(two(150, -50), refused(/the weight 150 of version 3 is no share/));
  assert.throws(two(Number.NaN, 100), refused(/no share/));
  assert.throws(two(33.333333, 66.666667), refused(/at most 4 digits/));
  assert.throws(() => checkedShares([]), refused(/not 0/));
  assert.throws(() => checkedShares([{ version: 3, weight: 99 }]), refused(/add up to 99/));
  const twice = { version: 3, weight: 50 };
  assert.throws(() => checkedShares([twice, twice]), refused(/version 3 is named twice/));
});

test('any share of four digits and what is left of 100 are weights', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), fc.boolean(), (tenThousandths, upwards) => {
      const percent = tenThousandths / 1e4;
      const [from, to] = upwards ? [3, 4] : [4, 3];
      const shares = releaseShares(from, to, percent);
      assert.deepEqual(shares, checkedShares(shares));
      assert.equal(shares.find(({ version }) => version === to)!.weight, percent);
    }),
  );
  assert.deepEqual(releaseShares(3, 4, 100), [{ version: 4, weight: 100 }]);
});
