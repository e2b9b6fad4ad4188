import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { laneSampler } from './lanes.ts';

test('lags are told until they are over, dead events until for long there were none', async () => {
  const clock = new FakeClock();
  let lanes: { function: string; lane: string; oldestAgeMs: number; dead: number }[] = [];
  let told: [string, string, string, number][] = [];
  const sample = laneSampler({
    lanes: async () => lanes,
    clock,
    lag: (name, lane, value) => told.push(['lag', name, lane, value]),
    dead: (name, lane, value) => told.push(['dead', name, lane, value]),
  });
  const next = async () => {
    told = [];
    await sample();
    clock.advance(10_000);
    return told;
  };
  const lane = (name: string, oldestAgeMs: number, dead: number) => ({
    function: 'pay',
    lane: name,
    oldestAgeMs,
    dead,
  });

  lanes = [lane('direct', 0, 0)];
  assert.deepEqual(await next(), []);
  lanes = [lane('direct', 500, 0), lane('nightly', 0, 3)];
  assert.deepEqual(await next(), [
    ['lag', 'pay', 'direct', 500],
    ['dead', 'pay', 'nightly', 3],
  ]);
  lanes = [lane('direct', 0, 0), lane('nightly', 0, 1)];
  assert.deepEqual(await next(), [
    ['lag', 'pay', 'direct', 0],
    ['dead', 'pay', 'nightly', 1],
  ]);
  // A lane in which nothing lies any more may not be listed.
  lanes = [];
  for (let n = 0; n < 60; n++) assert.deepEqual(await next(), [['dead', 'pay', 'nightly', 0]], `${n}`);
  assert.deepEqual(await next(), []);

  lanes = Array.from({ length: 51 }, (_, at) => lane(`l${at}`, 0, 1));
  const times: number[] = [];
  for (let n = 0; n < 13; n++) times.push((await next()).length);
  assert.deepEqual(times, [51, 0, 0, 0, 0, 0, 51, 0, 0, 0, 0, 0, 51]);
});
