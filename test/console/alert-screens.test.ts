import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenOf } from '../../src/console/screens/alerts/screen-of-command.ts';

test('what an alert proposes has its screen', () => {
  assert.equal(screenOf('fob diff pay 3 4'), '/functions/pay/code?show=compare&from=3&to=4');
  assert.equal(screenOf('fob runs pay --status timed_out'), '/functions/pay/invocations?status=timed_out');
  assert.equal(screenOf('fob runs pay'), '/functions/pay/invocations');
  assert.equal(screenOf('fob events pay --state dead'), '/events?function=pay&state=dead');
  assert.equal(screenOf('fob set pay --memory 256'), '/functions/pay/configuration');
  assert.equal(screenOf('fob release show pay --alias live'), '/functions/pay/releases?alias=live');
});

test('what has none stays a command', () => {
  for (const command of ['fob rollback pay', 'fob alert ack 7', 'fob runs pay --json', 'fob runs'])
    assert.equal(screenOf(command), undefined, command);
});
