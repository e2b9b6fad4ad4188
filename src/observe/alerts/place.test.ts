import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeIn } from './place.ts';

test('of a stack, the innermost frame of the function itself is told', () => {
  const python = [
    'Traceback (most recent call last):',
    '  File "/code/pay.py", line 9, in callme',
    '    return charge(order)',
    '  File "/code/pay.py", line 4, in charge',
    '    return json.loads(order)',
    '  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode',
    '    raise JSONDecodeError("Expecting value", s, err.value) from None',
    'json.decoder.JSONDecodeError: Expecting value',
  ].join('\n');
  assert.equal(placeIn(python), 'File "/code/pay.py", line 4, in charge');
  const javascript = [
    'SyntaxError: Unexpected end of JSON input',
    '    at JSON.parse (<anonymous>)',
    '    at read (/code/node_modules/reader/index.js:3:1)',
    '    at charge (pay.js:12:20)',
    '    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
  ].join('\n');
  assert.equal(placeIn(javascript), 'at charge (pay.js:12:20)');
});

test('where nothing is its own, the innermost frame is; where there is no stack, none', () => {
  assert.equal(placeIn('Error\n    at connect (node:net:1:1)\n    at node:dns:2:2'), 'at connect (node:net:1:1)');
  assert.equal(
    placeIn('  File "/code/site-packages/a.py", line 1, in a\n  File "/usr/lib/python3.11/b.py", line 2, in b'),
    'File "/usr/lib/python3.11/b.py", line 2, in b',
  );
  assert.equal(placeIn('KeyError: 1'), undefined);
  assert.equal(placeIn(undefined), undefined);
});
