import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWrkOutput } from './wrk-output.ts';

const GOOD = `Running 1s test @ http://127.0.0.1:18080/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.31ms    3.20ms  54.11ms   96.63%
    Req/Sec    38.64k    15.20k   52.69k    90.00%
  Latency Distribution
     50%  624.00us
     75%    1.01ms
     90%    1.88ms
     99%    1.02s
  38299 requests in 1.00s, 4.49MB read
Requests/sec:  38221.22
Transfer/sec:      4.48MB
`;

test('rate, count and percentiles are read, in whatever unit wrk chose', () => {
  assert.deepEqual(parseWrkOutput(GOOD), {
    requests: 38_299,
    ratePerS: 38_221.22,
    p50Us: 624,
    p90Us: 1_880,
    p99Us: 1_020_000,
    errors: 0,
  });
});

test('socket errors and bad answers are counted together', () => {
  const bad = GOOD.replace(
    'Requests/sec',
    '  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 30\nRequests/sec',
  );
  assert.equal(parseWrkOutput(bad).errors, 40);
});

test('an output without figures is refused with what was printed', () => {
  assert.throws(() => parseWrkOutput('unable to connect to 127.0.0.1:1 Connection refused'), /unable to connect/);
  assert.throws(() => parseWrkOutput(GOOD.replace(/.*99%.*\n/, '')), /99 % latency/);
});
