import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../failure.ts';
import { parseShares, parseSteps } from './steps.ts';

const usage = (message: RegExp) => (error: unknown) =>
  error instanceof Failure && error.exitCode === 2 && message.test(error.message);
const numberOf = async (text: string) => (text === 'latest' ? 9 : Number(text));

test('steps are a share for each time, or shares and a time', () => {
  assert.deepEqual(parseSteps('25%/30s'), { steps: [25, 50, 75, 100], everyMs: 30_000 });
  assert.deepEqual(parseSteps('30%/1m'), { steps: [30, 60, 90, 100], everyMs: 60_000 });
  assert.deepEqual(parseSteps('100%/1m').steps, [100]);
  assert.equal(parseSteps('1%/10s').steps.length, 100);
  assert.deepEqual(parseSteps('5,25,50,100', '2m'), { steps: [5, 25, 50, 100], everyMs: 120_000 });
  assert.deepEqual(parseSteps('0.5%, 10%').steps, [0.5, 10, 100], 'the last step is all of it');
  assert.deepEqual(parseSteps().steps.length, 10);
  assert.throws(() => parseSteps('50,20'), usage(/and 20 does not/));
  assert.throws(() => parseSteps('0,100'), usage(/0 does not/));
  assert.throws(() => parseSteps('50,200'), usage(/200 does not/));
  assert.throws(() => parseSteps('fast'), usage(/10%\/1m or 5,25,50,100/));
  assert.throws(() => parseSteps('0.1%/1m'), usage(/between 1% and 100%/));
  assert.throws(() => parseSteps('10%/1m', '1m'), usage(/leave --every out/));
  assert.throws(() => parseSteps('10%/soon'), usage(/no duration/));
});

test('versions are one, or two with their shares', async () => {
  assert.deepEqual(await parseShares(['3'], numberOf), [{ version: 3, weight: 100 }]);
  assert.deepEqual(await parseShares(['latest'], numberOf), [{ version: 9, weight: 100 }]);
  const both = [
    { version: 3, weight: 99.5 },
    { version: 4, weight: 0.5 },
  ];
  assert.deepEqual(await parseShares(['3=99.5', '4=0.5%'], numberOf), both);
  assert.deepEqual(await parseShares(['3=99.5,4=0.5'], numberOf), both);
  await assert.rejects(parseShares(['3=90', '4=5', '5=5'], numberOf), usage(/two versions at most, and 3 are named/));
  await assert.rejects(parseShares(['3', '4'], numberOf), usage(/"3" is not written like 3=90/));
});
